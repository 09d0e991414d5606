import type { CaseDb } from '../../db/query.ts';
import type { Value } from '../../render/value.ts';

/** One descriptor that refers to a socket. */
export interface Holder {
  readonly pid: number;
  /** 0 for the table of the process, else the thread whose own table it is (or, with -T, each thread that shares it). */
  readonly tid: number;
  readonly fd: number;
  /** That of the thread where it is one. */
  readonly name: Value;
  readonly label: Value;
}

/** All holders by socket inode, in ss's order: last scanned first, so descending process, then descriptor. A thread goes by its own name. */
export function loadHolders(db: CaseDb, captureId: number, mode: 'leaders' | 'all' | 'threads'): Map<number, Holder[]> {
  const holders = new Map<number, Holder[]>();
  const tid = mode === 'threads' ? 'coalesce(t.tid, f.tid)' : 'f.tid';
  const rows = db.iterate<{ socket_inode: number; pid: number; tid: number; fd: number; name: Value; label: Value }>(
    `SELECT f.socket_inode, f.pid, ${tid} AS tid, f.fd, coalesce(o.name, p.name) AS name, p.label
       FROM fds f LEFT JOIN processes p ON p.capture_id = f.capture_id AND p.pid = f.pid
       ${mode === 'threads' ? 'LEFT JOIN threads t ON f.tid = 0 AND t.capture_id = f.capture_id AND t.pid = f.pid AND t.own_files IS NOT 1' : ''}
       LEFT JOIN threads o ON ${tid} <> 0 AND o.capture_id = f.capture_id AND o.pid = f.pid AND o.tid = ${tid}
      WHERE f.capture_id = ? AND f.socket_inode IS NOT NULL ${mode === 'leaders' ? 'AND f.tid = 0' : ''}
      ORDER BY f.pid DESC, 3 DESC, f.fd DESC`,
    captureId,
  );
  for (const { socket_inode, ...holder } of rows) {
    const list = holders.get(socket_inode);
    if (list === undefined) holders.set(socket_inode, [holder]);
    else list.push(holder);
  }
  return holders;
}
