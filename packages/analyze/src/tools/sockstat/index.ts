import { FORGED_MARK, maybeForged } from '../../db/forged.ts';
import { Marks } from '../../db/marks/read.ts';
import type { Value } from '../../render/value.ts';
import { ToolMistake } from '../mistake.ts';
import { type Names, namesOf } from '../names.ts';
import type { Tool } from '../tool.ts';
import { parseSockstat, type SockstatRequest, usage } from './options.ts';
import { findRows, type Row } from './rows.ts';
import { freebsd, linux, protoWord } from './text.ts';

/**
 * `coldstat sockstat`: sockets by holder, in the look of FreeBSD (default) or of the Linux port 0.4.1 (`--compat sockstat=linux`). Every holder is a
 * row; sockets without one come last, with `?`. What /proc does not tell (peers of unix sockets, whether an IPv6 socket takes IPv4 too) is said once.
 * Other formats: columns user uid command pid tid fd proto local_address local_port foreign_address foreign_port path state inode net_ns source_id line.
 */
export const sockstat: Tool = (args, context) => {
  const request = parseSockstat(args);
  if (request.help) return { out: [usage(request.profile)], err: [], exit: () => 0 };
  const names = namesOf(context.db, context.captureId);
  const rows = findRows(context, request, protoWord).filter(holderFilter(request, names));
  if (context.format !== 'table') return { out: [], rows: { columns: COLUMNS, rows: records(rows, names) }, err: [], exit: () => 0 };
  if (request.profile === 'linux') return { out: linux(rows, names), err: leftOut(rows), exit: () => 0 };
  const forged = maybeForged(context.db, context.captureId);
  const marks = new Marks(context.db, context.captureId);
  const mark = (r: Row): string =>
    (r.family === null && forged.has(`${r.source_id}:${r.line}`) ? ` ${FORGED_MARK}` : '') +
    (r.pid === null ? '' : marks.behindProcess(r.pid));
  const peers = rows.some((r) => r.family === null && r.state === 'CONNECTED' && (r.path === null || r.path === ''));
  const err = peers ? ["sockstat: '??' is a peer that /proc does not tell\n"] : [];
  return { out: freebsd(rows, request, names, mark), err, exit: () => 0 };
};

/** The Linux port lists sockets by process: those without one are not in its look, and that is said. */
function leftOut(rows: readonly Row[]): string[] {
  const n = rows.filter((r) => r.pid === null).length;
  return n === 0 ? [] : [`sockstat: ${n} sockets without a process are not listed in this look; the look of FreeBSD lists them\n`];
}

const COLUMNS = [
  'user',
  'uid',
  'command',
  'pid',
  'tid',
  'fd',
  'proto',
  'local_address',
  'local_port',
  'foreign_address',
  'foreign_port',
  'path',
  'state',
  'inode',
  'net_ns',
  'source_id',
  'line',
] as const;

function* records(rows: Iterable<Row>, names: Names): Generator<readonly Value[]> {
  for (const r of rows) {
    const user = r.euid === null ? null : (names.user(r.euid) ?? null);
    yield [
      user,
      r.euid,
      r.name,
      r.pid,
      r.tid,
      r.fd,
      protoWord(r),
      r.local_address,
      r.local_port,
      r.remote_address,
      r.remote_port,
      r.path,
      r.state,
      r.inode,
      r.net_ns,
      r.source_id,
      r.line,
    ];
  }
}

/** -P, -U and -G of the Linux port. */
function holderFilter(request: SockstatRequest, names: Names): (row: Row) => boolean {
  const uid = request.user === undefined ? undefined : numberOf('user', request.user, names.uidOf);
  const gid = request.group === undefined ? undefined : numberOf('group', request.group, names.gidOf);
  const process = request.process;
  return (r) => {
    if (process !== undefined && String(r.pid) !== process && r.name !== process) return false;
    if (uid !== undefined && r.euid !== uid) return false;
    return gid === undefined || r.egid === gid;
  };
}

/** Throws ToolMistake for a name the captured files do not have. */
function numberOf(kind: 'user' | 'group', name: string, look: (name: string) => number | undefined): number {
  const number = /^\d+$/.test(name) ? Number(name) : look(name);
  if (number === undefined) throw new ToolMistake(`sockstat: no ${kind} ${name} in the captured files`, 1);
  return number;
}
