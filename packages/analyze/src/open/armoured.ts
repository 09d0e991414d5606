import { createHash } from 'node:crypto';
import { ARMOUR_BEGIN, ARMOUR_END, armourSum, type Queue, STREAM_MAGIC } from '@coldstat/capture/archive';

/** Console output before the marker that is looked through. */
const MAX_BEFORE = 1 << 20;
const FIRST_LOOK = 4096;
const LINE = 76;
/** A line of a console that is longer is none of ours. */
const MAX_LINE = 4096;
/** Lines between the end marker and the sum. */
const MAX_AFTER = 100;

/** How evidence begins that is no text: what stands in it may hold the marker, and is not ours to look into. */
const NO_TEXT = ['\x28\xb5\x2f\xfd', '\x1f\x8b', STREAM_MAGIC, 'age-encryption.org/'];

/** Whether the marker of a text stands in the first mebibyte; consumes nothing. A byte that no text has ends the search. */
export async function findArmour(queue: Queue): Promise<{ readonly skip: number; readonly line: number } | null> {
  for (let size = FIRST_LOOK; ; size *= 4) {
    const text = (await queue.peek(size)).toString('latin1');
    const found = new RegExp(`${ARMOUR_BEGIN}[ \\t\\r]*\\n`).exec(text);
    if (NO_TEXT.some((beginning) => text.startsWith(beginning)) || text.slice(0, found?.index).includes('\0')) return null;
    if (found !== null) {
      const skip = found.index + found[0].length;
      return { skip, line: text.slice(0, skip).split('\n').length };
    }
    if (text.length < size || size >= MAX_BEFORE) return null;
  }
}

/** Its content is not what was written; said of the line by its number in the text. */
class BrokenText extends Error {}

/** The bytes in the text whose marker has been passed; `line` is the number of the next line. Throws BrokenText after what came before it was given. */
export async function* unarmoured(queue: Queue, line: number): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let bytes = 0;
  let short = false;
  for (let n = line; ; n++) {
    const text = await nextLine(queue);
    if (text === null) throw new BrokenText(`the text ends in line ${n}, before the end marker`);
    if (text === ARMOUR_END) break;
    if (short || text.length > LINE || !isBase64(text))
      throw new BrokenText(`line ${n} of the text is not what was sent: noise, or lost characters`);
    short = text.length < LINE;
    const piece = Buffer.from(text, 'base64');
    hash.update(piece);
    bytes += piece.length;
    yield piece;
  }
  const sum = armourSum(hash.digest('hex'), bytes);
  for (let n = 0; n < MAX_AFTER; n++) {
    const text = await nextLine(queue);
    if (text === null) break;
    if (text === sum) return;
    if (/^SHA-256 [0-9a-f]{64} \d+$/.test(text)) throw new BrokenText('the text does not have the SHA-256 that stands behind it');
  }
  throw new BrokenText('the SHA-256 behind the text is missing');
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}

/** Without blanks and carriage returns at its end; null at the end of the text. */
async function nextLine(queue: Queue): Promise<string | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for (;;) {
    const piece = await queue.some(MAX_LINE);
    if (piece.length === 0) return size === 0 ? null : clean(parts);
    const lf = piece.indexOf(10);
    if (lf >= 0) {
      queue.giveBack(piece.subarray(lf + 1));
      return clean([...parts, piece.subarray(0, lf)]);
    }
    parts.push(piece);
    size += piece.length;
    if (size > MAX_LINE) return clean(parts);
  }
}

function clean(parts: readonly Buffer[]): string {
  return Buffer.concat(parts)
    .toString('latin1')
    .replace(/[ \t\r]+$/, '')
    .replace(/^\r+/, '');
}
