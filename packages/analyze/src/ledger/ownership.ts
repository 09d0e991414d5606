import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { readTables } from './counters.ts';
import { isPartial, seesAllPids } from './cross-views.ts';
import type { SocketReason } from './reasons.ts';
import { type OddDescriptors, type Scans, scanDescriptors } from './scans.ts';

/** A socket that no descriptor holds, once for both passes. */
export interface Unheld {
  readonly netNs: number | null;
  /** tcp, udp6, unix, netlink, packet, sctp … */
  readonly protocol: string;
  readonly local: Value;
  readonly remote: Value;
  readonly state: string | null;
  readonly inode: number | null;
  /** A, B or AB. */
  readonly passes: string;
  readonly reason: SocketReason;
}

interface Row {
  net_ns: number | null;
  protocol: string;
  local: Value;
  remote: Value;
  port: number | null;
  state: string | null;
  mini: number | null;
  inode: number | null;
  passes: string;
}

/** Rows whose inode no descriptor has, and how many rows an inode must have in the table to be asked for. */
const FREE = `s.capture_id = ? AND s.inode > 0
    AND NOT EXISTS (SELECT 1 FROM fds f WHERE f.capture_id = s.capture_id AND f.socket_inode = s.inode) GROUP BY s.inode HAVING count(*) >=`;

/** A table of sockets, its columns as expressions for those of Row. */
interface SocketTable {
  readonly name: string;
  readonly protocol: string;
  readonly local: string;
  readonly remote?: string;
  readonly port?: string;
  readonly state?: string;
  readonly mini?: string;
  /** What tells sockets without an inode apart, where the table has such. */
  readonly zero?: string;
}

/** `port` of netlink is its port id. */
const TABLES: readonly SocketTable[] = [
  {
    name: 'sockets_inet',
    protocol: 'proto',
    local: "local_address || ':' || local_port",
    remote: "remote_address || ':' || remote_port",
    port: 'local_port',
    state: 'state',
    mini: 'max(coalesce(mini, 0))',
    zero: 'proto, local_address, local_port, remote_address, remote_port',
  },
  { name: 'sockets_unix', protocol: "'unix'", local: 'path', state: 'state', zero: 'pointer, path' },
  { name: 'sockets_netlink', protocol: "'netlink'", local: "s.protocol || ':' || port_id", port: 'port_id' },
  { name: 'sockets_packet', protocol: "'packet'", local: 'ifindex' },
  {
    name: 'sockets_sctp',
    protocol: "'sctp'",
    local: "local_addresses || ':' || local_port",
    remote: "remote_addresses || ':' || remote_port",
    port: 'local_port',
  },
];

/**
 * Rows of a table that nobody holds, a socket of both passes once: those without an inode, and where `least` is given those of an inode that has
 * as many rows. Inodes are taken from the index and looked up before any row is read: nearly all are held.
 */
function unheld(table: SocketTable, least: number | null): string {
  const { name, protocol, local, remote = 'NULL', port = 'NULL', state = 'NULL', mini = '0', zero } = table;
  const select = `SELECT net_ns, ${protocol} AS protocol, ${local} AS local, ${remote} AS remote, ${port} AS port, ${state} AS state, ${mini} AS mini,
    inode, CASE WHEN min(pass) = max(pass) THEN min(pass) ELSE 'AB' END AS passes FROM`;
  const free = `SELECT s.inode AS free FROM ${name} s WHERE ${FREE} ${least}`;
  const parts = [
    ...(least === null
      ? []
      : [`${select} (${free}) CROSS JOIN ${name} s WHERE s.capture_id = ? AND s.inode = free GROUP BY net_ns, inode, 2, local, remote`]),
    ...(zero === undefined ? [] : [`${select} ${name} s WHERE capture_id = ? AND inode = 0 GROUP BY net_ns, ${zero}`]),
  ];
  return parts.join(' UNION ALL ');
}

