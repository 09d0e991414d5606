import type { Marks } from '../../db/marks/read.ts';
import { terminal } from '../../render/cell.ts';
import type { Descriptor, ProcessRow } from './descriptors.ts';
import type { PfilesRequest, Profile } from './options.ts';
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
  if (d.socket_inode !== null) {
    const s = d.socket;
    if (s?.type !== undefined) yield `\t${s.type}\n`;
    if (s !== undefined && s.options.length > 0) yield `\t${s.options.join(',')}\n`;
    yield s === undefined ? '\t(in no table of its namespace)\n' : '\t(other socket options not captured)\n';
    if (s?.sockname !== undefined) yield `\tsockname: ${s.sockname}\n`;
    if (s?.peername !== undefined) yield `\tpeername: ${s.peername}\n`;
    return;
  }
  if (d.target !== null) yield `      ${terminal(d.target)}${behind}\n`;
  if (profile === 'illumos' && d.pos !== null && d.st_mode !== null && (d.st_mode & 0o170000) === 0o100000) yield `      offset:${d.pos}\n`;
}

function* stapTail(d: Descriptor, behind: string): Generator<string> {
  if (d.target !== null) yield `      ${terminal(d.target)}${behind}\n`;
  const s = d.socket;
  if (s === undefined) return;
  const type = { SOCK_STREAM: 1, SOCK_DGRAM: 2, SOCK_RAW: 3, SOCK_SEQPACKET: 5 }[s.type ?? ''];
  yield `      ${[...s.options, ...(type === undefined ? [] : [`SO_TYPE(${type})`])].join(',')} (other socket options not captured)\n`;
  if (s.sockname !== undefined) yield `        sockname: ${s.sockname}\n`;
  if (s.peername !== undefined) yield `        peername: ${s.peername}\n`;
}
