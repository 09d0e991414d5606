import type { CaseDb } from '../db/query.ts';
import { entry, type LedgerEntry } from './entry.ts';

/** What the rows of a table say about each other: running numbers, buckets, doubles, names that may hold forged rows. */
export function orderChecks(db: CaseDb, captureId: number, counters: readonly LedgerEntry[]): LedgerEntry[] {
  const groups = db.all<Group>(GROUPS, captureId);
  return [...slotGaps(groups), ...udpBuckets(groups), doubles(db, captureId), ...ambiguous(db, captureId, counters)];
}

interface Group {
  net_ns: number | null;
  pass: string;
  proto: string;
  n: number;
  highest: number | null;
  sum: number | null;
  least: number | null;
  most: number | null;
}

/** Smallest hash table of UDP (UDP_HTABLE_SIZE_MIN_PERNET in net/ipv4/udp.c); larger ones are multiples of it. */
const UDP_BUCKETS = 128;

/** One scan in the order of the index. */
const GROUPS = `SELECT net_ns, pass, proto, count(*) AS n, max(slot) AS highest, sum(slot) AS sum,
    min(((slot - local_port) % ${UDP_BUCKETS} + ${UDP_BUCKETS}) % ${UDP_BUCKETS}) AS least,
    max(((slot - local_port) % ${UDP_BUCKETS} + ${UDP_BUCKETS}) % ${UDP_BUCKETS}) AS most
  FROM sockets_inet WHERE capture_id = ? GROUP BY net_ns, pass, proto`;

/** tcp4_seq_show numbers its rows from 0 without a gap; a row that a hook took out leaves one. */
function slotGaps(groups: readonly Group[]): LedgerEntry[] {
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
function udpBuckets(groups: readonly Group[]): LedgerEntry[] {
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
function doubles(db: CaseDb, captureId: number): LedgerEntry {
  const tables = ['sockets_inet', 'sockets_unix', 'sockets_netlink', 'sockets_packet'];
  const second = "SELECT 1 FROM sources WHERE capture_id = ? AND pass = 'B' AND path LIKE '%/net/%' AND entry IS NOT NULL LIMIT 1";
  const passes = db.get(second, captureId) === undefined ? 1 : 2;
  const found = tables.reduce((sum, table) => {
    const sql = `SELECT coalesce(sum(n - ${passes}), 0) AS n FROM (SELECT count(*) AS n FROM ${table} WHERE capture_id = ? AND inode > 0
      GROUP BY inode HAVING n > ${passes})`;
    return sum + (db.get<{ n: number }>(sql, captureId)?.n ?? 0);
  }, 0);
  const basis =
    'an inode that stands in a table more often than there were passes: the table changed while it was read; listings show it once';
  return entry('order', 'rows that stand twice in one pass', 'count', basis, { found });
}

/** Where the kernel counts as many unix sockets as there are rows, none of them is forged. */
function ambiguous(db: CaseDb, captureId: number, counters: readonly LedgerEntry[]): LedgerEntry[] {
  const rows = db.all<{ net_ns: number | null; n: number }>(
    'SELECT net_ns, count(*) AS n FROM sockets_unix WHERE capture_id = ? AND ambiguous = 1 GROUP BY net_ns',
    captureId,
  );
  const check = 'unix rows that may be forged by a name';
  return rows.map(({ net_ns: netNs, n }) => {
    const count = counters.find((c) => c.check === 'UNIX' && c.netNs === netNs);
    const basis = 'a socket name may hold newlines and look like rows; protocols UNIX says how many rows are real';
    return entry('order', check, count?.result ?? 'blind', basis, { netNs, expected: 0, found: n });
  });
}
