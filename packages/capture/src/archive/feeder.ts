import type { Transform } from 'node:stream';

/** What one piece of input became. */
export interface Fed {
  readonly out: readonly Buffer[];
  /** The decompressor met the end of its stream. */
  readonly ended: boolean;
  readonly error: string | null;
}

/**
 * Drives a zlib stream one piece at a time. A pipe would throw away what was decompressed and not yet read when an error comes;
 * here everything the stream gave before its error is handed over first.
 */
export class Feeder {
  private readonly z: Transform & { readonly bytesWritten: number };
  private out: Buffer[] = [];
  private done: ((fed: Fed) => void) | null = null;

  constructor(z: Transform & { readonly bytesWritten: number }) {
    this.z = z;
    z.on('readable', () => this.collect());
    z.on('end', () => this.finish(true, null));
    z.on('error', (error: Error) => this.finish(true, error.message));
  }

  /** Compressed bytes that the decompressor took. */
  get taken(): number {
    return this.z.bytesWritten;
  }

  /** Pieces must be small: everything a piece expands to is in memory at once. */
  feed(piece: Buffer): Promise<Fed> {
    return new Promise((resolve) => {
      this.done = resolve;
      this.z.write(piece, () => this.finish(false, null));
    });
  }

  close(): void {
    this.z.destroy();
  }

  private collect(): void {
    for (let chunk = this.z.read(); chunk !== null; chunk = this.z.read()) this.out.push(chunk);
  }

  private finish(ended: boolean, error: string | null): void {
    if (error === null) this.collect();
    const done = this.done;
    this.done = null;
    const out = this.out;
    if (done) {
      this.out = [];
      done({ out, ended, error });
    }
  }
}
