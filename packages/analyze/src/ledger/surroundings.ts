import { maybeForged } from '../db/forged.ts';
import type { CaseDb } from '../db/query.ts';
import { readTables } from './counters.ts';
import { isPartial, seesAllPids } from './cross-views.ts';
import type { SocketReason } from './reasons.ts';
import type { OddDescriptors } from './scans.ts';
import type { SocketRow } from './socket-tables.ts';

const LISTENERS = "SELECT DISTINCT net_ns || ' ' || local_port AS key FROM sockets_inet WHERE capture_id = ? AND state = 'LISTEN'";

const UNCOUNTED = `SELECT 1 FROM fds f WHERE f.capture_id = ? AND f.socket_inode IS NOT NULL AND f.scm_fds IS NULL AND f.info_source_id IS NOT NULL
  AND EXISTS (SELECT 1 FROM sockets_unix u WHERE u.capture_id = f.capture_id AND u.inode = f.socket_inode) LIMIT 1`;
const MOUNTED = "SELECT 1 FROM mounts WHERE capture_id = ? AND mount_point GLOB '/proc/[0-9]*' LIMIT 1";

/** What the capture knows that may account for a socket without a holder. */
export interface Surroundings {
  /** `NAMESPACE PORT` of every TCP listener; asked for by few captures. */
  readonly listeners: () => ReadonlySet<string>;
  /** `NAMESPACE PASS TABLE` read to its end. */
  readonly tables: ReadonlySet<string>;
  readonly allPids: boolean;
  /** Descriptors of a process that is listed, or of a thread, were refused. */
  readonly refused: boolean;
  /** Any other part of the descriptors is missing. */
  readonly unreadable: boolean;
  /** The directory of a process is covered: what it holds was not seen. */
  readonly covered: boolean;
  /** How many files are on their way in unix messages, or in an io_uring that could not be read. */
  readonly inFlight: number;
  /** The kernel says of unix sockets how many files wait in them (fdinfo scm_fds: not in 4.19, there by 6.1). */
  readonly countsFlight: boolean;
  /** Inodes of sockets that an io_uring lists. */
  readonly uring: ReadonlySet<number>;
  /** Rows that a name may have forged, as `SOURCE:LINE`. */
  readonly forged: ReadonlySet<string>;
}

export function surroundings(db: CaseDb, captureId: number, descriptors: readonly OddDescriptors[]): Surroundings {
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
    covered: one(MOUNTED) || one("SELECT 1 FROM problems WHERE capture_id = ? AND code = 'pid-differs' LIMIT 1"),
    // The table of a kernel thread holds nothing, that of a zombie is gone.
    refused:
      one(
        "SELECT 1 FROM processes WHERE capture_id = ? AND fd_errno IN ('EACCES', 'EPERM') AND kernel_thread IS NOT 1 AND state NOT IN ('Z', 'X') LIMIT 1",
      ) || descriptors.some(({ errno }) => errno === 'EACCES' || errno === 'EPERM'),
    unreadable:
      isPartial(db, captureId) ||
      one("SELECT 1 FROM sources WHERE capture_id = ? AND path LIKE '%/fd.list' AND (blocked = 1 OR truncated IS NOT NULL) LIMIT 1"),
    inFlight: (descriptors.some((d) => d.inFlight === 1) ? waiting(db, captureId) : 0) + rings.reduce((sum, r) => sum + unlisted(r), 0),
    countsFlight: !one(UNCOUNTED),
    uring: new Set(rings.flatMap((detail) => [...detail.matchAll(/socket:\[(\d+)\]/g)].map((m) => Number(m[1])))),
    forged: maybeForged(db, captureId),
  };
}

/** Files in the receive queues of unix sockets (unix_show_fdinfo); a queue that several descriptors show counts once. */
function waiting(db: CaseDb, captureId: number): number {
  const sql = 'SELECT total(n) AS n FROM (SELECT max(scm_fds) AS n FROM fds WHERE capture_id = ? AND scm_fds > 0 GROUP BY socket_inode)';
  return db.get<{ n: number | null }>(sql, captureId)?.n ?? 0;
}

/** An io_uring says how many files it holds, but lists them only when nobody used it at that moment (io_uring_show_fdinfo). */
function unlisted(detail: string): number {
  const listed = detail.match(/\["\s*\d+","/g)?.length ?? 0;
  return listed > 0 ? 0 : Number(/"UserFiles","(\d+)/.exec(detail)?.[1] ?? 0);
}

/** Kernel: inet_csk_accept and sock_graft give the socket its inode; tcp_close takes it away; mini sockets never have one. */
function withoutInode(row: SocketRow, around: Surroundings): SocketReason {
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

/** The reason of one socket; null where only the number of such sockets can tell (see restReason). */
export function reasonOf(row: SocketRow, around: Surroundings): SocketReason | null {
  if (row.inode === null || row.inode === 0) return withoutInode(row, around);
  if (row.protocol === 'netlink' && row.port === 0) return 'kernel';
  if (around.uring.has(row.inode)) return 'io-uring';
  if (around.forged.size > 0 && row.places.split(',').every((place) => around.forged.has(place))) return 'forged';
  const table = row.protocol === 'sctp' ? 'eps' : row.protocol;
  if (row.passes === 'A' && around.tables.has(`${row.net_ns} B ${table}`)) return 'vanished';
  if (row.passes === 'B' && around.tables.has(`${row.net_ns} A ${table}`)) return 'appeared';
  return null;
}

/**
 * The reason of the `n` sockets that nothing of their own accounts for. That files are in flight is seen, and accounts for as many sockets;
 * where there are more, what could not be looked at is the likelier reason, and without such a thing some of them are unexplained.
 */
export function restReason(n: number, around: Surroundings): SocketReason {
  if (n <= around.inFlight) return 'in-flight';
  if (around.covered) return 'covered';
  // A process that is listed and could not be looked into is nearer than those outside of an inner pid namespace, which nobody has seen.
  if (around.refused) return 'unreadable';
  if (!around.allPids) return 'other-pid-namespace';
  if (around.unreadable) return 'unreadable';
  return around.countsFlight ? 'unexplained' : 'in-flight';
}
