import { terminal } from '../../render/cell.ts';
import type { Value } from '../../render/value.ts';
import type { ToolContext } from '../tool.ts';

export interface Holder {
  readonly pid: number;
  /** First argument; NULL when the process has none (kernel threads, zombies) or it could not be read. */
  readonly arg: Value;
  /** comm of the process. */
  readonly name: Value;
  /** LSM label; NULL where it could not be read. */
  readonly label: Value;
}

/**
 * Processes that hold a socket, by its inode: the lowest process id first; threads with a table of their own after all processes, or
 * not at all: netstat does not look at them.
 */
export function holdersOf({ db, captureId }: ToolContext, leadersOnly = false): Map<number, Holder[]> {
  const holders = new Map<number, Holder[]>();
  const rows = db.iterate<Holder & { inode: number }>(
    `SELECT DISTINCT f.socket_inode AS inode, f.pid, a.arg, p.name, p.label, min(f.tid, 1) AS own
       FROM fds f LEFT JOIN process_args a ON a.capture_id = f.capture_id AND a.pid = f.pid AND a.arg_index = 0
       LEFT JOIN processes p ON p.capture_id = f.capture_id AND p.pid = f.pid
      WHERE f.capture_id = ? AND f.socket_inode IS NOT NULL ${leadersOnly ? 'AND f.tid = 0' : ''} ORDER BY own, f.pid`,
    captureId,
  );
  for (const { inode, pid, arg, name, label } of rows) {
    const known = holders.get(inode);
    if (known === undefined) holders.set(inode, [{ pid, arg, name, label }]);
    else if (!known.some((h) => h.pid === pid)) known.push({ pid, arg, name, label });
  }
  return holders;
}

/** Cells are at most this many bytes wide, the process id included. */
const WIDTH = 19;

/**
 * PID/Program name: the first holder that has arguments, its first argument, of a path the last part. Where none has any (a process can take them
 * away, and a capture may fail to read them) its name in brackets, as ps prints it; with --strict `-`, as net-tools does. Cut by bytes as
 * net-tools does, then escaped (net-tools prints the bytes as they are).
 */
export function programCell(
  holders: readonly Holder[] | undefined,
  { old, strict }: { readonly old: boolean; readonly strict: boolean },
): string {
  const holder = holders?.find((h) => h.arg !== null) ?? (strict ? undefined : holders?.[0]);
  if (holder === undefined) return '-';
  const name = holder.arg !== null ? programName(holder.arg, old) : Buffer.concat([OPEN, bytesOf(holder.name), CLOSE]);
  return terminal(Buffer.concat([Buffer.from(`${holder.pid}/`), name]).subarray(0, WIDTH));
}

const OPEN = Buffer.from('[');
const CLOSE = Buffer.from(']');

/** Title of the column that -Z adds. */
export const LABEL_TITLE: string = ' Security Context'.padEnd(50);

/** Of the same process as programCell; the last 49 bytes of its label, as net-tools keeps them. */
export function labelCell(holders: readonly Holder[] | undefined): string {
  const label = holders?.find((h) => h.arg !== null)?.label ?? null;
  if (label === null) return '-';
  return terminal(Buffer.from(label instanceof Uint8Array ? label : String(label)).subarray(-49));
}

/** The last part of a path that begins at the root; else the whole argument (`sshd: user@pts/0`, of which 1.60 makes `0`). */
export function programName(arg: Value, old = false): Buffer {
  const bytes = bytesOf(arg);
  return old || bytes[0] === 0x2f ? bytes.subarray(bytes.lastIndexOf(0x2f) + 1) : bytes;
}

function bytesOf(value: Value): Buffer {
  return value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value ?? ''));
}

/** What netstat says below -p when it was not allowed to look everywhere. */
export function unreadable({ db, captureId }: ToolContext): string[] {
  const sql = "SELECT 1 AS one FROM processes WHERE capture_id = ? AND fd_errno IN ('EACCES', 'EPERM') LIMIT 1";
  if (db.get(sql, captureId) === undefined) return [];
  return [
    '(Not all processes could be identified, non-owned process info\n will not be shown, you would have to be root to see it all.)\n',
  ];
}
