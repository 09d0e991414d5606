import { FORGED_MARK, maybeForged } from '../../db/forged.ts';
import { Marks } from '../../db/marks/read.ts';
import type { Value } from '../../render/value.ts';
import { ToolMistake } from '../mistake.ts';
import { type Names, namesOf } from '../names.ts';
import type { Tool } from '../tool.ts';
import { parseSockstat, type SockstatRequest, usage } from './options.ts';
import { findRows, type Row } from './rows.ts';
import { freebsd, linux, protoWord } from './text.ts';
import { UnixEnds } from './unix-ends.ts';

/**
 * `coldstat sockstat`: sockets by holder, in the look of FreeBSD (default) or of the Linux port 0.4.1 (`--compat sockstat=linux`). Every holder is a
 * row; sockets without one come last, with `?`. What /proc does not tell (peers of unix sockets, whether an IPv6 socket takes IPv4 too) is answered from
 * what the kernel said (--netlink, --sockopt), or its lack is said once. Other formats: columns user uid command pid tid fd proto local_address local_port
 * foreign_address foreign_port path peer_inodes v6only state inode net_ns source_id line.
 */
export const sockstat: Tool = (args, context) => {
  const request = parseSockstat(args);
  if (request.help) return { out: [usage(request.profile)], err: [], exit: () => 0 };
  const names = namesOf(context.db, context.captureId);
  const ends = new UnixEnds(context.db, context.captureId);
  const rows = findRows(context, request, protoWord, ends).filter(holderFilter(request, names));
  if (context.format !== 'table') return { out: [], rows: { columns: COLUMNS, rows: records(rows, names, ends) }, err: [], exit: () => 0 };
  if (request.profile === 'linux') return { out: linux(rows, names), err: leftOut(rows), exit: () => 0 };
  const forged = maybeForged(context.db, context.captureId);
  const marks = new Marks(context.db, context.captureId);
  const mark = (r: Row): string =>
    (r.family === null && forged.has(`${r.source_id}:${r.line}`) ? ` ${FORGED_MARK}` : '') +
    (r.pid === null ? '' : marks.behindProcess(r.pid));
  return { out: freebsd(rows, request, names, ends, mark), err: unknown(rows, ends), exit: () => 0 };
};

/** What is shown as if it were so, or with question marks, because the capture did not ask the kernel. */
function unknown(rows: readonly Row[], ends: UnixEnds): string[] {
  const err: string[] = [];
  const open = rows.filter((r) => r.family === null && !ends.known(r));
  if (open.some((r) => r.state === 'CONNECTED'))
    err.push("sockstat: '??' is a peer that /proc does not tell (coldstat-capture --netlink)\n");
  const dual = rows.some((r) => /^(tcp|udp)6$/.test(r.proto) && r.local_address === '::' && r.remote_port === 0 && r.v6only === null);
  if (dual)
    err.push(
      'sockstat: whether a socket at the IPv6 address * serves IPv4 too is not in /proc (coldstat-capture --netlink): shown as tcp6, udp6\n',
    );
  return err;
}

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
  'peer_inodes',
  'v6only',
  'state',
  'inode',
  'net_ns',
  'source_id',
  'line',
] as const;

function* records(rows: Iterable<Row>, names: Names, ends: UnixEnds): Generator<readonly Value[]> {
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
      r.family === null ? (ends.inodes(r)?.join(',') ?? null) : null,
      r.v6only,
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
