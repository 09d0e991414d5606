import { forgedRows } from '../db/forged.ts';
import type { CaseDb } from '../db/query.ts';
import { entry, type LedgerEntry } from './entry.ts';
import { type InetGroup, type Scans, UDP_BUCKETS } from './scans.ts';

/** What the rows of a table say about each other: running numbers, buckets, doubles, names that may hold forged rows. */
export function orderChecks(db: CaseDb, captureId: number, scans: Scans, counters: readonly LedgerEntry[]): LedgerEntry[] {
  return [...slotGaps(scans.groups), ...udpBuckets(scans.groups), doubles(scans), ...ambiguous(db, captureId, counters)];
}

/** tcp4_seq_show numbers its rows from 0 without a gap; a row that a hook took out leaves one. */
function slotGaps(groups: readonly InetGroup[]): LedgerEntry[] {
  return groups
    .filter(({ proto }) => proto === 'tcp' || proto === 'tcp6')
    .map(({ net_ns, proto, pass, n, highest, sum }) => {
      const expected = (highest ?? -1) + 1;
      const whole = n === expected && sum === (n * (n - 1)) / 2;
      const numbers = { netNs: net_ns, expected, found: n };
      return entry(
        'order',
        `${proto} rows numbered without gaps, pass ${pass}`,
        whole ? 'holds' : 'broken',
        `column sl of net/${proto}`,
        numbers,
      );
    });
}

/** The bucket of a UDP row is its port plus a number that is the same for all rows of a namespace: a row that was edited differs. */
function udpBuckets(groups: readonly InetGroup[]): LedgerEntry[] {
  const udp = groups.filter(({ proto, least }) => (proto === 'udp' || proto === 'udp6') && least !== null);
  const basis = `bucket minus port, modulo ${UDP_BUCKETS}, the same for all rows of net/udp and net/udp6`;
  return [...new Set(udp.map((g) => g.net_ns))].map((netNs) => {
    const here = udp.filter((g) => g.net_ns === netNs);
    const agree = here.every((g) => g.least === here[0]?.least && g.most === g.least);
    return entry('order', 'udp buckets agree with ports', agree ? 'holds' : 'broken', basis, {
      netNs,
      found: here.reduce((sum, g) => sum + g.n, 0),
    });
  });
}

/** A table that changes while it is read page by page shows a row twice: then the passes together show it more often than there are passes. */
function doubles({ doubles: found }: Scans): LedgerEntry {
  const basis =
    'an inode that stands in a table more often than there were passes: the table changed while it was read; listings show it once';
  return entry('order', 'rows that stand twice in one pass', 'count', basis, { found });
}

/** Where the kernel counts as many unix sockets as there are rows, none of them is forged; else those are found that listings mark. */
function ambiguous(db: CaseDb, captureId: number, counters: readonly LedgerEntry[]): LedgerEntry[] {
  const namespaces = db.all<{ net_ns: number | null }>(
    'SELECT DISTINCT net_ns FROM sockets_unix WHERE capture_id = ? AND ambiguous = 1',
    captureId,
  );
  const forged = forgedRows(db, captureId);
  const check = 'unix rows that may be forged by a name';
  return namespaces.map(({ net_ns: netNs }) => {
    const count = counters.find((c) => c.check === 'UNIX' && c.netNs === netNs);
    const basis = 'a socket name may hold newlines and look like rows; protocols UNIX says how many rows are real';
    const of = (pass: string): number => forged.filter((r) => r.net_ns === netNs && r.pass === pass).length;
    return entry('order', check, count?.result ?? 'blind', basis, { netNs, expected: 0, found: Math.max(of('A'), of('B')) });
  });
}
