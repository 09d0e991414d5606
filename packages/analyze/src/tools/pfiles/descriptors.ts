import type { CaseDb } from '../../db/query.ts';
import type { Value } from '../../render/value.ts';
import type { Sockets, SocketText } from './sockets.ts';

export interface ProcessRow {
  readonly pid: number;
  readonly name: Value;
  readonly cmdline: Value;
  readonly net_ns: number | null;
  readonly fd_errno: string | null;
  /** Soft limit of open files as text: a number, `unlimited`, or null when the limits were not captured. */
  readonly rlimit: string | null;
}

/** Every process of the capture, ascending. */
export function allPids(db: CaseDb, captureId: number): number[] {
  return db.all<{ pid: number }>('SELECT pid FROM processes WHERE capture_id = ? ORDER BY pid', captureId).map((row) => row.pid);
}

export function findProcess(db: CaseDb, captureId: number, pid: number): ProcessRow | undefined {
  return db.get<ProcessRow>(
    `SELECT p.pid, p.name, p.cmdline, p.net_ns, p.fd_errno,
            CASE WHEN l.name IS NULL THEN NULL WHEN l.soft IS NULL THEN 'unlimited' ELSE CAST(l.soft AS TEXT) END AS rlimit
       FROM processes p LEFT JOIN process_limits l ON l.capture_id = p.capture_id AND l.pid = p.pid AND l.name = 'Max open files'
      WHERE p.capture_id = ? AND p.pid = ?`,
    captureId,
    pid,
  );
}

export interface Descriptor {
  readonly fd: number;
  readonly tid: number;
  readonly target: Value;
  readonly target_errno: string | null;
  readonly socket_inode: number | null;
  readonly flags: number | null;
  /** uname -m of the host: some flags have other bits elsewhere. */
  readonly machine: string | null;
  readonly pos: string | null;
  readonly st_mode: number | null;
  readonly st_uid: number | null;
  readonly st_gid: number | null;
  readonly st_dev: string | null;
  readonly ino: string | null;
  readonly st_rdev: string | null;
  readonly st_size: string | null;
  readonly detail: string | null;
  readonly source_id: number;
  readonly line: number;
  readonly socket: SocketText | undefined;
}

/** Descriptors in order; those of threads with a table of their own after those of the process. 64-bit numbers come as text. */
export function* descriptors(db: CaseDb, captureId: number, process: ProcessRow, sockets: Sockets): Generator<Descriptor> {
  const rows = db.all<Omit<Descriptor, 'socket'>>(
    `SELECT fd, tid, target, target_errno, socket_inode, flags, CAST(pos AS TEXT) AS pos, st_mode, st_uid, st_gid, st_dev, CAST(ino AS TEXT) AS ino,
            st_rdev, CAST(st_size AS TEXT) AS st_size, detail, source_id, line,
            (SELECT machine FROM captures c WHERE c.capture_id = fds.capture_id) AS machine
       FROM fds WHERE capture_id = ? AND pid = ? ORDER BY tid, fd`,
    captureId,
    process.pid,
  );
  for (const row of rows) {
    yield { ...row, socket: row.socket_inode === null ? undefined : sockets.find(row.socket_inode) };
  }
}
