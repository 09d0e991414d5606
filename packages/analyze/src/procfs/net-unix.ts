import type { Counts, LineProblem, Parser, Placed, Sink } from './lines.ts';
import { fitUnixRow, type UnixFit } from './net-unix-row.ts';
import { Refusals, type Refused, TRUNCATED } from './rows.ts';
import { decimal, hex, lineEnd } from './scan.ts';
import { HASH_START, hashBytes, Seen, sameBytes } from './seen.ts';

/** One row of /proc/net/unix (net/unix/af_unix.c unix_seq_show). */
export interface UnixSocket extends Placed {
  readonly pointer: string;
  readonly refcount: number;
  readonly protocol: number;
  readonly flags: number;
  readonly type: number;
  readonly state: number;
  readonly inode: number | null;
  /** As printed: `@` for the NULs of an abstract name; null when the socket has no name. Newlines of the name are in it. */
  readonly path: Buffer | null;
  readonly lines: number;
  /** The row may be a part of the name of a row before it. */
  readonly ambiguous: boolean;
}

/** sizeof(sun_path), what a name prints at most: a path of 108 bytes without its NUL, or `@` and the 107 bytes after the first NUL. */
const MAX_NAME = 108;

const HEADER: Refused = { code: 'header-form', message: 'the first line is not the header of the unix table' };
const NO_ROW: Refused = { code: 'line-form', message: 'the line is no row, and no name is near enough that it could be a part of it' };

/**
 * A name is what somebody gave to bind(), newlines included, and the kernel prints it as it is: so a name can hold a line that looks like a row.
 * What the file alone tells:
 *
 * - A line that does not fit the pattern of a row is a part of a name; a row without a name has no parts. If rows between that name and the line
 *   cannot be what the line belongs to, they are parts of the name too (`name-newline`, and no rows).
 * - A row that ends in a blank has a name that begins with a newline: the next line is a part of it, whatever it looks like.
 * - A name has 108 bytes at most. A fitting line that ends beyond that, counted from where each name before it begins, is a row of the kernel.
 * - Any other fitting line may be a row or a part of a name: nothing in its bytes can tell, and the order of rows cannot either (since 5.17 sockets
 *   with a path and sockets without a name share their hash buckets). It is a row with `ambiguous`. Short names are common, so many honest rows
 *   are; one remark a table counts them. Who owns the inode, and the number of sockets in protocols, tell more than the file alone can.
 * - An inode is given once. The same inode and pointer again is a torn read (`line-duplicate`); with another pointer one of the two rows is
 *   not the kernel's (`row-ambiguous`, a remark of its own).
 */
export const parseUnix: Parser<UnixSocket> = (body, _env, sink) => new UnixTable(body, sink).parse();

/** A row that is not given yet, because lines that follow may turn out to be parts of its name. */
interface Held {
  readonly fit: UnixFit;
  readonly line: number;
  readonly ambiguous: boolean;
  lines: number;
  end: number;
}

class UnixTable {
  private readonly body: Buffer;
  private readonly sink: Sink<UnixSocket>;
  private readonly refusals: Refusals;
  private readonly seen: Seen;
  private readonly unsure: number[] = [];
  /** In the order of the file; the first has a name that reaches to the line in hand. At most three rows fit into 108 bytes. */
  private chain: Held[] = [];
  private width = 0;

  constructor(body: Buffer, sink: Sink<UnixSocket>) {
    this.body = body;
    this.sink = sink;
    this.refusals = new Refusals(sink);
    this.seen = new Seen((a, b) => sameInode(body, a, b));
  }

  parse(): Counts {
    const { body } = this;
    let line = 0;
    let header = 0;
    for (let start = 0; start < body.length; ) {
      const end = lineEnd(body, start);
      line++;
      if (line === 1 && body.toString('latin1', start, Math.min(end, start + 64)).startsWith('Num ')) header = 1;
      else if (end === body.length) this.refuse(line, TRUNCATED);
      else this.take(line, start, end);
      start = end + 1;
    }
    this.release(Number.POSITIVE_INFINITY);
    this.refusals.flush();
    this.count();
    return { lines: line, header };
  }

