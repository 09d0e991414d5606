import { createHash, type Hash } from 'node:crypto';
import { isEntryName, isSeriesId, momentOf, type Queue, STREAM_LINE, STREAM_MAGIC, STREAM_PIECE } from '@coldstat/capture/archive';

/** Why a stream cannot be read further. */
class BrokenStream extends Error {}

/** The archive in hand. */
interface Part {
  readonly hash: Hash;
  total: number;
  /** Bytes of the piece in hand that are to come. */
  left: number;
  ended: boolean;
}

/** One archive of a stream; its bytes have to be read before the next one can be had. */
export interface StreamedArchive {
  readonly name: string;
  readonly bytes: AsyncIterable<Buffer>;
}

/** Whether a stream of archives begins here; consumes nothing. */
export async function isSeriesStream(queue: Queue): Promise<boolean> {
  return (await queue.peek(STREAM_MAGIC.length)).toString('latin1') === STREAM_MAGIC;
}

/** Archives one after the other on one pipe (docs/ARCHIVE-FORMAT.md §9.3). */
export class SeriesStream {
  readonly #queue: Queue;
  #given = 0;
  /** What is wrong with the stream as a whole, in words, once it has been read; null when it came to its end. */
  broken: string | null = null;

  constructor(queue: Queue) {
    this.#queue = queue;
  }

  async *archives(): AsyncGenerator<StreamedArchive> {
    const id = (await this.#line())?.slice(STREAM_MAGIC.length + 1) ?? '';
    if (!isSeriesId(id)) this.broken = 'its first line is not in the form';
    while (this.broken === null) {
      const [word, rest = ''] = words(await this.#line());
      if (word === 'done') {
        this.#close(rest);
        return;
      }
      if (word !== 'archive' || !isEntryName(rest) || momentOf(rest) === null) {
        this.broken = word === null ? 'it breaks off between two archives' : 'a line is not in the form';
        return;
      }
      this.#given++;
      const part = { hash: createHash('sha256'), total: 0, left: 0, ended: false };
      yield { name: rest, bytes: this.#bytes(part) };
      // What the reader of the archive left.
      for (let piece = await this.#piece(part); piece !== null; ) piece = await this.#piece(part);
    }
  }

  #close(count: string): void {
    if (count !== String(this.#given)) this.broken = `it held ${this.#given} archives, its last line says ${count}`;
  }

  /** Throws where the stream breaks. */
  async *#bytes(part: Part): AsyncGenerator<Buffer> {
    for (let piece = await this.#piece(part); piece !== null; piece = await this.#piece(part)) yield piece;
    if (this.broken !== null) throw new BrokenStream(this.broken);
  }

  /** The next bytes of the archive in hand; null at its end, and where the stream breaks. */
  async #piece(part: Part): Promise<Buffer | null> {
    if (part.ended || this.broken !== null) return null;
    if (part.left === 0 && !(await this.#frame(part))) return null;
    const piece = await this.#queue.some(part.left);
    if (piece.length === 0) return this.#break('the stream breaks off within an archive');
    part.left -= piece.length;
    part.total += piece.length;
    part.hash.update(piece);
    return piece;
  }

  /** Reads a line within an archive; true when bytes follow. */
  async #frame(part: Part): Promise<boolean> {
    const [word, rest = ''] = words(await this.#line());
    if (word === 'data' && /^[1-9]\d{0,6}$/.test(rest) && Number(rest) <= STREAM_PIECE) {
      part.left = Number(rest);
      return true;
    }
    part.ended = word === 'end';
    if (word === null) this.#break('the stream breaks off within an archive');
    else if (word !== 'end') this.#break('a line of the stream is not in the form');
    else if (rest !== `${part.total} ${part.hash.digest('hex')}`)
      this.#break('an archive in the stream does not have the size and SHA-256 that stand behind it');
    return false;
  }

  #break(message: string): null {
    this.broken ??= message;
    return null;
  }

  /** Byte by byte: what follows may be long in coming. Null when there is no whole line. */
  async #line(): Promise<string | null> {
    let text = '';
    while (text.length <= STREAM_LINE) {
      const byte = await this.#queue.take(1);
      if (byte.length === 0) return null;
      if (byte[0] === 10) return text;
      text += byte.toString('latin1');
    }
    return '';
  }
}

function words(line: string | null): [string | null, string?] {
  if (line === null) return [null];
  const at = line.indexOf(' ');
  return at < 0 ? [line] : [line.slice(0, at), line.slice(at + 1)];
}
