import { STREAM_MAGIC, STREAM_PIECE } from './archive/series.ts';
import type { Sink, Written } from './archive/sink.ts';

/** Archives one after the other on one pipe (docs/ARCHIVE-FORMAT.md §9.3). */
export class SeriesStream implements Sink {
  readonly #to: Sink;

  constructor(to: Sink) {
    this.#to = to;
  }

  open(id: string): Promise<void> {
    return this.#line(`${STREAM_MAGIC} ${id}`);
  }

  begin(name: string): Promise<void> {
    return this.#line(`archive ${name}`);
  }

  put(bytes: Buffer, done: Written): void {
    if (bytes.length === 0) {
      done();
      return;
    }
    const piece = bytes.subarray(0, STREAM_PIECE);
    const framed = Buffer.concat([Buffer.from(`data ${piece.length}\n`, 'latin1'), piece]);
    this.#to.put(framed, (error) => (error ? done(error) : this.put(bytes.subarray(piece.length), done)));
  }

  /** The archive is whole: its size and hash as it was given. */
  end(bytes: number, sha256: string): Promise<void> {
    return this.#line(`end ${bytes} ${sha256}`);
  }

  close(archives: number): Promise<void> {
    return this.#line(`done ${archives}`);
  }

  #line(text: string): Promise<void> {
    return put(this.#to, `${text}\n`);
  }
}

/** Text to a sink; rejects when it fails. */
function put(sink: Sink, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    sink.put(Buffer.from(text, 'latin1'), (error) => (error ? reject(error) : resolve()));
  });
}
