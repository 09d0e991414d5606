import type { CaseDb } from '../db/query.ts';
import { type ClosedEnds, closedEnds } from './closed-ends.ts';
import { entry, type LedgerEntry } from './entry.ts';
import type { InetGroup } from './scans.ts';

/** A number of the kernel against rows of a table, in both passes; null where that pass has it not. */
interface Pair {
  readonly counterA: number | null;
  readonly counterB: number | null;
  readonly rowsA: number | null;
  readonly rowsB: number | null;
}

/**
 * The counter and the table are read one after the other, not at once, so a mismatch counts only when neither pass agrees and the difference
 * is larger than what changed between the passes. `steady` tables lose no row while they change (they resume by bucket): the same
 * difference in both passes is one, however much else changed.
 */
export function compare({ counterA, counterB, rowsA, rowsB }: Pair, steady = false): Pick<LedgerEntry, 'result' | 'expected' | 'found'> {
  const a = counterA === null || rowsA === null ? undefined : { expected: counterA, found: rowsA };
  const b = counterB === null || rowsB === null ? undefined : { expected: counterB, found: rowsB };
  const better = a === undefined || (b !== undefined && gap(b) < gap(a)) ? b : a;
  if (better === undefined) return { result: 'blind', expected: counterA ?? counterB, found: rowsA ?? rowsB };
  const churn = a === undefined || b === undefined ? 0 : Math.abs(a.expected - b.expected) + Math.abs(a.found - b.found);
  const both = steady && a !== undefined && b !== undefined && gap(a) !== 0 && a.found - a.expected === b.found - b.expected;
  return { result: !both && gap(better) <= churn ? 'holds' : 'broken', ...better };
}

function gap({ expected, found }: { readonly expected: number; readonly found: number }): number {
  return Math.abs(expected - found);
}

/** Which counter is to equal which rows. `proto` is a value of sockets_inet. */
const SOCKSTAT: readonly (readonly [file: string, prefix: string, name: string, proto: string])[] = [
  ['sockstat', 'TCP', 'inuse', 'tcp'],
  ['sockstat', 'UDP', 'inuse', 'udp'],
  ['sockstat', 'UDPLITE', 'inuse', 'udplite'],
  ['sockstat', 'RAW', 'inuse', 'raw'],
  ['sockstat6', 'TCP6', 'inuse', 'tcp6'],
  ['sockstat6', 'UDP6', 'inuse', 'udp6'],
  ['sockstat6', 'UDPLITE6', 'inuse', 'udplite6'],
  ['sockstat6', 'RAW6', 'inuse', 'raw6'],
];

/** tcp_get_idx and unix_get_first resume at a bucket; udp, raw and netlink count rows from the start again, and lose some. */
const STEADY = new Set(['tcp', 'tcp6', 'unix']);

type Numbers = ReadonlyMap<string, number>;

/**
 * Rows against the kernel's own counts (sock_prot_inuse_get of each struct proto), for each network namespace whose tables were taken.
 * `rowless`: how many sockets that stand in no table are held in each namespace; less than there are when the capture is `partial`.
 */
export function counterChecks(
  db: CaseDb,
  captureId: number,
  inet: readonly InetGroup[],
  rowless: ReadonlyMap<number, number>,
  partial: boolean,
): LedgerEntry[] {
  const counters = read(db, COUNTERS, captureId);
  const rows = new Map([
    ...inet.map(({ net_ns, pass, proto, full }) => [`${net_ns} ${pass} ${proto}`, full] as const),
    ...read(db, UNIX_ROWS, captureId),
    ...read(db, PACKET_ROWS, captureId),
    ...read(db, NETLINK_ROWS, captureId),
  ]);
  const taken = readTables(db, captureId);
  const pair = (ns: number, counter: string, table: string): Pair => ({
    counterA: counters.get(`${ns} A ${counter}`) ?? null,
    counterB: counters.get(`${ns} B ${counter}`) ?? null,
    rowsA: taken.has(`${ns} A ${table}`) ? (rows.get(`${ns} A ${table}`) ?? 0) : null,
    rowsB: taken.has(`${ns} B ${table}`) ? (rows.get(`${ns} B ${table}`) ?? 0) : null,
  });
  const ends = closedEnds(db, captureId);
  const entries: LedgerEntry[] = [];
  for (const ns of namespaces(counters, taken)) {
    for (const [file, prefix, name, table] of SOCKSTAT) {
      for (const [check, basis] of [
        [`${prefix} ${name}`, file],
        [`protocols ${PROTOCOL_NAMES.get(table) ?? table}`, 'protocols'],
      ] as const) {
        const { result, expected, found } = compare(pair(ns, check, table), STEADY.has(table));
        if (result === 'blind' && (found === null || expected === null)) continue; // not this kernel's table, or not its counter: nothing to ask
        const numbers = { netNs: ns, expected, found, tolerance: CHURN };
        entries.push(entry('counters', check, result, `${basis} against full rows of net/${table}`, numbers));
      }
    }
    for (const [check, table, basis] of PROTOCOLS) {
      const { result, expected, found } = compare(pair(ns, check, table), STEADY.has(table));
      if (result === 'blind' && found === null) continue;
      const missing = (expected ?? 0) - (found ?? 0);
      const excuse =
        result === 'broken' && missing > 0
          ? excuseFor(check, missing, { rowless: rowless.get(ns) ?? -1, partial, ends: ends.get(ns) })
          : null;
      entries.push(
        entry('counters', check, excuse?.result ?? result, excuse?.basis ?? basis, { netNs: ns, expected, found, tolerance: CHURN }),
      );
    }
  }
  return entries;
}

