import type { Parser, Placed } from '../procfs/lines.ts';
import type { Range } from './pieces.ts';
import { type ByteOrder, Reader } from './reader.ts';

/** One entry of a directory as getdents64 gave it (struct linux_dirent64, fs/readdir.c). */
export interface Dirent extends Placed {
  readonly inode: bigint | null;
  readonly type: number | null;
  readonly name: Buffer;
}

const HEAD = 19;

/** `line` is the number of the entry, counted from 1. A record whose length cannot be ends the list: what is left is one problem. */
export const parseDirents: Parser<Dirent> = (body, env, sink) => {
  if (body.length === 0) return { lines: 0, header: 0 };
  const order = env.byteOrder ?? guess(body);
  let number = 0;
  for (let at = 0; at < body.length; ) {
    number++;
    const reader = new Reader(body, order ?? 'little');
    const length = order === null ? null : reader.u16(at + 16);
    if (length === null || length <= HEAD || at + length > body.length) {
      const message =
        order === null ? 'the byte order of the host is unknown' : 'the length of an entry is a lie, or the listing was cut off';
      sink.problem({ code: 'message-form', line: number, lines: 1, message });
      break;
    }
    const name = body.subarray(at + HEAD, at + length);
    const nul = name.indexOf(0);
    if (nul <= 0)
      sink.problem({ code: 'message-form', line: number, lines: 1, message: 'an entry without a name, or without the end of one' });
    else sink.record({ line: number, inode: reader.u64(at), type: reader.u8(at + 18), name: name.subarray(0, nul) });
    at += length;
  }
  return { lines: number, header: 0 };
};

/** Byte ranges of the entries; of one whose length is a lie all that is left. */
export function* direntRanges(body: Buffer, order: ByteOrder | null): Generator<Range, undefined> {
  const known = order ?? guess(body);
  const reader = new Reader(body, known ?? 'little');
  for (let at = 0; at < body.length; ) {
    const length = known === null ? null : reader.u16(at + 16);
    const end = length === null || length <= HEAD || at + length > body.length ? body.length : at + length;
    yield [at, end];
    at = end;
  }
}

/** A first entry is short: in the wrong order its length would be thousands. */
function guess(body: Buffer): ByteOrder | null {
  const [little, big] = [new Reader(body, 'little').u16(16) ?? 0, new Reader(body, 'big').u16(16) ?? 0];
  if (little > HEAD && little <= 280) return 'little';
  return big > HEAD && big <= 280 ? 'big' : null;
}
