import { createHash, type Hash } from 'node:crypto';
import { type Ending, gunzip } from './gunzip.ts';
import type { Limits } from './limits.ts';
import { Queue } from './queue.ts';
import { unzstd } from './unzstd.ts';

export type Compression = 'zstd' | 'gzip' | 'plain';

/** Failure of the source itself: the disk or the pipe gave an error in the middle. */
export interface SourceState {
  error: string | null;
}

/**
 * The uncompressed stream of an archive, whatever it is packed in, with hash and size of what is stored. Bytes are taken through `queue`;
 * `finish` passes over the rest, so that checksum, length and what follows have been looked at.
 */
export class ArchiveBytes {
  readonly queue: Queue;
  compression: Compression = 'plain';
  private readonly stored: Queue;
  private readonly limits: Limits;
  private readonly source: SourceState;
  private readonly hash: Hash = createHash('sha256');
  private storedBytes = 0;
  private expandedBytes = 0;
  /** The stored file itself is longer than the limit: it was not read to its end, so it has no hash. */
  private partial = false;
  private exceeded: string | null = null;
  private readonly ending: Ending = { broken: null, cut: false, trailing: 0 };
  private result: { readonly sha256: string; readonly bytes: number } | null = null;

  constructor(source: AsyncIterable<Uint8Array>, state: SourceState, limits: Limits) {
    this.stored = new Queue(this.counted(source));
    this.queue = new Queue(this.expanded());
    this.source = state;
    this.limits = limits;
  }

  /** Why the stream stopped before its end, once it has; `cut` when it merely ends early. */
  get failure(): { readonly message: string; readonly cut: boolean } | null {
    const { broken, cut } = this.ending;
    if (this.source.error !== null) {
      return { message: `${this.storedBytes === 0 ? 'it cannot be read' : 'cannot be read further'}: ${this.source.error}`, cut: true };
    }
    return broken === null ? null : { message: broken, cut };
  }

  /** The limit that made us stop. */
  get limit(): string | null {
    return this.exceeded;
  }

  /** Bytes of the file behind the end of the compressed stream. */
  get trailing(): number {
    return this.ending.trailing;
  }

  /** Reads what is left of the file for the sake of its hash. Uncompressed bytes are not kept. */
  async finish(): Promise<void> {
    await this.queue.drain();
    await this.stored.drain();
    if (!this.partial && this.source.error === null) this.result ??= { sha256: this.hash.digest('hex'), bytes: this.storedBytes };
  }

  /** Gives the file up without reading the rest. */
  async close(): Promise<void> {
    await this.stored.close();
  }

  /** SHA-256 (hex) and size of the stored file, after finish; null when even that exceeds the limit in total, or it could not be read to its end. */
  get digest(): { readonly sha256: string; readonly bytes: number } | null {
    return this.result;
  }

  private async *counted(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      this.hash.update(chunk);
      this.storedBytes += chunk.length;
      if (this.storedBytes > this.limits.totalBytes) {
        this.exceeded ??= `more than ${this.limits.totalBytes} bytes in total`;
        this.partial = true;
        return;
      }
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    }
  }

  private async *expanded(): AsyncGenerator<Buffer> {
    for await (const chunk of await this.unpacked()) {
      this.expandedBytes += chunk.length;
      const { totalBytes, ratio, ratioAfter } = this.limits;
      if (this.expandedBytes > totalBytes) this.exceeded ??= `more than ${totalBytes} bytes in total`;
      else if (this.expandedBytes > ratioAfter && this.expandedBytes > ratio * this.storedBytes) {
        this.exceeded ??= `expands more than ${ratio} to 1`;
      }
      if (this.exceeded !== null) return;
      yield chunk;
    }
  }

  private async unpacked(): Promise<AsyncIterable<Buffer>> {
    const magic = await this.stored.peek(4);
    if (magic.toString('hex') === '28b52ffd') {
      this.compression = 'zstd';
      return unzstd(this.stored, this.ending);
    }
    if (magic[0] === 0x1f && magic[1] === 0x8b) {
      this.compression = 'gzip';
      return gunzip(this.stored, this.ending);
    }
    return plain(this.stored);
  }
}

async function* plain(stored: Queue): AsyncGenerator<Buffer> {
  for (;;) {
    const piece = await stored.some(1 << 20);
    if (piece.length === 0) return;
    yield piece;
  }
}
