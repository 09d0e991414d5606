import type { CaseDb } from '../db/query.ts';
import { readTables } from './counters.ts';
import type { DescriptorReason } from './reasons.ts';

/** A descriptor of a socket that stands in no table of any namespace. */
export interface Rowless {
  readonly pid: number;
  /** 0 for the table of the process. */
  readonly tid: number;
  readonly fd: number;
  readonly inode: number;
  readonly netNs: number | null;
  readonly reason: DescriptorReason;
}

const TABLES = ['sockets_inet', 'sockets_unix', 'sockets_netlink', 'sockets_packet', 'sockets_sctp'];

/** The namespace is that of the thread where one is known, else that of its process; a socket may be of another one. */
const ROWLESS = `SELECT f.pid, f.tid, f.fd, f.socket_inode AS inode, coalesce(t.net_ns, p.net_ns) AS netNs FROM fds f
  LEFT JOIN processes p ON p.capture_id = f.capture_id AND p.pid = f.pid
  LEFT JOIN threads t ON t.capture_id = f.capture_id AND t.pid = f.pid AND t.tid = f.tid
  WHERE f.capture_id = ? AND f.socket_inode IS NOT NULL AND ${TABLES.map(
    (table) => `NOT EXISTS (SELECT 1 FROM ${table} s WHERE s.capture_id = f.capture_id AND s.inode = f.socket_inode)`,
  ).join(' AND ')} ORDER BY f.pid, f.tid, f.fd`;

/** Every one of them and why. */
export function* rowlessDescriptors(db: CaseDb, captureId: number): Generator<Rowless, void> {
  const tables = readTables(db, captureId);
  const taken = new Set([...tables].map((key) => Number(key.slice(0, key.indexOf(' ')))));
  const cut = new Set(
    db
      .all<{ ns: number }>(
        `SELECT DISTINCT net_ns AS ns FROM sources WHERE capture_id = ? AND net_ns IS NOT NULL AND path LIKE '%/net/%'
           AND (truncated IS NOT NULL OR blocked = 1 OR (errno IS NOT NULL AND errno <> 'ENOENT'))`,
        captureId,
      )
      .map(({ ns }) => ns),
  );
  for (const row of db.iterate<Omit<Rowless, 'reason'>>(ROWLESS, captureId)) yield { ...row, reason: reasonOf(row.netNs, taken, cut) };
}

function reasonOf(netNs: number | null, taken: ReadonlySet<number>, cut: ReadonlySet<number>): DescriptorReason {
  if (netNs !== null && !taken.has(netNs)) return 'namespace-not-taken';
  return netNs !== null && cut.has(netNs) ? 'table-not-read' : 'untabled';
}
