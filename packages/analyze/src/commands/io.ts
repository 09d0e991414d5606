export { UserError } from '../user-error.ts';

/** The outside of the program as cli.ts hands it in: no other file touches process, the clock or the environment. */
export interface Io {
  /** Resolves when more may be written; rejects with Closed when the reader went away. */
  out(chunk: string | Uint8Array): Promise<void>;
  err(text: string): void;
  readonly stdin: AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Width of the terminal, when there is one. */
  readonly columns: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Milliseconds since 1970 by this machine's clock: for records of what the operator did, never for an answer. */
  now(): number;
  /** Resolves when the operator has had enough (Ctrl-C) or the system wants the program to end. */
  untilInterrupted(): Promise<void>;
  /** Bytes nobody can guess: for keys, never for an answer. */
  random(bytes: number): Buffer;
}

/** The reader of standard output went away (EPIPE): not an error of ours, the program ends quietly. */
export class Closed extends Error {}
