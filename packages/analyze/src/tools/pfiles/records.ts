import type { CaseDb } from '../../db/query.ts';
import type { Rows, Value } from '../../render/value.ts';
import { descriptors, type ProcessRow } from './descriptors.ts';
import { flagWords, O_CLOEXEC, typeWord } from './words.ts';

const COLUMNS = [
  'pid',
  'tid',
  'command',
  'rlimit',
  'fd',
  'type',
  'mode',
  'dev',
  'ino',
  'uid',
  'gid',
  'size',
  'rdev',
  'flags',
  'cloexec',
  'offset',
  'path',
  'socket_type',
  'socket_options',
  'sockname',
  'peername',
  'source_id',
  'line',
] as const;

/** Descriptors for the other formats, one row each. NULL is unknown: `socket_options` holds only what the tables prove to be set. */
export function records(db: CaseDb, captureId: number, processes: readonly ProcessRow[]): Rows {
  return { columns: COLUMNS, rows: rows(db, captureId, processes) };
}

function* rows(db: CaseDb, captureId: number, processes: readonly ProcessRow[]): Generator<readonly Value[]> {
  for (const p of processes) {
    for (const d of descriptors(db, captureId, p)) {
      const s = d.socket;
      yield [
        p.pid,
        d.tid === 0 ? null : d.tid,
        p.cmdline ?? p.name,
        p.rlimit,
        d.fd,
        d.st_mode === null ? null : typeWord(d.st_mode),
        d.st_mode === null ? null : (d.st_mode & 0o7777).toString(8).padStart(4, '0'),
        d.st_dev,
        d.ino,
        d.st_uid,
        d.st_gid,
        d.st_size,
        d.st_rdev,
        d.flags === null ? null : flagWords(d.flags, d.machine),
        d.flags === null ? null : Number((d.flags & O_CLOEXEC) !== 0),
        d.pos,
        d.target,
        s?.type ?? null,
        s === undefined || s.options.length === 0 ? null : s.options.join(','),
        s?.sockname ?? null,
        s?.peername ?? null,
        d.source_id,
        d.line,
      ];
    }
  }
}
