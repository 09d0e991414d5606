import type { Counts, Env, LineProblem, LineProblemCode } from '../procfs/lines.ts';
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

/** A source without a body: it could not be read, its reader hung, or it was not tried. */
export interface AbsentSource {
  readonly path: string;
  readonly pass: 'A' | 'B';
  readonly pid: number | null;
  readonly tid: number | null;
  /** Symbolic errno, `blocked`, or the word of the log. */
  readonly reason: string;
  readonly sourceId: number;
}

/** The clocks of the host at the start of the capture. */
export interface HostClock {
  /** Nanoseconds since 1970. */
  readonly realtimeNs: bigint;
  /** Nanoseconds since boot, suspend included. */
  readonly boottimeNs: bigint;
  readonly ticksPerSecond: number;
}

/** A problem of a line, or of a line of a list or a frame of a pack. */
export type BodyProblem = Omit<LineProblem, 'code'> & { readonly code: LineProblemCode | 'list-form' };

/** What a feed may do with a capture that is being loaded. */
export interface Load {
  readonly env: Env;
  /** null when any part of it is missing. */
  readonly clock: HostClock | null;
  /**
   * A function that adds one row to the table: positional, in the column order of its declaration, without `capture_id`.
   * Rows are buffered and written many to a statement.
   */
  into(table: string): (row: readonly Value[]) => void;
  /** Changes rows that were added before: for the few that had to be written before all was known of them. */
  amend(table: string, key: Readonly<Record<string, Value>>, set: Readonly<Record<string, Value>>): void;
  /** A problem of the body in hand. */
  problem(entry: FeedEntry, problem: BodyProblem): void;
  /** State that several bodies of one capture share (a process is made of many files): made once by `make`, finished at the end by `finish`. */
  shared<S>(key: string, make: () => S, finish: (state: S) => void): S;
}

/** Finds the bytes that a row's `line` means in a body that is not made of lines. */
export interface PieceFinder {
  /** Bytes [start, end); undefined when there is no such piece. */
  range(line: number): readonly [start: number, end: number] | undefined;
}

/** Brings one kind of body into its tables: which bodies, and how. */
export interface Feed {
  /** Word for `sources.parser`. */
  readonly parser: string;
  /** Tested against the path without the pass prefix. */
  readonly match: RegExp;
  read(entry: FeedEntry, load: Load): Counts;
  /** Of a body whose rows count messages, entries or frames and not lines; the byte order is that of the host, null when unknown. */
  pieces?(body: Buffer, order: Env['byteOrder']): PieceFinder;
  /** Called instead of `read` for a source that has no body. */
  absent?(source: AbsentSource, load: Load): void;
}
