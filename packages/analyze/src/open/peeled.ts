import { Queue } from '@coldstat/capture/archive';

/** An error of the source, kept until what came before it has been read. */
interface Late {
  error: unknown;
}

/** A source whose first bytes can be looked at; `rest` is all that was not taken. */
export class Peeled {
  readonly queue: Queue;
  readonly #late: Late = { error: null };

  constructor(source: AsyncIterable<Uint8Array>) {
    this.queue = new Queue(patient(source, this.#late));
  }

  async *rest(): AsyncGenerator<Buffer> {
    try {
      for (let piece = await this.queue.some(1 << 20); piece.length > 0; piece = await this.queue.some(1 << 20)) yield piece;
      if (this.#late.error !== null) throw this.#late.error;
    } finally {
      await this.queue.close();
    }
  }
}

async function* patient(source: AsyncIterable<Uint8Array>, late: Late): AsyncGenerator<Buffer> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await iterator.next().then(
        (value) => value,
        (error: unknown) => {
          late.error = error;
          return { done: true as const, value: undefined };
        },
      );
      if (next.done === true) return;
      const { buffer, byteOffset, byteLength } = next.value;
      yield Buffer.from(buffer, byteOffset, byteLength);
    }
  } finally {
    await iterator.return?.();
  }
}
