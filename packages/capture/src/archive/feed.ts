import type { Writable } from 'node:stream';

/** A call into the compressor costs the same for a few bytes as for this many. */
export const BLOCK: number = 256 * 1024;
/** Bytes taken in and not yet written, above which a writer waits. */
export const HIGH: number = 8 * 1024 * 1024;

/** Brings out what a compressor holds back, then calls. */
export type Flush = (done: () => void) => void;

/**
 * Gives blocks to the target. It is ended only when no flush is under way: a compressor of Node that finds an empty flush behind its last chunk ends the
 * stream twice.
 */
export class Feed {
  readonly #target: Writable;
  readonly #flush: Flush;
  readonly #keeps: boolean;
  readonly #less: () => void;
  readonly #spare: Buffer[] = [];
  #flushing = 0;
  #over = false;
  /** Bytes given that the target has not done with. */
  outstanding = 0;

  /** `keeps`: the target has copied a block when it calls back, so that the block can be filled again. `less` is called when less is outstanding. */
  constructor(target: Writable, flush: Flush, keeps: boolean, less: () => void) {
    this.#target = target;
    this.#flush = flush;
    this.#keeps = keeps;
    this.#less = less;
  }

  block(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK);
  }

  put(bytes: Buffer): void {
    this.outstanding += bytes.length;
    this.#target.write(bytes, (error) => {
      if (error) return;
      this.outstanding -= bytes.length;
      if (this.#keeps) this.#spare.push(Buffer.from(bytes.buffer));
      if (this.outstanding < HIGH) this.#less();
    });
  }

  flush(): void {
    this.#flushing++;
    this.#flush(() => {
      this.#flushing--;
      this.#close();
    });
  }

  end(): void {
    this.#over = true;
    this.#close();
  }

  #close(): void {
    if (this.#over && this.#flushing === 0) this.#target.end();
  }
}
