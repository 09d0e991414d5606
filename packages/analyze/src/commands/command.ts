import type { Io } from './io.ts';

/** Options that stand before the subcommand: `coldstat -d case.db lsof …`. */
export interface Globals {
  readonly db: string | undefined;
  /** File of private keys for encrypted archives, as a command's own option gave it. */
  readonly ageIdentity?: string | undefined;
}

/**
 * One subcommand. `argv` is everything after its name. coldstat's own commands parse it with commander, the live tools' commands with
 * the grammar of the tool they stand for.
 */
export interface Command {
  readonly name: string;
  /** One line for `coldstat --help`. */
  readonly summary: string;
  /** Exit code: 0, 1 (nothing found or a difference, as the tool defines it), 2 operator mistake. */
  run(argv: readonly string[], io: Io, globals: Globals): Promise<number>;
}
