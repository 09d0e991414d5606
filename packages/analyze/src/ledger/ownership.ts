import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { readTables } from './counters.ts';
import { isPartial, seesAllPids } from './cross-views.ts';
import type { SocketReason } from './reasons.ts';

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

const PASSES = "CASE WHEN min(pass) = max(pass) THEN min(pass) ELSE 'AB' END AS passes";

/**
 * Rows of a table that nobody holds, a socket of both passes once. Inodes are taken from the index and looked up before any row is read:
 * nearly all are held. `zero` is what tells sockets without an inode apart, where the table has such.
 */
function unheld(table: string, columns: string, zero?: string): string {
  const select = `SELECT net_ns, ${columns}, inode, ${PASSES} FROM`;
  const free = `SELECT inode AS free FROM (SELECT DISTINCT inode FROM ${table} WHERE capture_id = ? AND inode > 0) d
    WHERE NOT EXISTS (SELECT 1 FROM fds f WHERE f.capture_id = ? AND f.socket_inode = d.inode)`;
  const held = `${select} (${free}) CROSS JOIN ${table} s WHERE s.capture_id = ? AND s.inode = free GROUP BY net_ns, inode, protocol, local, remote`;
  return zero === undefined ? held : `${held} UNION ALL ${select} ${table} s WHERE capture_id = ? AND inode = 0 GROUP BY net_ns, ${zero}`;
}

/** `port` of netlink is its port id. */
const UNHELD: readonly string[] = [
  unheld(
    'sockets_inet',
    `proto AS protocol, local_address || ':' || local_port AS local, remote_address || ':' || remote_port AS remote, local_port AS port, state,
     max(coalesce(mini, 0)) AS mini`,
    'proto, local_address, local_port, remote_address, remote_port',
  ),
  unheld('sockets_unix', "'unix' AS protocol, path AS local, NULL AS remote, NULL AS port, state, 0 AS mini", 'pointer, path'),
  unheld(
    'sockets_netlink',
    "'netlink' AS protocol, s.protocol || ':' || port_id AS local, NULL AS remote, port_id AS port, NULL AS state, 0 AS mini",
  ),
  unheld('sockets_packet', "'packet' AS protocol, ifindex AS local, NULL AS remote, NULL AS port, NULL AS state, 0 AS mini"),
  unheld(
    'sockets_sctp',
    `'sctp' AS protocol, local_addresses || ':' || local_port AS local, remote_addresses || ':' || remote_port AS remote, local_port AS port,
     NULL AS state, 0 AS mini`,
  ),
];

/** Every socket without a holder and why, in the order of the tables. */
export function* unheldSockets(db: CaseDb, captureId: number): Generator<Unheld, void> {
  const around = surroundings(db, captureId);
  for (const sql of UNHELD) {
    const captureIds = Array.from({ length: sql.split('?').length - 1 }, () => captureId);
    for (const row of db.iterate<Row>(sql, ...captureIds)) {
      const { net_ns: netNs, protocol, local, remote, state, inode, passes } = row;
      yield { netNs, protocol, local, remote, state, inode, passes, reason: reasonOf(row, around) };
    }
  }
}

/** What the capture knows that may account for a socket without a holder. */
interface Surroundings {
  /** `NAMESPACE PORT` of every TCP listener. */
  readonly listeners: ReadonlySet<string>;
  /** `NAMESPACE PASS TABLE` read to its end. */
  readonly tables: ReadonlySet<string>;
  readonly allPids: boolean;
  readonly unreadable: boolean;
  readonly inFlight: boolean;
  /** Inodes of sockets that an io_uring lists. */
  readonly uring: ReadonlySet<number>;
}

function surroundings(db: CaseDb, captureId: number): Surroundings {
  const one = (sql: string): boolean => db.get(sql, captureId) !== undefined;
  const rings = db.all<{ detail: string }>(`SELECT detail FROM fds WHERE capture_id = ? AND detail LIKE '%"UserFiles"%'`, captureId);
  return {
    listeners: new Set(
      db
        .all<{ key: string }>(
          "SELECT DISTINCT net_ns || ' ' || local_port AS key FROM sockets_inet WHERE capture_id = ? AND state = 'LISTEN'",
          captureId,
        )
        .map(({ key }) => key),
    ),
    tables: readTables(db, captureId),
    allPids: seesAllPids(db, captureId) !== false,
    // The table of a kernel thread holds nothing, that of a zombie is gone.
    unreadable:
      isPartial(db, captureId) ||
      one(
        "SELECT 1 FROM processes WHERE capture_id = ? AND fd_errno IN ('EACCES', 'EPERM') AND kernel_thread IS NOT 1 AND state NOT IN ('Z', 'X') LIMIT 1",
      ) ||
      one("SELECT 1 FROM fds WHERE capture_id = ? AND target_errno IN ('EACCES', 'EPERM') LIMIT 1") ||
      one("SELECT 1 FROM sources WHERE capture_id = ? AND path LIKE '%/fd.list' AND (blocked = 1 OR truncated IS NOT NULL) LIMIT 1"),
    inFlight: one('SELECT 1 FROM fds WHERE capture_id = ? AND scm_fds > 0 LIMIT 1') || rings.some(({ detail }) => isUnreadRing(detail)),
    uring: new Set(rings.flatMap(({ detail }) => [...detail.matchAll(/socket:\[(\d+)\]/g)].map((m) => Number(m[1])))),
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
      return around.listeners.has(`${row.net_ns} ${row.port}`) ? 'accept-queue' : 'unexplained';
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
