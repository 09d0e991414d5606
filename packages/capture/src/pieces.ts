import { escapeBytes } from './archive/escape.ts';
import { Failure } from './attempt.ts';
import type { Taken } from './take.ts';

const FIRST = 64 * 1024;
const KEPT = 1024 * 1024;
const LF = 0x0a;

/** Blocks that no body is being gathered in, for the next one. */
const spare: Buffer[] = [];

/** A body gathered piece by piece, cut at a cap on a whole piece. */
export class Pieces {
  readonly #cap: number;
  #block: Buffer = spare.pop() ?? Buffer.allocUnsafeSlow(FIRST);
  #size = 0;
  #cut = false;

  constructor(cap: number) {
    this.#cap = cap;
  }

  /** `text` is latin1. */
  add(text: string): void {
    if (this.#room(text.length)) this.#size += this.#block.write(text, this.#size, 'latin1');
  }

  /** One frame of a pack (docs/ARCHIVE-FORMAT.md §3.2); the content is copied. */
  frame(name: string, content: Buffer | Failure): void {
    this.escapedFrame(escapeBytes(name, false), content);
  }

  /** The same, of a name that is escaped already. */
  escapedFrame(name: string, content: Buffer | Failure): void {
    if (content instanceof Failure) {
      this.add(`== ${name} !${content.errno}\n`);
      return;
    }
    const head = `== ${name} ${content.length}\n`;
    if (!this.#room(head.length + content.length + 1)) return;
    this.#size += this.#block.write(head, this.#size, 'latin1');
    this.#block.set(content, this.#size);
    this.#size += content.length;
    this.#block[this.#size++] = LF;
  }

  #room(bytes: number): boolean {
    const need = this.#size + bytes;
    if (this.#cut || need > this.#cap) {
      this.#cut = true;
      return false;
    }
    if (need > this.#block.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(need, 2 * this.#block.length));
      larger.set(this.#block.subarray(0, this.#size));
      this.#block = larger;
    }
    return true;
  }

  /** The body; nothing can be added after. */
  taken(): Taken {
    const filled = this.#block.subarray(0, this.#size);
    const keep = this.#block.length <= KEPT;
    const body = keep ? Buffer.from(filled) : filled;
    if (keep) spare.push(this.#block);
    this.#block = body;
    const limit = this.#cut;
    this.#cut = true;
    return limit ? { body, limit: 'bytes' } : { body };
  }
}

/** One frame of a pack, as text (docs/ARCHIVE-FORMAT.md §3.2). */
export function frameText(name: string, content: string | Failure): string {
  const escaped = escapeBytes(name, false);
  return content instanceof Failure ? `== ${escaped} !${content.errno}\n` : `== ${escaped} ${content.length}\n${content}\n`;
}
