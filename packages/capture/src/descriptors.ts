import { readdirSync } from 'node:fs';
import { escapeBytes } from './archive/escape.ts';
import { LIST_CAP } from './artefacts.ts';
import { attempt, Failure } from './attempt.ts';
import { type MountTable, mayStat } from './mounts.ts';
import { Pieces } from './pieces.ts';
import { takeStatText } from './stat.ts';
import { type Taken, takeBriefly, takeLink } from './take.ts';

/** What the descriptors of a process or thread are judged by. */
export interface FdContext {
  readonly table: MountTable | null;
  readonly own: MountTable | null;
  readonly stat: boolean;
  /** Whether fdinfo is read; without it neither flags nor mount are known, and so nothing is asked for stat. */
  readonly info: boolean;
  /** Told each errno inside the lists. */
  readonly error: (errno: string) => void;
  /** Told each network namespace a descriptor holds. */
  readonly pinned: (netns: string, fd: string) => void;
  /** Told each socket, where that is wanted. */
  readonly socket: ((inode: string, fd: string) => void) | null;
  readonly tick: () => void;
}

export interface Descriptors {
  readonly list: Taken;
  readonly info: Taken;
  readonly count: number;
  /** Link text by descriptor, for comparison with threads, where it was asked for; a failed link is its errno. */
  readonly links: ReadonlyMap<string, string>;
}

/** Reads `fd/` and `fdinfo/` of a directory like `` or `task/TID/` below the current one. */
export function takeDescriptors(dir: string, context: FdContext, keepLinks: boolean): Descriptors | Failure {
  const names = attempt(() => readdirSync(`${dir}fd`));
  if (names instanceof Failure) return names;
  // From within the directory each path is a step shorter, which is felt at so many. The way back leads to the same process or nowhere.
  const within = !(attempt(() => process.chdir(`${dir}fd`)) instanceof Failure);
  const taken = takeEach(names, within ? '' : `${dir}fd/`, within ? '../fdinfo/' : `${dir}fdinfo/`, context, keepLinks);
  if (within) attempt(() => process.chdir(dir === '' ? '..' : '../../..'));
  return taken;
}

function takeEach(names: readonly string[], fd: string, fdinfoOf: string, context: FdContext, keepLinks: boolean): Descriptors {
  const list = new Pieces(LIST_CAP);
  const info = new Pieces(LIST_CAP);
  const links = new Map<string, string>();
  let n = 0;
  for (const name of names) {
    const path = fd + name;
    const target = takeLink(path);
    const fdinfo = context.info ? takeBriefly(fdinfoOf + name, LIST_CAP) : NOTHING;
    const escaped = escapeBytes(name, false);
    if (context.info) info.escapedFrame(escaped, fdinfo);
    list.add(fdLine(path, name, escaped, target, fdinfo, context));
    if (keepLinks) links.set(name, target instanceof Failure ? `!${target.errno}` : target);
    if (++n % 1024 === 0) context.tick();
  }
  return { list: list.taken(), info: info.taken(), count: names.length, links };
}

const NOTHING = Buffer.alloc(0);

/** A line of `fd.list`, as formatListLine would spell it. */
function fdLine(
  path: string,
  name: string,
  escaped: string,
  target: string | Failure,
  fdinfo: Buffer | Failure,
  context: FdContext,
): string {
  if (fdinfo instanceof Failure) context.error(fdinfo.errno);
  const { flags, mntId } = fdinfo instanceof Failure ? UNKNOWN : fdFacts(fdinfo);
  const lmode = flags === null ? '-' : linkMode(flags);
  const start = `${escaped}\t${lmode}\t`;
  if (target instanceof Failure) {
    context.error(target.errno);
    return `${start}-\t!${target.errno}\n`;
  }
  // Without fdinfo nothing is known of the mount; only what the kernel made up itself may be asked then.
  const table = fdinfo instanceof Failure ? null : context.table;
  let stat = '-';
  if (context.stat && mayStat(target, mntId, table, context.own)) {
    const taken = takeStatText(path);
    if (taken instanceof Failure) context.error(taken.errno);
    stat = taken instanceof Failure ? `!${taken.errno}` : taken;
  }
  if (target.startsWith('net:[')) context.pinned(target.slice(5, -1), name);
  else if (context.socket !== null && target.startsWith('socket:[')) context.socket(target.slice(8, -1), name);
  return `${start}${stat}\t>${escapeBytes(target, true)}\n`;
}

interface FdFacts {
  readonly flags: number | null;
  readonly mntId: number | null;
}

const UNKNOWN: FdFacts = { flags: null, mntId: null };
const FLAGS = Buffer.from('flags:\t');
const MNT_ID = Buffer.from('mnt_id:\t');
const LF = 0x0a;

/** The open mode and the mount out of an fdinfo (fs/proc/fd.c seq_show): `flags:` octal, `mnt_id:` decimal. Looked for byte by byte, there are so many. */
export function fdFacts(body: Buffer): FdFacts {
  let flags: number | null = null;
  let mntId: number | null = null;
  for (let at = 0; at < body.length && (flags === null || mntId === null); ) {
    flags ??= numberAfter(body, at, FLAGS, 8);
    mntId ??= numberAfter(body, at, MNT_ID, 10);
    while (at < body.length && body[at] !== LF) at++;
    at++;
  }
  return { flags, mntId };
}

/** The number behind the key, when the line at `at` starts with it. */
function numberAfter(body: Buffer, at: number, key: Buffer, base: number): number | null {
  for (let i = 0; i < key.length; i++) if (body[at + i] !== key[i]) return null;
  let value: number | null = null;
  for (let i = at + key.length; i < body.length; i++) {
    const digit = (body[i] ?? 0) - 0x30;
    if (digit < 0 || digit >= base) break;
    value = (value ?? 0) * base + digit;
  }
  return value;
}

/** Node has no name for it. */
export const O_PATH = 0o10000000;

/** Permission bits of the link as the kernel sets them from the open mode (fs/proc/fd.c tid_fd_update_inode, fs/open.c OPEN_FMODE). */
function linkMode(flags: number): string {
  return flags & O_PATH ? '~0' : (['~500', '~300', '~700', '~0'][flags & 3] ?? '-');
}
