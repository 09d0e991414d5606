import type { Counts, Env, Parser, Placed, Sink } from './lines.ts';
import { Refusals, type Refused, TRUNCATED } from './rows.ts';
import { BLANK, decimal, hex, isHexDigit, lineEnd } from './scan.ts';
import { HASH_START, hashBytes, Seen } from './seen.ts';

/** One row of /proc/net/unix (net/unix/af_unix.c unix_seq_show). */
export interface UnixSocket extends Placed {
  readonly pointer: string;
  readonly refcount: number;
  readonly protocol: number;
  readonly flags: number;
  readonly type: number;
  readonly state: number;
  readonly inode: number | null;
  /** As printed: `@` for the NULs of an abstract name; null when the socket has no name. */
  readonly path: Buffer | null;
  readonly lines: number;
  readonly ambiguous: boolean;
}

/** sizeof(sun_path): what a name prints at most, `@` included. */
const MAX_NAME = 108;

const HEADER: Refused = { code: 'header-form', message: 'the first line is not the header of the unix table' };
const NO_ROW: Refused = { code: 'line-form', message: 'the line is no row, and too far from a name to be a part of it' };

/** Where a row that fits the pattern has its fields. */
interface Fit {
  readonly start: number;
  readonly pointerEnd: number;
  readonly inodeStart: number;
  readonly inodeEnd: number;
  /** First byte of the name; -1 without a name. */
  readonly name: number;
}

interface Held {
  readonly fit: Fit;
  readonly line: number;
  lines: number;
  end: number;
  readonly ambiguous: boolean;
}

export const parseUnix: Parser<UnixSocket> = (body, _env: Env, sink) => new UnixTable(body, sink).parse();

class UnixTable {
  private readonly body: Buffer;
  private readonly sink: Sink<UnixSocket>;
  private readonly refusals: Refusals;
  private readonly seen: Seen;
  private held: Held | null = null;
  private width = 0;

  constructor(body: Buffer, sink: Sink<UnixSocket>) {
    this.body = body;
    this.sink = sink;
    this.refusals = new Refusals(sink);
    this.seen = new Seen(() => false);
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
    this.give();
    this.refusals.flush();
    return { lines: line, header };
  }

  private refuse(line: number, why: Refused): void {
    this.give();
    this.refusals.add(line, why);
  }

  private take(line: number, start: number, end: number): void {
    const { held } = this;
    const within = held !== null && held.fit.name >= 0 && end <= held.fit.name + MAX_NAME;
    const opened = within && held.end === held.fit.name; // a blank and no name yet: its first byte was the newline
    const fit = opened ? null : fits(this.body, start, end, this.width);
    if (fit !== null) {
      this.give();
      if (this.width === 0) this.width = fit.pointerEnd - start;
      this.held = { fit, line, lines: 1, end, ambiguous: within };
      return;
    }
    if (within) {
      held.lines++;
      held.end = end;
    } else this.refuse(line, line === 1 ? HEADER : NO_ROW);
  }

  private give(): void {
    const { held, body } = this;
    if (held === null) return;
    this.held = null;
    const { fit, line, lines, end, ambiguous } = held;
    const inode = decimal(body, fit.inodeStart, fit.inodeEnd);
    const at = fit.pointerEnd + 2;
    this.refusals.flush();
    this.sink.record({
      line,
      lines,
      pointer: body.toString('latin1', fit.start, fit.pointerEnd),
      refcount: hex(body, at, at + 8),
      protocol: hex(body, at + 9, at + 17),
      flags: hex(body, at + 18, at + 26),
      type: hex(body, at + 27, at + 31),
      state: hex(body, at + 32, at + 34),
      inode: inode < 0 ? null : inode,
      path: fit.name < 0 ? null : body.subarray(fit.name, end),
      ambiguous,
    });
    const remark = (code: 'name-newline' | 'row-ambiguous' | 'line-value', message: string) =>
      this.sink.problem({ code, line, lines: 0, message });
    if (lines > 1) remark('name-newline', `the name holds ${lines - 1} newlines`);
    if (ambiguous) remark('row-ambiguous', 'the row may be a part of the name in the row before it');
    if (inode < 0) remark('line-value', 'not a value of the kernel: Inode');
    this.duplicate(fit, line);
  }

