import type { Value } from '../render/value.ts';
import type { PieceFinder } from '../tables/feed.ts';

export interface ProblemAt {
  readonly sourceId: number | null;
  readonly line: number | null;
  readonly lines: number;
  readonly offset: number | null;
  readonly code: string;
  readonly message: string;
  /** The beginning of what it is about; asked only of problems that become a row. */
  readonly bytes: () => Uint8Array | null;
}

const MAX_BYTES = 256;
/** Problems of one code in one source that are told one by one; the rest become one, which counts their lines. */
const MAX_ALIKE = 1000;

interface Rest {
  readonly first: ProblemAt;
  count: number;
  lines: number;
}

/** Numbers the problems of one capture and keeps a body of rubbish from becoming as many rows. */
export class ProblemBook {
  readonly #write: (row: readonly Value[]) => void;
  readonly #alike = new Map<string, number>();
  readonly #rest = new Map<string, Rest>();
  #alikeSource: number | null = null;
  #n = 0;

  constructor(write: (row: readonly Value[]) => void) {
    this.#write = write;
  }

  /** How many rows there are so far. */
  get count(): number {
    return this.#n + this.#rest.size;
  }

  add(problem: ProblemAt): void {
    if (problem.sourceId !== this.#alikeSource) {
      this.#alike.clear();
      this.flushRest();
      this.#alikeSource = problem.sourceId;
    }
    const seen = (this.#alike.get(problem.code) ?? 0) + 1;
    this.#alike.set(problem.code, seen);
    if (seen <= MAX_ALIKE) {
      this.#row(problem);
      return;
    }
    const rest = this.#rest.get(problem.code);
    if (rest === undefined) this.#rest.set(problem.code, { first: problem, count: 1, lines: problem.lines });
    else {
      rest.count++;
      rest.lines += problem.lines;
    }
  }

  /** Writes what was counted and not told one by one. */
  flushRest(): void {
    for (const { first, count, lines } of this.#rest.values()) {
      this.#row(count === 1 ? first : { ...first, lines, message: `${first.message} (the first of ${count} more of this code)` });
    }
    this.#rest.clear();
  }

  #row(p: ProblemAt): void {
    const bytes = p.bytes();
    this.#write([++this.#n, p.sourceId, p.line, p.lines, p.offset, p.code, p.message, bytes && Buffer.from(bytes.subarray(0, MAX_BYTES))]);
  }
}

/** The same of a body that is not made of lines. */
export class PieceBytes {
  readonly #body: Buffer;
  readonly #pieces: PieceFinder;

  constructor(body: Buffer, pieces: PieceFinder) {
    this.#body = body;
    this.#pieces = pieces;
  }

  /** The beginning of the piece; empty when there is no such one. */
  at(line: number): Buffer {
    const [start, end] = this.#pieces.range(line) ?? [0, 0];
    return this.#body.subarray(start, Math.min(end, start + MAX_BYTES));
  }
}

/** Finds lines of one body by number, cheaply when they are asked for in order. */
export class LineFinder {
  readonly #body: Buffer;
  #line = 1;
  #offset = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  /** The beginning of line `line` (counted from 1), without its newline; empty when there is no such line. */
  at(line: number): Buffer {
    if (line < this.#line) {
      this.#line = 1;
      this.#offset = 0;
    }
    while (this.#line < line) {
      const lf = this.#body.indexOf(10, this.#offset);
      if (lf < 0) return Buffer.alloc(0);
      this.#offset = lf + 1;
      this.#line++;
    }
    const start = this.#body.subarray(this.#offset, this.#offset + MAX_BYTES);
    const end = start.indexOf(10);
    return end < 0 ? start : start.subarray(0, end);
  }
}
