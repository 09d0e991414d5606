import { createZstdDecompress } from 'node:zlib';
import { Feeder } from './feeder.ts';
import type { Ending } from './gunzip.ts';
import type { Queue } from './queue.ts';

const BLOCK_MAX = 128 * 1024;
/** A batch of small blocks is fed when it holds this much … */
const BATCH_STORED = 4 * 1024;
/** … or could expand to this much. */
const BATCH_EXPANDED = 1024 * 1024;

/**
 * One zstd frame (RFC 8878 §3.1.1). The blocks are found here and fed one by one: so the end of the frame is known exactly, and a
 * damaged block costs itself and what follows, never what came before it.
 */
export async function* unzstd(input: Queue, ending: Ending): AsyncGenerator<Buffer> {
  const head = await frameHeader(input);
  if (head === null) {
    ending.broken = 'zstd frame header is cut off';
    ending.cut = true;
    return;
  }
  const feeder = new Feeder(createZstdDecompress({ chunkSize: BLOCK_MAX }));
  for await (const piece of pieces(input, head, ending)) {
    const fed = await feeder.feed(piece);
    yield* fed.out;
    if (fed.error === null) continue;
    ending.broken = `zstd stream is damaged (${fed.error})`;
    break;
  }
  feeder.close();
  if (ending.broken === null) ending.trailing = await input.drain();
}

interface FrameHeader {
  readonly bytes: Buffer;
  readonly checksum: boolean;
}

async function frameHeader(input: Queue): Promise<FrameHeader | null> {
  const start = await input.take(5);
  const descriptor = start[4];
  if (descriptor === undefined) return null;
  const single = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] as number;
  const content = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
  const rest = (single ? 0 : 1) + dictionary + content;
  const more = await input.take(rest);
  return more.length < rest ? null : { bytes: Buffer.concat([start, more]), checksum: (descriptor & 4) !== 0 };
}

/** The frame in pieces that end at block borders; the checksum is a piece of its own, so that a wrong one costs no content. */
async function* pieces(input: Queue, head: FrameHeader, ending: Ending): AsyncGenerator<Buffer> {
  let batch: Buffer[] = [head.bytes];
  let stored = 0;
  let expanded = 0;
  for (let last = false; !last; ) {
    const header = await input.take(3);
    const word = header.length < 3 ? 0 : header.readUIntLE(0, 3);
    const type = (word >> 1) & 3;
    const size = word >> 3;
    const length = type === 1 ? 1 : size;
    last = (word & 1) === 1;
    const body = header.length < 3 || size > BLOCK_MAX ? null : await input.take(length);
    const cut = header.length < 3 || (body !== null && body.length < length);
    if (body === null || cut) {
      if (stored > 0) yield Buffer.concat(batch);
      ending.broken ??= cut ? 'zstd stream ends early' : 'zstd block is larger than the format allows';
      ending.cut = cut;
      return;
    }
    batch.push(header, body);
    stored += 3 + length;
    expanded += type === 2 ? BLOCK_MAX : size;
    if (!last && stored < BATCH_STORED && expanded < BATCH_EXPANDED) continue;
    yield Buffer.concat(batch);
    batch = [];
    stored = 0;
    expanded = 0;
  }
  if (!head.checksum) return;
  const sum = await input.take(4);
  if (sum.length === 4) yield sum;
  else {
    ending.broken = 'zstd checksum is cut off';
    ending.cut = true;
  }
}
