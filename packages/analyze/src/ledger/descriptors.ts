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
  const told = new Map(kernelTells(db, captureId, found).map(({ inode, ns }) => [inode, ns]));
  const elsewhere = (ns: number): number =>
    new Set(found.filter((d) => d.netNs === ns && told.has(d.inode) && told.get(d.inode) !== ns).map((d) => d.inode)).size;
  const ofCount = new Map([...verdicts].map(([ns, verdict]) => [ns, counted(verdict, elsewhere(ns))]));
  const reasonOf = ({ netNs, inode }: Bare): DescriptorReason => {
    const there = told.get(inode);
    if (there !== undefined) return there === netNs ? 'listed-by-kernel' : 'unseen-namespace';
    if (netNs === null) return 'untabled';
    if (!taken.has(netNs)) return 'namespace-not-taken';
    return cut.has(netNs) ? 'table-not-read' : (ofCount.get(netNs) ?? 'untabled');
  };
  return { rowless: found.map((row) => ({ ...row, reason: reasonOf(row) })), verdicts };
}

const DUMPS = ['diag_inet', 'diag_unix', 'diag_netlink', 'diag_packet', 'diag_vsock', 'diag_xdp'];

/**
 * Where the kernel says that these sockets are, if it was asked (--netlink): the namespace in whose own list it shows them; null for unix and packet
 * sockets, which stand in the file of their namespace as soon as they are made (unix_create1, packet_create), and here do not.
 */
function kernelTells(db: CaseDb, captureId: number, found: readonly Bare[]): { inode: number; ns: number | null }[] {
  const inodes = JSON.stringify(found.map(({ inode }) => inode));
  const among = 'WHERE capture_id = ? AND inode IN (SELECT value FROM json_each(?))';
  const names = `SELECT inode, NULL AS ns FROM socket_protonames ${among} AND (name LIKE 'UNIX%' OR name = 'PACKET')`;
  const sql = [names, ...DUMPS.map((table) => `SELECT inode, net_ns AS ns FROM ${table} ${among}`)];
  return db.all<{ inode: number; ns: number | null }>(sql.join(' UNION ALL '), ...sql.flatMap(() => [captureId, inodes]));
}

/** Descriptors beyond what the kernel counts in the namespace of their holder are of sockets in another one; of `elsewhere` that is known. */
function counted({ result, expected, found }: RowlessVerdict, elsewhere: number): DescriptorReason {
  const [here, most] = [(found ?? 0) - elsewhere, expected ?? 0];
  if (result !== 'broken' || here <= most) return 'untabled';
  return most <= 0 ? 'unseen-namespace' : 'untabled-or-unseen-namespace';
}