/** Every socket without a holder and why, in the order of the tables. */
export function* unheldSockets(db: CaseDb, captureId: number): Generator<Unheld, void> {
  const around = surroundings(db, captureId, scanDescriptors(db, captureId));
  for (const table of TABLES) {
    for (const row of unheldRows(db, captureId, table, 1)) {
      const { net_ns: netNs, protocol, local, remote, state, inode, passes } = row;
      yield { netNs, protocol, local, remote, state, inode, passes, reason: reasonOf(row, around) };
    }
  }
}

function unheldRows(db: CaseDb, captureId: number, table: SocketTable, least: number | null): Iterable<Row> {
  const sql = unheld(table, least);
  if (sql === '') return [];
  const captureIds = Array.from({ length: sql.split('?').length - 1 }, () => captureId);
  return db.iterate<Row>(sql, ...captureIds);
}

/**
 * How many sockets of unheldSockets there are for each reason. Where there are many, as in evidence without descriptors, nearly all of them have one
 * row: those are counted by SQLite for each combination that reasonOf looks at.
 */
export function countUnheld(db: CaseDb, captureId: number, scans: Scans): Map<SocketReason, number> {
  const around = surroundings(db, captureId, scans.descriptors);
  const counts = new Map<SocketReason, number>();
  const add = (reason: SocketReason, n: number) => counts.set(reason, (counts.get(reason) ?? 0) + n);
  // Which sockets an io_uring lists is known by inode.
  const rings = around.uring.size > 0;
  for (const table of TABLES) {
    if (!rings) for (const [reason, n] of aloneReasons(db, captureId, table, around)) add(reason, n);
    const least = rings ? 1 : scans.repeated.has(table.name) ? 2 : null;
    for (const row of unheldRows(db, captureId, table, least)) add(reasonOf(row, around), 1);
  }
  return counts;
}

/** Reasons of the sockets with an inode that one row alone shows. What reasonOf asks of such is the kernel's own, and whether the other pass should show it. */
function aloneReasons(
  db: CaseDb,
  captureId: number,
  { name, protocol, port = 'NULL' }: SocketTable,
  around: Surroundings,
): [SocketReason, number][] {
  const other = JSON.stringify([...around.tables].map((key) => key.split(' ')));
  const row = db.get<{ n: number; kernel: number | null; vanished: number | null; appeared: number | null }>(
    `SELECT count(*) AS n, sum(kernel) AS kernel, 
         sum(CASE WHEN pass = 'A' AND NOT kernel THEN again END) AS vanished, sum(CASE WHEN pass = 'B' AND NOT kernel THEN again END) AS appeared
       FROM (SELECT pass, protocol = 'netlink' AND port = 0 AS kernel, (net_ns, pass, CASE protocol WHEN 'sctp' THEN 'eps' ELSE protocol END) IN
         (SELECT CAST(value ->> 0 AS INTEGER), CASE value ->> 1 WHEN 'A' THEN 'B' ELSE 'A' END, value ->> 2 FROM json_each(?)) AS again
         FROM (SELECT net_ns, ${protocol} AS protocol, ${port} AS port, min(pass) AS pass FROM ${name} s WHERE ${FREE} 1 AND count(*) = 1))`,
    other,
    captureId,
  );
  const [kernel, vanished, appeared] = [row?.kernel ?? 0, row?.vanished ?? 0, row?.appeared ?? 0];
  const rest = reasonOf(
    { net_ns: null, protocol: '', local: null, remote: null, port: null, state: null, mini: 0, inode: 1, passes: 'AB' },
    around,
  );
  const counts: [SocketReason, number][] = [
    ['kernel', kernel],
    ['vanished', vanished],
    ['appeared', appeared],
    [rest, (row?.n ?? 0) - kernel - vanished - appeared],
  ];
  return counts.filter(([, n]) => n > 0);
}

const LISTENERS = "SELECT DISTINCT net_ns || ' ' || local_port AS key FROM sockets_inet WHERE capture_id = ? AND state = 'LISTEN'";

