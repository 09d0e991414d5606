/**
 * The one shape of every parser of this room: bytes in, records and problems out, nothing thrown, nothing lost.
 * The law of conservation: header lines + lines of records + lines of problems = lines of the body (test/property).
 */

/** Every code a parser may give, with its sentence (docs/PROBLEMS.md is generated from it). */
export const LINE_PROBLEMS = {
  'line-form': 'A line is not in the form the kernel gives; it became no row.',
  'line-columns': 'A line has a number of columns no known kernel gives; it became no row.',
  'line-value': 'A field holds a value outside its range or form; it is NULL in the row, the line is kept.',
  'line-truncated': 'The last line has no newline: the read was cut off within it; it became no row.',
  'line-unknown': 'A line bears a key this version does not know; it was kept as it is.',
  'line-duplicate': 'A line repeats an earlier one of the same pass: the kernel gave the row twice (torn read).',
  'header-form': 'The first line is not the header of any known kernel.',
  'name-newline': 'A name holds a newline: what looks like several lines is one row, or a forged one.',
  'row-ambiguous': 'The row may be the continuation of a name chosen by a process and not a row of the kernel.',
  'pid-differs': 'A file of a process names another process than the directory it was read from: something else is mounted there.',
  'message-form':
    'A message of the kernel is not in its form, or its length is a lie; it became no row, and if nothing after it could be found, the rest neither.',
  'message-value':
    'A part of a message has not the length or form the kernel gives it: it is NULL in the row, its bytes are in diag_attributes.',
  'dump-interrupted':
    'Sockets came or went while the kernel listed them (NLM_F_DUMP_INTR): one may be missing from the dump, or stand there twice.',
  'dump-open': 'No message closes a dump of the kernel: what came after is missing.',
  'slot-gap': 'The running number of the rows jumps: a row was left out by whatever gave us the table.',
} as const;

export type LineProblemCode = keyof typeof LINE_PROBLEMS;

export interface LineProblem {
  readonly code: LineProblemCode;
  /** First line concerned, counted from 1. */
  readonly line: number;
  /** Lines that became this problem and nothing else; 0 when it is a remark on a record or on the header. */
  readonly lines: number;
  readonly message: string;
}

/** What every record has: where it stands. */
export interface Placed {
  /** First line, counted from 1. */
  readonly line: number;
  /** How many lines, where not 1: more when a value holds newlines, 0 when an earlier record of the same line stands for it. */
  readonly lines?: number;
}

export interface Sink<R extends Placed> {
  record(record: R): void;
  problem(problem: LineProblem): void;
}

/** What of the host a parser may need: nothing of the workstation. */
export interface Env {
  /** Byte order of the host; null when unknown: addresses in host order are then problems, never guesses. */
  readonly byteOrder: 'little' | 'big' | null;
}

/** Lines seen by a parser. */
export interface Counts {
  readonly lines: number;
  /** How many of them were header (or blank separators the kernel prints). */
  readonly header: number;
}

/** Streams records into the sink in file order, so that a million rows need no million objects at once. Never throws on any bytes. */
export type Parser<R extends Placed> = (body: Buffer, env: Env, sink: Sink<R>) => Counts;

/** Everything at once, for small files and tests. */
export interface Parsed<R extends Placed> extends Counts {
  readonly records: R[];
  readonly problems: LineProblem[];
}

export function collect<R extends Placed>(parser: Parser<R>, body: Buffer, env: Env = { byteOrder: null }): Parsed<R> {
  const records: R[] = [];
  const problems: LineProblem[] = [];
  const counts = parser(body, env, { record: (r) => records.push(r), problem: (p) => problems.push(p) });
  return { ...counts, records, problems };
}