  private refuse(line: number, why: Refused): void {
    this.release(Number.POSITIVE_INFINITY);
    this.refusals.add(line, why);
  }

  private take(line: number, start: number, end: number): void {
    this.release(end);
    const last = this.chain[this.chain.length - 1];
    // A blank and no name yet: the first byte of the name was the newline.
    const opened = last !== undefined && last.end === last.fit.name;
    const fit = opened ? null : fitUnixRow(this.body, start, end, this.width);
    if (fit !== null) {
      if (this.width === 0) this.width = fit.width;
      this.chain.push({ fit, line, ambiguous: last !== undefined, lines: 1, end });
    } else if (!this.absorb(end)) this.refuse(line, line === 1 ? HEADER : NO_ROW);
  }

  /** Gives the rows from the front of the chain whose names cannot reach a line that ends at `end`. */
  private release(end: number): void {
    const { chain } = this;
    let n = 0;
    while (n < chain.length && !reaches(chain[n] as Held, end)) this.give(chain[n++] as Held);
    if (n > 0) chain.splice(0, n);
  }

  /** Makes the line that ends at `end` a part of the nearest name that reaches so far, and with it all rows between. */
  private absorb(end: number): boolean {
    const owner = this.chain.findLastIndex((held) => reaches(held, end));
    const held = this.chain[owner];
    if (held === undefined) return false;
    for (const between of this.chain.splice(owner + 1)) held.lines += between.lines;
    held.lines++;
    held.end = end;
    return true;
  }

  private give({ fit, line, lines, end, ambiguous }: Held): void {
    const { body } = this;
    const inode = decimal(body, fit.inodeStart, fit.inodeEnd);
    const at = fit.fields;
    this.refusals.flush();
    this.sink.record({
      line,
      lines,
      pointer: body.toString('latin1', fit.start, at - 2),
      refcount: hex(body, at, at + 8),
      protocol: hex(body, at + 9, at + 17),
      flags: hex(body, at + 18, at + 26),
      type: hex(body, at + 27, at + 31),
      state: hex(body, at + 32, at + 34),
      inode: inode < 0 ? null : inode,
      path: fit.name < 0 ? null : body.subarray(fit.name, end),
      ambiguous,
    });
    if (lines > 1) this.remark('name-newline', line, `the name holds ${lines - 1} newlines`);
    if (inode < 0) this.remark('line-value', line, 'not a value of the kernel: Inode');
    if (ambiguous) this.unsure.push(line);
    if (inode > 0) this.repeated(fit, line);
  }

  private remark(code: LineProblem['code'], line: number, message: string): void {
    this.sink.problem({ code, line, lines: 0, message });
  }

  private repeated(fit: UnixFit, line: number): void {
    const { body, width } = this;
    const hash = hashBytes(body, fit.inodeStart, fit.inodeEnd, HASH_START);
    const first = this.seen.add(hash, fit.start, line);
    if (first === null) return;
    if (sameBytes(body, first.offset, first.offset + width, fit.start, fit.start + width)) {
      this.remark('line-duplicate', line, `the same socket stands in line ${first.line}`);
    } else this.remark('row-ambiguous', line, `the inode stands in line ${first.line} with another pointer`);
  }

  /** One remark for all rows that may be parts of names. */
  private count(): void {
    const [first] = this.unsure;
    if (first === undefined) return;
    const some = this.unsure.slice(0, 10).join(' ');
    const rest = this.unsure.length > 10 ? ' …' : '';
    this.remark(
      'row-ambiguous',
      first,
      `${this.unsure.length} rows follow a name so short that they may be parts of it: lines ${some}${rest}`,
    );
  }
}

/** A name can go on to `end`. */
function reaches({ fit }: Held, end: number): boolean {
  return fit.name >= 0 && end <= fit.name + MAX_NAME;
}

function sameInode(body: Buffer, a: number, b: number): boolean {
  const [x, y] = [fitUnixRow(body, a, lineEnd(body, a), 0), fitUnixRow(body, b, lineEnd(body, b), 0)];
  return x !== null && y !== null && sameBytes(body, x.inodeStart, x.inodeEnd, y.inodeStart, y.inodeEnd);
}