  private duplicate(fit: Fit, line: number): void {
    const hidden = isHidden(this.body, fit.start, fit.pointerEnd);
    const inode = this.body[fit.inodeEnd - 1] === 0x30 && fit.inodeEnd - fit.inodeStart === 1;
    if (hidden && inode) return;
    const first = this.seen.add(hashBytes(this.body, fit.start, fit.inodeEnd, HASH_START), fit.start, line);
    if (first > 0) this.sink.problem({ code: 'line-duplicate', line, lines: 0, message: `the same socket stands in line ${first}` });
  }
}

/** All zeros, as kptr_restrict prints them. */
function isHidden(body: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (body[i] !== 0x30) return false;
  return true;
}

/**
 * The row pattern of every kernel from 2.6.24: pointer, `: `, `%08X` three times (the second all zeros), type 0001–0005, state 00–04,
 * inode padded to five, then the end or a blank and a name.
 */
function fits(body: Buffer, start: number, end: number, width: number): Fit | null {
  const pointerEnd = pointer(body, start, end, width);
  if (pointerEnd < 0) return null;
  let at = pointerEnd;
  if (body[at] !== 0x3a || body[at + 1] !== BLANK) return null;
  at += 2;
  if (!upper(body, at, 8) || !zeros(body, at + 9, 8) || !upper(body, at + 18, 8)) return null;
  if (body[at + 8] !== BLANK || body[at + 17] !== BLANK || body[at + 26] !== BLANK || body[at + 31] !== BLANK || body[at + 34] !== BLANK)
    return null;
  if (!zeros(body, at + 27, 3) || !between(body[at + 30], 0x31, 0x35)) return null;
  if (body[at + 32] !== 0x30 || !between(body[at + 33], 0x30, 0x34)) return null;
  let inodeStart = at + 35;
  const field = inodeStart;
  while (inodeStart < end && body[inodeStart] === BLANK) inodeStart++;
  let inodeEnd = inodeStart;
  while (inodeEnd < end && between(body[inodeEnd], 0x30, 0x39)) inodeEnd++;
  const digits = inodeEnd - inodeStart;
  if (digits === 0 || digits > 20 || (inodeStart > field && inodeEnd - field !== 5) || inodeEnd - field < 5) return null;
  if (inodeEnd === end) return { start, pointerEnd, inodeStart, inodeEnd, name: -1 };
  return body[inodeEnd] === BLANK ? { start, pointerEnd, inodeStart, inodeEnd, name: inodeEnd + 1 } : null;
}

/** End of the pointer column: 8 or 16 lower-case digits (as many as in the first row), or one of the words that %p prints; -1 when it is none. */
function pointer(body: Buffer, start: number, end: number, width: number): number {
  let at = start;
  while (at < end && at < start + 17 && isHexDigit(body[at]) && !between(body[at], 0x41, 0x46)) at++;
  const n = at - start;
  if (n === 8 || n === 16) return width === 0 || width === n ? at : -1;
  const word = /^ *\((?:null|ptrval|____ptrval____)\)/.exec(body.toString('latin1', start, Math.min(end, start + 24)));
  return word ? start + word[0].length : -1;
}

function between(byte: number | undefined, low: number, high: number): boolean {
  return byte !== undefined && byte >= low && byte <= high;
}

function upper(body: Buffer, at: number, count: number): boolean {
  for (let i = at; i < at + count; i++) if (!between(body[i], 0x30, 0x39) && !between(body[i], 0x41, 0x46)) return false;
  return true;
}

function zeros(body: Buffer, at: number, count: number): boolean {
  for (let i = at; i < at + count; i++) if (body[i] !== 0x30) return false;
  return true;
}