/** What the capture knows that may account for a socket without a holder. */
interface Surroundings {
  /** `NAMESPACE PORT` of every TCP listener; asked for by few captures. */
  readonly listeners: () => ReadonlySet<string>;
  /** `NAMESPACE PASS TABLE` read to its end. */
  readonly tables: ReadonlySet<string>;
  readonly allPids: boolean;
  readonly unreadable: boolean;
  readonly inFlight: boolean;
  /** Inodes of sockets that an io_uring lists. */
  readonly uring: ReadonlySet<number>;
}

function surroundings(db: CaseDb, captureId: number, descriptors: readonly OddDescriptors[]): Surroundings {
  const one = (sql: string): boolean => db.get(sql, captureId) !== undefined;
  const rings = descriptors.flatMap(({ ring }) => (ring === null ? [] : [ring]));
  let listeners: ReadonlySet<string> | undefined;
  return {
    listeners: () => {
      listeners ??= new Set(db.all<{ key: string }>(LISTENERS, captureId).map(({ key }) => key));
      return listeners;
    },
    tables: readTables(db, captureId),
    allPids: seesAllPids(db, captureId) !== false,
    // The table of a kernel thread holds nothing, that of a zombie is gone.
    unreadable:
      isPartial(db, captureId) ||
      one(
        "SELECT 1 FROM processes WHERE capture_id = ? AND fd_errno IN ('EACCES', 'EPERM') AND kernel_thread IS NOT 1 AND state NOT IN ('Z', 'X') LIMIT 1",
      ) ||
      descriptors.some(({ errno }) => errno === 'EACCES' || errno === 'EPERM') ||
      one("SELECT 1 FROM sources WHERE capture_id = ? AND path LIKE '%/fd.list' AND (blocked = 1 OR truncated IS NOT NULL) LIMIT 1"),
    inFlight: descriptors.some((d) => d.inFlight === 1) || rings.some(isUnreadRing),
    uring: new Set(rings.flatMap((detail) => [...detail.matchAll(/socket:\[(\d+)\]/g)].map((m) => Number(m[1])))),
  };
}

/** An io_uring says how many files it holds, but lists them only when nobody used it at that moment. */
function isUnreadRing(detail: string): boolean {
  const count = Number(/"UserFiles","(\d+)/.exec(detail)?.[1] ?? 0);
  const listed = detail.match(/\["\s*\d+","/g)?.length ?? 0;
  return count > 0 && listed === 0;
}

/** Kernel: inet_csk_accept and sock_graft give the socket its inode; tcp_close takes it away; mini sockets never have one. */
function withoutInode(row: Row, around: Surroundings): SocketReason {
  if (row.protocol === 'unix') return row.state === 'CONNECTING' ? 'embryo' : row.state === 'DISCONNECTING' ? 'closing' : 'unexplained';
  if (row.mini === 1) return row.state === 'SYN_RECV' ? 'request' : 'time-wait';
  switch (row.state) {
    case 'FIN_WAIT1':
    case 'FIN_WAIT2':
    case 'LAST_ACK':
    case 'CLOSING':
      return 'closing';
    case 'SYN_RECV':
      return 'request';
    case 'ESTABLISHED':
    case 'CLOSE_WAIT':
      return around.listeners().has(`${row.net_ns} ${row.port}`) ? 'accept-queue' : 'unexplained';
    default:
      return 'unexplained';
  }
}

function reasonOf(row: Row, around: Surroundings): SocketReason {
  if (row.inode === null || row.inode === 0) return withoutInode(row, around);
  if (row.protocol === 'netlink' && row.port === 0) return 'kernel';
  if (around.uring.has(row.inode)) return 'io-uring';
  const table = row.protocol === 'sctp' ? 'eps' : row.protocol;
  if (row.passes === 'A' && around.tables.has(`${row.net_ns} B ${table}`)) return 'vanished';
  if (row.passes === 'B' && around.tables.has(`${row.net_ns} A ${table}`)) return 'appeared';
  if (!around.allPids) return 'other-pid-namespace';
  if (around.unreadable) return 'unreadable';
  return around.inFlight ? 'in-flight' : 'unexplained';
}
