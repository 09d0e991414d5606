import { resolve } from 'node:path';
import { sentence } from '../errno.ts';
import { naming } from '../named-file.ts';
import { Kept } from '../open/kept.ts';
import { terminal } from '../render/cell.ts';
import { type Io, UserError } from './io.ts';
import type { Custody } from './keep-custody.ts';

/** `load --keep FILE`: what comes through standard input stands in a file afterwards, and what became of it is said. */
export class Keeper {
  readonly #file: string;
  readonly #kept: Kept;
  readonly #io: Io;
  readonly #events: (() => Promise<void>)[] = [];

  /** Throws UserError where nothing, or more than one thing, would come through standard input; and what the system says of the file. */
  constructor(file: string, operands: readonly string[], io: Io) {
    if (operands.filter((name) => name === '-').length !== 1)
      throw new UserError('--keep is for what comes through standard input', 'coldstat load --keep FILE -');
    this.#file = terminal(file, 'utf8');
    this.#io = io;
    this.#kept = naming(
      'write',
      file,
      () =>
        new Kept(io.stdin, resolve(io.cwd, file), (errno) =>
          io.err(`coldstat: ${this.#file}: ${sentence(errno, 'write')}: it takes no more; the load goes on\n`),
        ),
    );
  }

  get source(): AsyncIterable<Uint8Array> {
    return this.#kept;
  }

  /** Where raw will find what was read so far: nowhere when the file does not hold it. */
  path(): string {
    return this.#kept.settled() ? this.#kept.path : '-';
  }

  /** Waits with the records for the end of the file, since they bear its hash. */
  custody(log: Custody): Custody {
    return {
      record: async (_, event, detail) => {
        this.#events.push(() => log.record(this.#kept.path, event, detail));
      },
    };
  }

  /** Takes the rest, and gives the exit code. */
  async end(): Promise<number> {
    const { bytes, sha256, errno } = await this.#kept.end();
    if (errno !== null) {
      const unrecorded = this.#events.length === 0 ? '' : '; its custody log says nothing of it';
      this.#io.err(
        `coldstat: ${this.#file}: ${sentence(errno, 'write')}: holds the first ${bytes} bytes of what came, SHA-256 ${sha256}${unrecorded}\n`,
      );
      return 1;
    }
    if (bytes === 0) {
      this.#io.err(`coldstat: nothing came through standard input: ${this.#file} was removed\n`);
      return 0;
    }
    for (const record of this.#events) await record();
    await this.#io.out(`${this.#file}: ${bytes} bytes kept, SHA-256 ${sha256}\n`);
    return 0;
  }
}
