import type { CaseDb } from '../db/query.ts';
import { entry, type LedgerEntry } from './entry.ts';

/** What the rows of a table say about each other: running numbers, buckets, doubles, names that may hold forged rows. */
export function orderChecks(db: CaseDb, captureId: number, counters: readonly LedgerEntry[]): LedgerEntry[] {
  return [...slotGaps(db, captureId), ...udpBuckets(db, captureId), doubles(db, captureId), ...ambiguous(db, captureId, counters)];
}

interface Slots {
  net_ns: number | null;
  proto: string;
  pass: string;
  n: number;
  slots: number;
  highest: number | null;
}

/** tcp_seq_show numbers its rows without a gap; a row that a hook took out leaves one. */
function slotGaps(db: CaseDb, captureId: number): LedgerEntry[] {
  const tables = db.all<Slots>(
    `SELECT net_ns, proto, pass, count(*) AS n, count(DISTINCT slot) AS slots, max(slot) AS highest FROM sockets_inet
      WHERE capture_id = ? AND proto IN ('tcp', 'tcp6') GROUP BY net_ns, proto, pass`,
    captureId,
  );
  return tables.map(({ net_ns, proto, pass, n, slots, highest }) => {
    const expected = (highest ?? -1) + 1;
    const result = n === slots && n === expected ? 'holds' : 'broken';
    return entry('order', `${proto} rows numbered without gaps, pass ${pass}`, result, `column sl of net/${proto}`, {
      netNs: net_ns,
      expected,
      found: slots,
    });
  });
}

/** Smallest hash table of UDP (UDP_HTABLE_SIZE_MIN_PERNET in net/ipv4/udp.c); larger ones are multiples of it. */
const UDP_BUCKETS = 128;

/** The bucket of a UDP row is its port plus a number that is the same for all rows of a namespace: a row that was edited differs. */
function udpBuckets(db: CaseDb, captureId: number): LedgerEntry[] {
  const groups = db.all<{ net_ns: number | null; residue: number; n: number }>(
    `SELECT net_ns, ((slot - local_port) % ${UDP_BUCKETS} + ${UDP_BUCKETS}) % ${UDP_BUCKETS} AS residue, count(*) AS n FROM sockets_inet
      WHERE capture_id = ? AND proto IN ('udp', 'udp6') AND slot IS NOT NULL AND local_port IS NOT NULL GROUP BY net_ns, residue ORDER BY net_ns, n DESC`,
    captureId,
  );
  const totals = new Map<number | null, { most: number; all: number }>();
  for (const { net_ns, n } of groups) {
    const { most, all } = totals.get(net_ns) ?? { most: n, all: 0 };
    totals.set(net_ns, { most, all: all + n });
  }
  return [...totals].map(([netNs, { most, all }]) => {
    const basis = `bucket minus port, modulo ${UDP_BUCKETS}, the same for all rows of net/udp and net/udp6`;
    return entry('order', 'udp buckets agree with ports', most === all ? 'holds' : 'broken', basis, { netNs, expected: all, found: most });
  });
}

/** A table that changes while it is read page by page shows a row twice. */
function doubles(db: CaseDb, captureId: number): LedgerEntry {
  const count = (table: string, key: string): string =>
    `SELECT coalesce(sum(n - 1), 0) AS n FROM (SELECT count(*) AS n FROM ${table} WHERE capture_id = ? AND inode > 0 GROUP BY net_ns, pass, ${key}inode HAVING n > 1)`;
  const sql = [count('sockets_inet', 'proto, '), count('sockets_unix', ''), count('sockets_netlink', ''), count('sockets_packet', '')];
  const found = sql.reduce((sum, one) => sum + (db.get<{ n: number }>(one, captureId)?.n ?? 0), 0);
  return entry(
    'order',
    'rows that stand twice in one pass',
    'count',
    'same inode in one table and pass: the table changed while it was read; listings show the row once',
    { found },
  );
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
