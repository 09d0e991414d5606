import { forgedRows } from '../db/forged.ts';
import type { CaseDb } from '../db/query.ts';
import { entry, type LedgerEntry } from './entry.ts';
import { type InetGroup, type Scans, UDP_BUCKETS } from './scans.ts';

/** What the rows of a table say about each other: running numbers, buckets, doubles, names that may hold forged rows. */
export function orderChecks(db: CaseDb, captureId: number, scans: Scans, counters: readonly LedgerEntry[]): LedgerEntry[] {
  return [
    ...slotGaps(db, captureId, scans.groups),
    ...udpBuckets(scans.groups),
    doubles(db, captureId, scans),
    ...ambiguous(db, captureId, counters),
  ];
}

/** tcp4_seq_show numbers its rows from 0 without a gap; a row that a hook took out leaves one, in both passes. */
function slotGaps(db: CaseDb, captureId: number, groups: readonly InetGroup[]): LedgerEntry[] {
  const tables = new Map<string, InetGroup[]>();
  for (const group of groups) {
    if (group.proto !== 'tcp' && group.proto !== 'tcp6') continue;
    const key = `${group.net_ns} ${group.proto}`;
    tables.set(key, [...(tables.get(key) ?? []), group]);
  }
  const unread = new Map(db.all<{ key: string; n: number }>(UNREAD, captureId).map(({ key, n }) => [key, n]));
  return [...tables.values()].map((passes) => gapEntry(passes, unread));
}

/** Lines of socket tables that became no row. */
const UNREAD = `SELECT s.net_ns || ' ' || s.pass || ' ' || substr(s.path, instr(s.path, '/net/') + 5) AS key, sum(p.lines) AS n
  FROM problems p JOIN sources s USING (capture_id, source_id) WHERE p.capture_id = ? AND s.path LIKE '%/net/tcp%' GROUP BY 1`;

function gapEntry(passes: readonly InetGroup[], unread: ReadonlyMap<string, number>): LedgerEntry {
  const first = passes[0];
  const missing = ({ n, highest, sum }: InetGroup): number => {
    const expected = (highest ?? -1) + 1;
    return n === expected && sum !== (n * (n - 1)) / 2 ? 1 : expected - n;
  };
  const odd = passes.filter((p) => missing(p) !== 0);
  const shown = odd[0] ?? first;
  const unknown = odd.some((p) => missing(p) <= (unread.get(`${p.net_ns} ${p.pass} ${p.proto}`) ?? 0));
  const result = odd.length === 0 ? 'holds' : unknown || odd.length < passes.length ? 'blind' : 'broken';
  const why = unknown ? ': lines that could not be understood account for it' : ': in one pass alone, not repeated';
  const basis = `column sl of net/${first?.proto}${result === 'blind' ? why : ''}`;
  const numbers = { netNs: first?.net_ns ?? null, expected: (shown?.highest ?? -1) + 1, found: shown?.n ?? 0 };
  return entry('order', `${first?.proto} rows numbered without gaps`, result, basis, { ...numbers, tolerance: 'both passes must show it' });
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
function doubles(db: CaseDb, captureId: number, { doubles: found }: Scans): LedgerEntry {
  const again = found === 0 ? 0 : (db.get<{ n: number }>(TWICE, captureId, captureId)?.n ?? 0);
  const basis = 'an inode that stands twice in net/tcp, tcp6 or unix in one pass, and twice in the other: the kernel shows a socket once';
  const tolerance =
    'twice in one pass alone, as a table that changes while it is read shows; udp, raw, netlink and packet, which are read by position';
  return entry('order', DOUBLES, again === 0 ? 'holds' : 'broken', basis, { expected: 0, found: again, tolerance });
}

export const DOUBLES = 'no row stands twice in both passes';

/** Inodes of steady tables with several rows in each pass. */
const TWICE = `SELECT count(*) AS n FROM (
    SELECT inode FROM (SELECT inode, pass FROM sockets_inet WHERE capture_id = ? AND inode > 0 AND proto IN ('tcp', 'tcp6') GROUP BY inode, pass HAVING count(*) > 1)
      GROUP BY inode HAVING count(*) > 1
    UNION ALL SELECT inode FROM (SELECT inode, pass FROM sockets_unix WHERE capture_id = ? AND inode > 0 GROUP BY inode, pass HAVING count(*) > 1)
      GROUP BY inode HAVING count(*) > 1)`;

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
