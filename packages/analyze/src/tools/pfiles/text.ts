import type { Marks } from '../../db/marks/read.ts';
import { terminal } from '../../render/cell.ts';
import type { Descriptor, ProcessRow } from './descriptors.ts';
import type { PfilesRequest, Profile } from './options.ts';
import type { Peer } from './peers.ts';
import type { SocketText } from './sockets.ts';
import { flagWords, isDevice, O_CLOEXEC, typeWord } from './words.ts';

/** Solaris cuts the command line there. */
const COMMAND_WIDTH = 70;

/** Everything pfiles prints of one process. */
export function* block(process: ProcessRow, found: Iterable<Descriptor>, request: PfilesRequest, marks: Marks): Generator<string> {
  yield `${heading(process, request.profile)}${marks.behindProcess(process.pid)}\n`;
  yield `  Current rlimit: ${process.rlimit === null ? 'not captured' : process.rlimit === 'unlimited' ? 'unlimited' : `${process.rlimit} file descriptors`}\n`;
  if (process.fd_errno !== null) yield `  (descriptors could not be read: ${process.fd_errno})\n`;
  let thread = 0;
  for (const d of found) {
    if (d.tid !== thread) yield `  (thread ${d.tid} has a descriptor table of its own:)\n`;
    thread = d.tid;
    yield* descriptor(d, request, marks.behindRow(d.source_id, d.line));
  }
}

function heading(process: ProcessRow, profile: Profile): string {
  if (profile === 'stap') return `${String(process.pid).padStart(6)}: ${terminal(process.name)}`;
  const command = terminal(process.cmdline === null || process.cmdline === '' ? process.name : process.cmdline);
  return `${process.pid}:\t${command.slice(0, COMMAND_WIDTH)}`;
}

/** `behind` stands behind the path. */
function* descriptor(d: Descriptor, request: PfilesRequest, behind: string): Generator<string> {
  yield `${String(d.fd).padStart(4)}: ${nodeText(d, request.profile)}\n`;
  if (request.brief) return;
  yield `      ${flagsText(d, request.profile)}\n`;
  yield* lockLines(d);
  if (request.profile === 'stap') yield* stapTail(d, behind);
  else yield* solarisTail(d, request.profile, behind);
}

/** Without a stat, only what is certain is printed. */
function nodeText(d: Descriptor, profile: Profile): string {
  if (d.st_mode === null) {
    const inode = d.ino === null ? '' : ` ino:${d.ino}`;
    return d.target_errno === null ? `(not stat'ed)${inode}` : `(link: ${d.target_errno})${inode}`;
  }
  const digits = (d.st_mode & 0o7777).toString(8).padStart(profile === 'stap' ? 4 : 3, '0');
  const mode = profile === 'stap' ? digits : `0${digits}`;
  const node = `${typeWord(d.st_mode)} mode:${mode} dev:${d.st_dev?.replace(':', ',') ?? '?'} ino:${d.ino ?? '?'} uid:${d.st_uid ?? '?'} gid:${d.st_gid ?? '?'}`;
  const rdev = `rdev:${d.st_rdev?.replace(':', ',') ?? '?'}`;
  if (profile === 'stap') return `${node} ${rdev}`;
  return `${node} ${isDevice(d.st_mode) ? rdev : `size:${d.st_size ?? '?'}`}`;
}

function flagsText(d: Descriptor, profile: Profile): string {
  if (d.flags === null) return '(flags not captured)';
  const cloexec = (d.flags & O_CLOEXEC) !== 0;
  if (profile === 'stap') return `${flagWords(d.flags, d.machine)} ${cloexec ? 'FD_CLOEXEC' : ''}`;
  return flagWords(d.flags, d.machine) + (cloexec ? (profile === 'illumos' ? '|O_CLOEXEC' : ' FD_CLOEXEC') : '');
}

/** `lock:` lines of fdinfo: `1: POSIX  ADVISORY  WRITE 123 fe:00:456 0 EOF`. */
function* lockLines(d: Descriptor): Generator<string> {
  if (d.detail === null) return;
  for (const [key, value] of JSON.parse(d.detail) as [string, string][]) {
    const lock = key === 'lock' ? /^\s*\d+:\s+(\S+)\s+(\S+)\s+(\S+)\s+(-?\d+)/.exec(value) : null;
    if (lock === null) continue;
    const [, kind = '', manner = '', access = '', pid = ''] = lock;
    const holder = pid === '-1' ? 'an open file description' : `process ${pid}`;
    yield `      ${manner.toLowerCase()} ${access.toLowerCase()} lock set by ${holder}${kind === 'POSIX' ? '' : ` (${terminal(kind)})`}\n`;
  }
}

function* solarisTail(d: Descriptor, profile: Profile, behind: string): Generator<string> {
  if (d.socket !== undefined) {
    const s = d.socket;
    if (s.type !== undefined) yield `\t${s.type}\n`;
    if (s.options.length > 0) yield `\t${terminal(s.options.join(','))}\n`;
    for (const line of s.unknown) yield `\t${line}\n`;
    if (s.sockname !== undefined) yield `\tsockname: ${s.sockname}\n`;
    if (s.peername !== undefined) yield `\tpeername: ${s.peername}\n`;
    for (const peer of s.peers)
      yield `\tpeer: ${peerText(peer)}${profile === 'illumos' && peer.netNs !== null ? ` zone: net:[${peer.netNs}]` : ''}\n`;
    for (const inode of s.heldByNobody) yield `\tpeer: socket:[${inode}], held by no process\n`;
    return;
  }
  if (d.target !== null) yield `      ${terminal(d.target)}${behind}\n`;
  if (profile === 'illumos' && d.pos !== null && d.st_mode !== null && (d.st_mode & 0o170000) === 0o100000) yield `      offset:${d.pos}\n`;
}

/** A process that is not in the capture has a number and no name. */
function peerText(peer: Peer): string {
  return peer.name === null ? `pid ${peer.pid}` : `${terminal(peer.name)}[${peer.pid}]`;
}

const TYPES: Readonly<Record<string, number>> = {
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  SOCK_RAW: 3,
  SOCK_RDM: 4,
  SOCK_SEQPACKET: 5,
  SOCK_DCCP: 6,
  SOCK_PACKET: 10,
};
/** SystemTap's script writes these behind the others, each with what comes before it. */
const STAP_LAST = ['SO_SNDBUF', 'SO_RCVBUF', 'TCP_NODELAY', 'SO_LINGER'] as const;

function stapOptions(s: SocketText): string {
  const last = STAP_LAST.flatMap((name) => s.options.filter((o) => o === name || o.startsWith(`${name}(`)));
  const type = TYPES[s.type ?? ''];
  return [...s.options.filter((o) => !last.includes(o)), ...(type === undefined ? [] : [`SO_TYPE(${type})`]), ...last].join(',');
}

function* stapTail(d: Descriptor, behind: string): Generator<string> {
  if (d.target !== null) yield `      ${terminal(d.target)}${behind}\n`;
  const s = d.socket;
  if (s === undefined) return;
  yield `      ${[terminal(stapOptions(s)), ...s.unknown].filter((text) => text !== '').join(' ')}\n`;
  if (s.sockname !== undefined) yield `        sockname: ${s.sockname}\n`;
  if (s.peername !== undefined) yield `        peername: ${s.peername}\n`;
  if (s.peerCred !== undefined) yield `        peercred pid: ${s.peerCred}\n`;
  else for (const peer of s.peers) yield `        peer: ${peerText(peer)}\n`;
}
