import type { CaseDb } from '../../db/query.ts';
import type { Rows, Value } from '../../render/value.ts';
import { descriptors, type ProcessRow } from './descriptors.ts';
import type { Sockets } from './sockets.ts';
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
  'peers',
  'peercred_pid',
  'unknown',
  'source_id',
  'line',
] as const;

/**
 * Descriptors for the other formats, one row each. NULL is unknown: `socket_options` holds only what is known to be set, `unknown` what is not
 * known of them. `peers` has the numbers of the
 * processes at the other end, `peercred_pid` the one that SO_PEERCRED named: who connected or called listen, dead or not.
 */
export function records(db: CaseDb, captureId: number, processes: readonly ProcessRow[], sockets: Sockets): Rows {
  return { columns: COLUMNS, rows: rows(db, captureId, processes, sockets) };
}

function* rows(db: CaseDb, captureId: number, processes: readonly ProcessRow[], sockets: Sockets): Generator<readonly Value[]> {
  for (const p of processes) {
    for (const d of descriptors(db, captureId, p, sockets)) {
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
        s === undefined || (s.options.length === 0 && !s.asked) ? null : s.options.join(','),
        s?.sockname ?? null,
        s?.peername ?? null,
        s === undefined || s.peers.length === 0 ? null : s.peers.map((peer) => peer.pid).join(','),
        s?.peerCred ?? null,
        s === undefined || s.unknown.length === 0 ? null : s.unknown.join(' '),
        d.source_id,
        d.line,
      ];
    }
  }
}
