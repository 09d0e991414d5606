import { closeSync, constants, openSync } from 'node:fs';
import { escapeBytes } from '../archive/escape.ts';
import { attempt, Failure } from '../attempt.ts';
import type { Taken, Tick } from '../take.ts';
import type { Libc } from './libc.ts';
import { u16 } from './native.ts';

/** Names as `readdir` gave them (latin1), one a line. */
export function nameLines(names: readonly string[]): Buffer {
  return Buffer.from(names.map((name) => `${escapeBytes(name, false)}\n`).join(''), 'latin1');
}

const ROOM = 32 * 1024;

/** A directory as `getdents64` tells it, past every function of the C library that could have been replaced; at most `cap` bytes. */
export function takeDirectory(libc: Libc, path: string, cap: number, tick: Tick): Taken | Failure {
  const fd = attempt(() => openSync(path, constants.O_RDONLY | constants.O_DIRECTORY));
  if (fd instanceof Failure) return fd;
  const room = Buffer.alloc(ROOM);
  const parts: Buffer[] = [];
  let total = 0;
  let extra: Omit<Taken, 'body'> = {};
  for (;;) {
    const n = libc.getdents(fd, room);
    tick();
    if (n instanceof Failure) extra = { errno: n.errno };
    else if (n > 0 && total + n > cap) extra = { limit: 'bytes' };
    if (n instanceof Failure || n === 0 || extra.limit !== undefined) break;
    total += n;
    parts.push(Buffer.from(room.subarray(0, n)));
  }
  attempt(() => closeSync(fd));
  return total === 0 && extra.errno !== undefined ? new Failure(extra.errno) : { body: Buffer.concat(parts), ...extra };
}

const NAME_AT = 19;

/** Names in `struct linux_dirent64`: u64 inode, s64 offset, u16 length of the record, u8 type, name, NUL (include/linux/dirent.h). Latin1. */
export function direntNames(body: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; at + NAME_AT < body.length; ) {
    const length = u16(body, at + 16);
    if (length <= NAME_AT || at + length > body.length) break;
    const end = body.indexOf(0, at + NAME_AT);
    names.push(body.toString('latin1', at + NAME_AT, end < 0 || end > at + length ? at + length : end));
    at += length;
  }
  return names;
}
