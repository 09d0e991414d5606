import type { Counts, Env, LineProblem } from '../procfs/lines.ts';
import type { Value } from '../render/value.ts';

/** One body on its way into tables. */
export interface FeedEntry {
  /** Path below `/` without the pass prefix, for example `proc/net/tcp` or `proc/12/task/13/net/tcp`. */
  readonly path: string;
  readonly pass: 'A' | 'B';
  readonly body: Buffer;
  /** From the path. */
  readonly pid: number | null;
  readonly tid: number | null;
  /** Network namespace the body tells of: from the record, or the capture's own for `proc/net/…`; null when unknown. */
  readonly netNs: number | null;
  readonly sourceId: number;
}

/** What a feed may do with a capture that is being loaded. */
export interface Load {
  readonly env: Env;
  /**
   * A function that adds one row to the table: positional, in the column order of its declaration, without `capture_id`.
   * Rows are buffered and written many to a statement.
   */
  into(table: string): (row: readonly Value[]) => void;
  /** A problem of the body in hand. */
  problem(entry: FeedEntry, problem: LineProblem): void;
  /** State that several bodies of one capture share (a process is made of many files): made once by `make`, finished at the end by `finish`. */
  shared<S>(key: string, make: () => S, finish: (state: S) => void): S;
}

/** Brings one kind of body into its tables: which bodies, and how. */
export interface Feed {
  /** Word for `sources.parser`. */
  readonly parser: string;
  /** Tested against the path without the pass prefix. */
  readonly match: RegExp;
  read(entry: FeedEntry, load: Load): Counts;
}
