import type { Counts, Env, LineProblem, LineProblemCode, Parser, Placed, Sink } from './lines.ts';
import { LF } from './scan.ts';

/** A line that becomes a problem and nothing else. */
export interface Refused {
  readonly code: LineProblemCode;
  readonly message: string;
}

/** What a line turned out to be: header (or blank separator), `row` when it became a record (or belongs to one), else why not. */
export type Taken = 'header' | 'row' | Refused;

/** A line under the hand of a row parser: bytes [start, end) of the body, without its newline. */
export interface Line {
  readonly body: Buffer;
  readonly start: number;
  readonly end: number;
  /** Counted from 1. */
  readonly number: number;
}

/**
 * Problems of lines that follow each other with the same code and words become one, so that a body of a million newlines
 * is one problem and not a million.
 */
export class Refusals {
  private readonly sink: { problem(problem: LineProblem): void };
  private line = 0;
  private lines = 0;
  private code: LineProblemCode = 'line-form';
  private message = '';

  constructor(sink: { problem(problem: LineProblem): void }) {
    this.sink = sink;
  }

  add(line: number, why: Refused): void {
    if (this.lines > 0 && this.line + this.lines === line && this.code === why.code && this.message === why.message) {
      this.lines++;
      return;
    }
    this.flush();
    this.line = line;
    this.lines = 1;
    this.code = why.code;
    this.message = why.message;
  }

  /** Gives what is held back; called before anything that stands further down is given, and at the end. */
  flush(): void {
    if (this.lines === 0) return;
    const { line, lines, code, message } = this;
    this.lines = 0;
    this.sink.problem({ code, line, lines, message });
  }
}

export const TRUNCATED: Refused = { code: 'line-truncated', message: 'the last line has no newline' };
const TOO_LONG: Refused = { code: 'line-form', message: 'the line is longer than any line of this file' };

/** Bytes a line of a kernel file may have: the longest, `intr` of /proc/stat on a host of many processors, stays far below. */
const MAX_LINE = 1_048_576;

/**
 * Makes a parser from a function that takes one line after the other. `begin` is called once a body, so that state lives in its closure.
 * A last line without newline is refused (the kernel ends every line), unless `open` says that the file is written by people.
 */
export function byLine<R extends Placed>(
  begin: (sink: Sink<R>, env: Env) => (line: Line) => Taken,
  options: { readonly open?: boolean } = {},
): Parser<R> {
  return (body: Buffer, env: Env, sink: Sink<R>): Counts => {
    const refusals = new Refusals(sink);
    const ordered: Sink<R> = {
      record: (r) => {
        refusals.flush();
        sink.record(r);
      },
      problem: (p) => {
        refusals.flush();
        sink.problem(p);
      },
    };
    const take = begin(ordered, env);
    let number = 0;
    let header = 0;
    for (let start = 0; start < body.length; ) {
      const lf = body.indexOf(LF, start);
      const end = lf < 0 ? body.length : lf;
      number++;
      const taken =
        lf < 0 && !options.open ? TRUNCATED : end - start > MAX_LINE && !options.open ? TOO_LONG : take({ body, start, end, number });
      if (taken === 'header') header++;
      else if (taken !== 'row') refusals.add(number, taken);
      start = end + 1;
    }
    refusals.flush();
    return { lines: number, header };
  };
}

/** Columns of a line between runs of 0x20 (no other byte separates), as latin1: one character is one byte. */
export function columns({ body, start, end }: Line): string[] {
  return body
    .toString('latin1', start, end)
    .split(' ')
    .filter((c) => c !== '');
}

/** Fields of a row that hold no value of the kernel: they are NULL, and one remark names them. */
export class Doubts {
  #names = '';

  of<T>(name: string, value: T | null): T | null {
    if (value === null) this.#names += ` ${name}`;
    return value;
  }

  tell(sink: Sink<never>, line: number): void {
    if (this.#names !== '') sink.problem({ code: 'line-value', line, lines: 0, message: `not a value of the kernel:${this.#names}` });
  }
}

/** A table of the kernel with one row a line and blanks between its columns. */
export interface Shape<R extends Placed> {
  /** What the first line looks like, on all kernels; without it the file has no header. */
  readonly header?: RegExp;
  /** Numbers of columns that kernels print, ascending. Past the last one a vendor added some: the row is read, with a remark. */
  readonly columns: readonly number[];
  /** The record of a row, null when the line is no row at all. */
  row(columns: readonly string[], line: number, doubts: Doubts, env: Env): R | null;
}

const NO_ROW: Refused = { code: 'line-form', message: 'the line is not a row of this table' };
const NO_COLUMNS: Refused = { code: 'line-columns', message: 'no known kernel prints so many columns' };
const NO_HEADER: Refused = { code: 'header-form', message: 'the first line is not the header of this table' };

export function byColumns<R extends Placed>(shape: Shape<R>): Parser<R> {
  const most = shape.columns[shape.columns.length - 1] as number;
  return byLine<R>((sink, env) => (line) => {
    if (shape.header !== undefined && line.number === 1) {
      return shape.header.test(line.body.toString('latin1', line.start, Math.min(line.end, line.start + 256))) ? 'header' : NO_HEADER;
    }
    const c = columns(line);
    if (c.length < most && !shape.columns.includes(c.length)) return NO_COLUMNS;
    const doubts = new Doubts();
    const record = shape.row(c, line.number, doubts, env);
    if (record === null) return NO_ROW;
    sink.record(record);
    doubts.tell(sink, line.number);
    if (c.length > most) {
      sink.problem({
        code: 'line-columns',
        line: line.number,
        lines: 0,
        message: `${c.length - most} columns more than the kernel prints`,
      });
    }
    return 'row';
  });
}
