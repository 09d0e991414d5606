import { crc32, createInflateRaw } from 'node:zlib';
import { Feeder } from './feeder.ts';
import type { Queue } from './queue.ts';

/** How a compressed stream came to its end, filled in when the generator is done. */
export interface Ending {
  /** What is wrong with the compressed stream; null when its checksum and length are right. */
  broken: string | null;
  /** It merely stops: what is missing could have followed. */
  cut: boolean;
  /** Stored bytes behind its end. */
  trailing: number;
}

const PIECE = 16 * 1024;
const MAX_HEADER = 64 * 1024;
const FLAG_CRC = 2;
const FLAG_EXTRA = 4;
const FLAG_NAME = 8;
const FLAG_COMMENT = 16;

/**
 * One gzip member (RFC 1952). The frame is read here and only the deflate stream goes to zlib, because zlib's own reader joins further
 * members silently, ignores what follows, and drops the last output when the checksum is wrong.
 */
export async function* gunzip(input: Queue, ending: Ending): AsyncGenerator<Buffer> {
  if (!(await skipHeader(input))) {
    ending.broken = 'gzip header is cut off or not in the form';
    ending.cut = input.atEnd;
    return;
  }
  const feeder = new Feeder(createInflateRaw());
  let crc = 0;
  let length = 0;
  let consumed = 0;
  for (;;) {
    const piece = await input.some(PIECE);
    if (piece.length === 0) {
      ending.broken = 'gzip stream ends early';
      ending.cut = true;
      break;
    }
    const fed = await feeder.feed(piece);
    for (const chunk of fed.out) {
      crc = crc32(chunk, crc);
      length = (length + chunk.length) % 0x1_0000_0000;
      yield chunk;
    }
    if (fed.error !== null) {
      ending.broken = `gzip stream is damaged (${fed.error})`;
      break;
    }
    consumed += piece.length;
    if (!fed.ended) continue;
    input.giveBack(piece.subarray(piece.length - (consumed - feeder.taken)));
    await checkTrailer(input, crc, length, ending);
    break;
  }
  feeder.close();
}

async function checkTrailer(input: Queue, crc: number, length: number, ending: Ending): Promise<void> {
  const trailer = await input.take(8);
  if (trailer.length < 8) {
    ending.broken = 'gzip checksum is cut off';
    ending.cut = true;
  } else if (trailer.readUInt32LE(0) !== crc >>> 0) ending.broken = 'gzip checksum is wrong';
  else if (trailer.readUInt32LE(4) !== length) ending.broken = 'gzip length is wrong';
  ending.trailing = await input.drain();
}

async function skipHeader(input: Queue): Promise<boolean> {
  const fixed = await input.take(10);
  const flags = fixed[3] ?? 0xff;
  if (fixed.length < 10 || fixed[2] !== 8 || flags > 31) return false;
  if (flags & FLAG_EXTRA) {
    const size = await input.take(2);
    if (size.length < 2) return false;
    const extra = size.readUInt16LE(0);
    if ((await input.take(extra)).length < extra) return false;
  }
  if (flags & FLAG_NAME && !(await skipText(input))) return false;
  if (flags & FLAG_COMMENT && !(await skipText(input))) return false;
  return !(flags & FLAG_CRC) || (await input.take(2)).length === 2;
}

async function skipText(input: Queue): Promise<boolean> {
  for (let n = 0; n < MAX_HEADER; n++) {
    const byte = await input.take(1);
    if (byte.length === 0) return false;
    if (byte[0] === 0) return true;
  }
  return false;
}
