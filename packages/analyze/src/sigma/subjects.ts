import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import type { Names, Subject } from './fields.ts';
import type { Category } from './rule.ts';

const PROCESS = `p.pid, p.name, p.path, p.path_deleted, p.path_errno, p.cmdline, p.cmdline_errno, p.cwd, p.cwd_errno, p.kernel_thread, p.uid, p.parent,
  q.pid IS NOT NULL AS parent_there, q.path AS parent_path, q.path_deleted AS parent_path_deleted, q.path_errno AS parent_path_errno,
  q.cmdline AS parent_cmdline, q.cmdline_errno AS parent_cmdline_errno, q.kernel_thread AS parent_kernel_thread, q.uid AS parent_uid, handle(p.capture_id, p.source_id, p.line) AS at,
  EXISTS (SELECT 1 FROM captures c WHERE c.capture_id = p.capture_id AND c.own_pid IN (p.pid, p.parent)) AS own`;
const PARENT = 'LEFT JOIN processes q ON q.capture_id = p.capture_id AND q.pid = p.parent';

/** Processes that have ended hold nothing that a rule asks about. */
const PROCESSES = `SELECT ${PROCESS} FROM processes p ${PARENT} WHERE p.capture_id = ? AND ifnull(p.state, '') NOT IN ('Z', 'X') ORDER BY p.pid`;

/** Sockets with a remote end, each with every process that holds it; both passes are one. */
const CONNECTIONS = `WITH connected AS (
    SELECT capture_id, proto, local_address, local_port, remote_address, remote_port, inode, net_ns, min(rowid) AS id,
      handle(capture_id, source_id, line) AS socket_at
    FROM sockets_inet
    WHERE capture_id = ? AND (proto GLOB 'tcp*' OR proto GLOB 'udp*') AND state <> 'LISTEN' AND remote_port > 0
    GROUP BY net_ns, proto, local_address, local_port, remote_address, remote_port, inode
  ), held AS (
    SELECT DISTINCT c.*, f.pid AS holder FROM connected c
    LEFT JOIN fds f ON f.capture_id = c.capture_id AND f.socket_inode = c.inode AND c.inode > 0
  )
  SELECT c.proto, c.local_address, c.local_port, c.remote_address, c.remote_port, c.socket_at, ${PROCESS}
  FROM held c LEFT JOIN processes p ON p.capture_id = c.capture_id AND p.pid = c.holder ${PARENT}
  ORDER BY c.id, c.holder`;

export function subjects(db: CaseDb, captureId: number, category: Category): Iterable<Subject> {
  return db.iterate<Subject>(category === 'process_creation' ? PROCESSES : CONNECTIONS, captureId);
}

export function namesOf(db: CaseDb, captureId: number): Names {
  const captured =
    db.get("SELECT 1 FROM sources WHERE capture_id = ? AND parser = 'etc-passwd' AND errno IS NULL", captureId) !== undefined;
  const users = new Map<number, string[]>();
  for (const { name, uid } of db.iterate<{ name: Value; uid: number | null }>(
    'SELECT name, uid FROM users WHERE capture_id = ? ORDER BY rowid',
    captureId,
  ))
    if (typeof name === 'string' && uid !== null) users.set(uid, [...(users.get(uid) ?? []), name]);
  const hosts = new Map<string, string[]>();
  for (const { name, address } of db.iterate<{ name: Value; address: Value }>(
    'SELECT name, address FROM hosts WHERE capture_id = ? ORDER BY rowid',
    captureId,
  ))
    if (typeof name === 'string' && typeof address === 'string') hosts.set(address, [...(hosts.get(address) ?? []), name]);
  return { users: captured ? users : null, hosts };
}
