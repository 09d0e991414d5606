import type { CaseDb } from '../db/query.ts';
import { readTables } from './counters.ts';
import type { DescriptorReason } from './reasons.ts';
import { type RowlessVerdict, rowlessVerdicts } from './rowless.ts';
import type { InetGroup } from './scans.ts';

/** A descriptor of a socket that stands in no table of any namespace. */
export interface Rowless {
  readonly pid: number;
  /** 0 for the table of the process. */
  readonly tid: number;
  readonly fd: number;
  readonly inode: number;
  /** Of its holder; the socket may be of another one. */
  readonly netNs: number | null;
  readonly sourceId: number | null;
  readonly line: number | null;
  readonly reason: DescriptorReason;
}

type Bare = Omit<Rowless, 'reason'>;

const TABLES = ['sockets_inet', 'sockets_unix', 'sockets_netlink', 'sockets_packet', 'sockets_sctp'];

/** The namespace is that of the thread where one is known, else that of its process; a socket may be of another one. */
const ROWLESS = `SELECT f.pid, f.tid, f.fd, f.socket_inode AS inode, coalesce(t.net_ns, p.net_ns) AS netNs, f.source_id AS sourceId, f.line FROM fds f
  LEFT JOIN processes p ON p.capture_id = f.capture_id AND p.pid = f.pid
  LEFT JOIN threads t ON t.capture_id = f.capture_id AND t.pid = f.pid AND t.tid = f.tid
  WHERE f.capture_id = ? AND f.socket_inode IS NOT NULL AND ${TABLES.map(
    (table) => `NOT EXISTS (SELECT 1 FROM ${table} s WHERE s.capture_id = f.capture_id AND s.inode = f.socket_inode)`,
  ).join(' AND ')} ORDER BY f.pid, f.tid, f.fd`;

/** Every one of them and why, and what the kernel's count says of their number by namespace. */
export function rowlessDescriptors(
  db: CaseDb,
  captureId: number,
  groups: readonly InetGroup[],
): { readonly rowless: readonly Rowless[]; readonly verdicts: ReadonlyMap<number, RowlessVerdict> } {
  const found = db.all<Bare>(ROWLESS, captureId);
  const inodes = new Map<number, Set<number>>();
  for (const { netNs, inode } of found) if (netNs !== null) inodes.set(netNs, (inodes.get(netNs) ?? new Set()).add(inode));
  const verdicts = rowlessVerdicts(db, captureId, groups, new Map([...inodes].map(([ns, set]) => [ns, set.size])));
  const taken = new Set([...readTables(db, captureId)].map((key) => Number(key.slice(0, key.indexOf(' ')))));
  const cut = new Set(
    db
      .all<{ ns: number }>(
        `SELECT DISTINCT net_ns AS ns FROM sources WHERE capture_id = ? AND net_ns IS NOT NULL AND path LIKE '%/net/%'
           AND (truncated IS NOT NULL OR blocked = 1 OR (errno IS NOT NULL AND errno <> 'ENOENT'))`,
        captureId,
      )
      .map(({ ns }) => ns),
  );
  const reasonOf = ({ netNs }: Bare): DescriptorReason => {
    if (netNs === null) return 'untabled';
    if (!taken.has(netNs)) return 'namespace-not-taken';
    return cut.has(netNs) ? 'table-not-read' : counted(verdicts.get(netNs));
  };
  return { rowless: found.map((row) => ({ ...row, reason: reasonOf(row) })), verdicts };
}

/** Descriptors beyond what the kernel counts in the namespace of their holder are of sockets in another one. */
function counted(verdict: RowlessVerdict | undefined): DescriptorReason {
  if (verdict === undefined || verdict.result !== 'broken' || (verdict.found ?? 0) < (verdict.expected ?? 0)) return 'untabled';
  return (verdict.expected ?? 0) <= 0 ? 'unseen-namespace' : 'untabled-or-unseen-namespace';
}
