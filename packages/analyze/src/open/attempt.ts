import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  opendirSync,
  openSync,
  readlinkSync,
  readSync,
  rmdirSync,
  type Stats,
  statfsSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inOrder } from './order.ts';

/**
 * The door of this room: calls on trees that somebody else made. An error of the file system is data about the evidence, `{ errno }`.
 * Paths are latin1 text, one character a byte.
 */
export type Tried<T> = { readonly value: T } | { readonly errno: string };

function attempt<T>(call: () => T): Tried<T> {
  try {
    return { value: call() };
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
    if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) throw error;
    return { errno: code };
  }
}

const raw = (path: string): Buffer => Buffer.from(path, 'latin1');

/** What stands there itself, links not followed. */
export function look(path: string): Tried<Stats> {
  return attempt(() => lstatSync(raw(path)));
}

export function linkText(path: string): Tried<string> {
  return attempt(() => readlinkSync(raw(path), { encoding: 'buffer' }).toString('latin1'));
}

/** At most `max` names of a directory, in the order of their bytes, numbers by value. */
export function namesIn(path: string, max: number): Tried<string[]> {
  return attempt(() => {
    const dir = opendirSync(raw(path), { encoding: 'latin1', bufferSize: 256 });
    const names: string[] = [];
    for (let entry = dir.readSync(); entry !== null && names.length < max; entry = dir.readSync()) names.push(entry.name);
    dir.closeSync();
    return names.sort(inOrder);
  });
}

export interface FileBytes {
  readonly body: Buffer;
  /** There was more than the limit. */
  readonly truncated: boolean;
  /** The read broke off with this error. */
  readonly errno: string | null;
}

const PIECE = 64 * 1024;

/** A regular file, at most `max` bytes; nothing else is opened for reading, and no link is followed in the last step. */
export function readRegular(path: string, max: number): Tried<FileBytes> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
  const fd = attempt(() => openSync(raw(path), flags));
  if ('errno' in fd) return fd;
  const result = attempt(() => {
    const stat = fstatSync(fd.value);
    return stat.isFile() ? readAll(fd.value, stat.size, max) : null;
  });
  closeSync(fd.value);
  if ('errno' in result) return result;
  return result.value === null ? { errno: 'ELOOP' } : { value: result.value };
}

/** `size` is a guess, so that a large file is in memory once: in /proc it is 0. Pieces stay whole pages, as seq_file wants them. */
function readAll(fd: number, size: number, max: number): FileBytes {
  let buffer = Buffer.allocUnsafe(Math.min(size, max) + PIECE);
  let end = 0;
  for (;;) {
    if (buffer.length - end < PIECE) buffer = Buffer.concat([buffer], 2 * buffer.length);
    const got = attempt(() => readSync(fd, buffer, end, PIECE, null));
    const errno = 'errno' in got ? got.errno : null;
    end += 'errno' in got ? 0 : got.value;
    const truncated = end > max;
    if (!truncated && errno === null && 'value' in got && got.value > 0) continue;
    const body = buffer.subarray(0, truncated ? max : end);
    // What waits for others must not hold more than it is.
    return { body: body.length < buffer.length / 2 ? Buffer.from(body) : body, truncated, errno };
  }
}

/** These three make something new and fail with EEXIST where there is anything already, a link included. */
export function makeDirectory(path: string): Tried<void> {
  return attempt(() => mkdirSync(raw(path)));
}

export function makeFile(path: string, body: Uint8Array): Tried<void> {
  const made = attempt(() => writeFileSync(raw(path), body, { flag: 'wx' }));
  // A part of a file is not what it was on the host.
  if ('errno' in made && made.errno !== 'EEXIST') removeFile(path);
  return made;
}

export function makeLink(path: string, target: string): Tried<void> {
  return attempt(() => symlinkSync(raw(target), raw(path)));
}

export function removeFile(path: string): Tried<void> {
  return attempt(() => unlinkSync(raw(path)));
}

/** A new file that has no name any more: it is gone with this process. Throws when there is no place for one. */
export function scratchFile(): number {
  const directory = mkdtempSync(join(tmpdir(), 'coldstat-'));
  const path = join(directory, 'bodies');
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  unlinkSync(path);
  rmdirSync(directory);
  return fd;
}

/** Writes what there is room for; `errno` says why it was not all. */
export function writeSome(fd: number, bytes: Uint8Array, offset: number): { readonly written: number; readonly errno: string | null } {
  let at = 0;
  const done = attempt(() => {
    while (at < bytes.length) at += writeSync(fd, bytes, at, bytes.length - at, offset + at);
  });
  return { written: at, errno: 'errno' in done ? done.errno : null };
}

/** False when there is no room. */
export function writeAt(fd: number, bytes: Buffer, offset: number): boolean {
  return writeSome(fd, bytes, offset).errno === null;
}

/** Waits until what was written stands on the disk. */
export function sync(fd: number): Tried<void> {
  return attempt(() => fsyncSync(fd));
}

/** Null when they cannot be read. */
export function readAt(fd: number, offset: number, size: number): Buffer | null {
  const bytes = Buffer.allocUnsafe(size);
  const got = attempt(() => readSync(fd, bytes, 0, size, offset));
  return 'value' in got && got.value === size ? bytes : null;
}

const PROC_SUPER_MAGIC = 0x9fa0;

/** Whether a directory lies on a mounted procfs (include/uapi/linux/magic.h): then links' modes and owners are the kernel's own. */
export function isProcfs(path: string): boolean {
  const stat = attempt(() => statfsSync(raw(path)));
  return 'value' in stat && stat.value.type === PROC_SUPER_MAGIC;
}