/** Why fewer rows than counted need not be a lie; null when nothing explains it. */
function excuseFor(
  check: string,
  missing: number,
  { rowless, partial, ends }: { readonly rowless: number; readonly partial: boolean; readonly ends: ClosedEnds | undefined },
): { readonly result: 'holds' | 'blind'; readonly basis: string } | null {
  if (check === 'NETLINK' && missing <= rowless) return { result: 'holds', basis: UNBOUND };
  if (check === 'NETLINK' && partial) return { result: 'blind', basis: UNBOUND };
  if (check !== 'UNIX' || ends === undefined) return null;
  if (ends.known !== null) return missing <= ends.known ? { result: 'holds', basis: CLOSED } : null;
  return ends.possible ? { result: 'blind', basis: MAY_BE_CLOSED } : null;
}

const CHURN = 'both passes must show it, and it must be more than what changed between them (tcp and unix: or the same in both)';

/** Names in /proc/net/protocols (struct proto) of the tables whose counts sockstat gives too. */
const PROTOCOL_NAMES: ReadonlyMap<string, string> = new Map([
  ['tcp', 'TCP'],
  ['tcp6', 'TCPv6'],
  ['udp', 'UDP'],
  ['udp6', 'UDPv6'],
  ['udplite', 'UDP-Lite'],
  ['udplite6', 'UDPLITEv6'],
  ['raw', 'RAW'],
  ['raw6', 'RAWv6'],
]);

const PROTOCOLS: readonly (readonly [check: string, table: string, basis: string])[] = [
  ['UNIX', 'unix', 'protocols UNIX and UNIX-STREAM against rows of net/unix'],
  ['PACKET', 'packet', 'protocols PACKET against rows of net/packet'],
  ['NETLINK', 'netlink', "protocols NETLINK against rows of net/netlink without the kernel's own"],
];

/** netlink_create counts a socket, only netlink_insert (bind, or the first message) puts it into the table. */
const UNBOUND =
  'protocols NETLINK against rows of net/netlink: those that are missing were never bound, and are among the descriptors without a row';

const CLOSED =
  "protocols UNIX and UNIX-STREAM against rows of net/unix: those that are missing are closed and kept by their open ends, as the kernel's dump tells";
const MAY_BE_CLOSED =
  'protocols UNIX and UNIX-STREAM against rows of net/unix: a closed socket is counted until its other end closes too or what it sent is read; only the dump of --netlink tells them from hidden ones';

const COUNTERS = `SELECT net_ns || ' ' || pass || ' ' || prefix || ' ' || name AS key, value AS n FROM counters
    WHERE capture_id = ? AND file IN ('sockstat', 'sockstat6') AND name = 'inuse' AND net_ns IS NOT NULL
  UNION ALL SELECT net_ns || ' ' || pass || ' ' || CASE protocol WHEN 'UNIX-STREAM' THEN 'UNIX' ELSE protocol END AS key, total(sockets) AS n
    FROM net_protocols WHERE capture_id = ? AND protocol IN ('UNIX', 'UNIX-STREAM', 'PACKET', 'NETLINK') AND net_ns IS NOT NULL GROUP BY key
  UNION ALL SELECT net_ns || ' ' || pass || ' protocols ' || protocol AS key, sockets AS n
    FROM net_protocols WHERE capture_id = ? AND net_ns IS NOT NULL AND sockets IS NOT NULL`;
const UNIX_ROWS = `SELECT net_ns || ' ' || pass || ' unix' AS key, count(*) AS n FROM sockets_unix
  WHERE capture_id = ? AND net_ns IS NOT NULL GROUP BY net_ns, pass`;
const PACKET_ROWS = UNIX_ROWS.replaceAll('unix', 'packet');
const NETLINK_ROWS = `SELECT net_ns || ' ' || pass || ' netlink' AS key, count(*) AS n FROM sockets_netlink
  WHERE capture_id = ? AND port_id <> 0 AND net_ns IS NOT NULL GROUP BY net_ns, pass`;

/** A number that the host chose, as one that can be reckoned with and stored: what is larger is as wrong. */
export function bounded(n: number | bigint): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(n)));
}

function read(db: CaseDb, sql: string, captureId: number): Numbers {
  const params = Array.from({ length: sql.split('?').length - 1 }, () => captureId);
  return new Map(db.all<{ key: string; n: number | bigint }>(sql, ...params).map(({ key, n }) => [key, bounded(n)]));
}

/** Socket tables that were read to their end: `NAMESPACE PASS NAME`. */
export function readTables(db: CaseDb, captureId: number): Set<string> {
  const found = new Set<string>();
  for (const { net_ns, pass, path } of db.iterate<{ net_ns: number; pass: string; path: string }>(
    `SELECT net_ns, pass, path FROM sources WHERE capture_id = ? AND path LIKE '%/net/%' AND net_ns IS NOT NULL
       AND bytes IS NOT NULL AND errno IS NULL AND truncated IS NULL`,
    captureId,
  )) {
    found.add(`${net_ns} ${pass} ${path.slice(path.lastIndexOf('/') + 1)}`);
  }
  return found;
}

function namespaces(counters: Numbers, taken: ReadonlySet<string>): number[] {
  const all = [...counters.keys(), ...taken].map((key) => Number(key.slice(0, key.indexOf(' '))));
  return [...new Set(all)].sort((a, b) => a - b);
}
