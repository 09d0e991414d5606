import type { Value } from '../../render/value.ts';
import { undeleted } from '../deleted.ts';
import type { CaseDb } from '../query.ts';
import type { Place } from './kinds.ts';

/** What the marks of names and command lines are judged by, one process each. Text is latin1 where it is not UTF-8. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number | null;
  readonly name: Value;
  readonly path: Value;
  readonly path_deleted: number | null;
  readonly state: string | null;
  readonly flags: number | null;
  readonly kernel_thread: number | null;
  readonly euid: number | null;
  readonly vanished: number | null;
  readonly arg0: Value;
  readonly arg1: Value;
  /** Bytes of the command line; null where it could not be read or was cut. */
  readonly length: number | null;
  /** Its last bytes. */
  readonly tail: Uint8Array | null;
  readonly start_stack: number | null;
  readonly arg_start: number | null;
  readonly arg_end: number | null;
  readonly env_start: number | null;
  readonly stat: Place;
  /** Null where no command line was read. */
  readonly cmdline: Place | null;
}

type Read = Omit<ProcessRow, 'stat' | 'cmdline'> & { source_id: number | null; line: number | null; cmdline_source: number | null };

const ROWS = `SELECT p.pid, p.parent, p.name, p.path, p.path_deleted, p.state, p.flags, p.kernel_thread, p.euid, p.vanished,
  (SELECT arg FROM process_args a WHERE a.capture_id = p.capture_id AND a.pid = p.pid AND a.arg_index = 0) AS arg0,
  (SELECT arg FROM process_args a WHERE a.capture_id = p.capture_id AND a.pid = p.pid AND a.arg_index = 1) AS arg1,
  CASE WHEN s.truncated IS NULL AND s.errno IS NULL THEN s.bytes END AS length, substr(p.cmdline_raw, -3) AS tail,
  p.start_stack, p.arg_start, p.arg_end, p.env_start, p.source_id, p.line, s.source_id AS cmdline_source
  FROM processes p LEFT JOIN (SELECT capture_id, pid, min(source_id) AS source_id, bytes, truncated, errno FROM sources
    WHERE capture_id = ? AND parser = 'pid-cmdline' GROUP BY pid) s ON s.capture_id = p.capture_id AND s.pid = p.pid
  WHERE p.capture_id = ? ORDER BY p.pid`;

export function* processRows(db: CaseDb, captureId: number): Generator<ProcessRow> {
  for (const { source_id, line, cmdline_source, ...rest } of db.iterate<Read>(ROWS, captureId, captureId)) {
    yield { ...rest, stat: [source_id, line], cmdline: cmdline_source === null ? null : [cmdline_source, null] };
  }
}

/** Text of a name; bytes that are not UTF-8 as latin1, so that only ASCII in it means what it says. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : '';
}

/** Base name of a path or argument, without the mark of a deleted file. */
export function baseName(value: Value): string {
  const path = undeleted(textOf(value));
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Longest name a process may have (TASK_COMM_LEN less its NUL). */
export const COMM_LENGTH = 15;
