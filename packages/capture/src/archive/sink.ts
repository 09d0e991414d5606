import { write } from 'node:fs';

/** Called when the bytes are out, or with what went wrong. */
export type Written = (error?: Error | null) => void;

/** Where bytes go, one piece at a time: the next is given when the one before is out. */
export interface Sink {
  put(bytes: Buffer, done: Written): void;
}

/** An open descriptor: a file or a pipe. */
export class FdSink implements Sink {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  put(bytes: Buffer, done: Written): void {
    write(this.#fd, bytes, 0, bytes.length, null, (error, n) => {
      // Someone made the pipe non-blocking (ssh does): there is no event for a bare descriptor, so ask again shortly.
      if (error?.code === 'EAGAIN') setTimeout(() => this.put(bytes, done), 5);
      else if (error) done(error);
      else if (n < bytes.length) this.put(bytes.subarray(n), done);
      else done();
    });
  }
}
