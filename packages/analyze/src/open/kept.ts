import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, rmSync } from 'node:fs';
import { sync, type Tried, writeSome } from './attempt.ts';

/** What became of the file. */
export interface Keeping {
  /** Bytes that stand in it. */
  readonly bytes: number;
  /** Of these bytes, hex. */
  readonly sha256: string;
  /** Why it ends before what came did; null when all is there. */
  readonly errno: string | null;
}

/**
 * The bytes of a stream, each written to a new file before it is given on, so that the file holds no less than was read of it. A file that takes no
 * more ends there, and the reading goes on. At any moment it is the beginning of what came.
 */
export class Kept implements AsyncIterable<Uint8Array> {
  readonly path: string;
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #fd: number;
  readonly #hash: Hash = createHash('sha256');
  readonly #lost: (errno: string) => void;
  #bytes = 0;
  #errno: string | null = null;
  #over = false;

  /** Makes the file, for its owner alone; throws what the system says, where something is there already too. `lost` hears that it takes no more. */
  constructor(source: AsyncIterable<Uint8Array>, path: string, lost: (errno: string) => void) {
    this.path = path;
    this.#fd = openSync(path, 'wx', 0o600);
    this.#source = source[Symbol.asyncIterator]();
    this.#lost = lost;
  }

  /** Whoever stops here leaves the rest to `end`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (let piece = await this.#next(); piece !== null; piece = await this.#next()) yield piece;
  }

  /** Whether all that was read so far stands on the disk, which it waits for. */
  settled(): boolean {
    if (this.#errno === null) this.#fail(sync(this.#fd));
    return this.#errno === null;
  }

  /** Takes what nobody read, to its end, and closes the file. A file to which nothing came is removed. */
  async end(): Promise<Keeping> {
    const quiet = (): Promise<Uint8Array | null> => this.#next().then(null, () => null);
    for (let piece = await quiet(); piece !== null; ) piece = await quiet();
    this.settled();
    closeSync(this.#fd);
    if (this.#bytes === 0) rmSync(this.path, { force: true });
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex'), errno: this.#errno };
  }

  async #next(): Promise<Uint8Array | null> {
    if (this.#over) return null;
    this.#over = true;
    const next = await this.#source.next();
    if (next.done === true) return null;
    this.#over = false;
    if (this.#errno === null) this.#write(next.value);
    return next.value;
  }

  #write(piece: Uint8Array): void {
    const { written, errno } = writeSome(this.#fd, piece, this.#bytes);
    this.#hash.update(piece.subarray(0, written));
    this.#bytes += written;
    if (errno !== null) this.#fail({ errno });
  }

  #fail(tried: Tried<unknown>): void {
    if (!('errno' in tried) || this.#errno !== null) return;
    this.#errno = tried.errno;
    this.#lost(tried.errno);
  }
}
