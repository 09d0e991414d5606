import { type PoolOptions, ReaderPool } from './pool.ts';

/** The reading children of a series, which stay from one moment to the next: starting them anew would cost more than a light moment itself. */
export class Readers {
  #pool: ReaderPool | null = null;

  /** For a moment that begins. */
  for(options: PoolOptions): ReaderPool {
    if (this.#pool === null) this.#pool = new ReaderPool(options);
    else this.#pool.serve(options);
    return this.#pool;
  }

  /** Ends them. */
  stop(): void {
    this.#pool?.stop();
  }
}
