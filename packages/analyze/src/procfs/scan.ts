/** Reading fields of kernel text as bytes: no strings, no regular expressions, so that a table of a million rows costs about what it weighs. */

export const LF = 0x0a;
export const BLANK = 0x20;
export const COLON = 0x3a;

/** Columns that a row is cut into at most; more than any table of the kernel has. */
export const MAX_COLUMNS = 64;

/** Room for the bounds of the columns of one row: start and end of column i at 2i and 2i + 1, and the end of the line last. */
export type Bounds = Int32Array;

export function newBounds(): Bounds {
  return new Int32Array(2 * MAX_COLUMNS + 1);
}

/**
 * Cuts the line that begins at `start` at runs of 0x20, in one pass up to its newline, which must be there. Returns how many columns there are
 * (those past MAX_COLUMNS are counted as one more) and leaves the end of the line in bounds[2 * MAX_COLUMNS].
 */
export function cut(body: Buffer, start: number, bounds: Bounds): number {
  let n = 0;
  let at = start;
  for (;;) {
    let byte = body[at];
    while (byte === BLANK) byte = body[++at];
    if (byte === LF) break;
    if (n === MAX_COLUMNS) {
      bounds[2 * MAX_COLUMNS] = lineEnd(body, at);
      return n + 1;
    }
    bounds[2 * n] = at;
    while (byte !== BLANK && byte !== LF) byte = body[++at];
    bounds[2 * n + 1] = at;
    n++;
  }
  bounds[2 * MAX_COLUMNS] = at;
  return n;
}

/** Value of a hexadecimal digit by its byte, -1 for any other byte. */
const HEX: Int8Array = new Int8Array(256).fill(-1);
for (let i = 0; i < 16; i++) {
  HEX['0123456789abcdef'.charCodeAt(i)] = i;
  HEX['0123456789ABCDEF'.charCodeAt(i)] = i;
}

/** Number in [start, end), all of it hexadecimal; -1 when it is empty, holds another byte or is above 2^53 - 1. */
export function hex(body: Buffer, start: number, end: number): number {
  if (start >= end) return -1;
  let n = 0;
  let i = start;
  // Seven digits stay within the small integers of the engine, which are several times faster.
  for (const small = Math.min(end, start + 7); i < small; i++) {
    const d = HEX[body[i] as number] as number;
    if (d < 0) return -1;
    n = (n << 4) | d;
  }
  for (; i < end; i++) {
    const d = HEX[body[i] as number] as number;
    if (d < 0) return -1;
    n = n * 16 + d;
    if (n > Number.MAX_SAFE_INTEGER) return -1;
  }
  return n;
}

/** Number in [start, end), all of it decimal; -1 when it is empty, holds another byte or is above 2^53 - 1. */
export function decimal(body: Buffer, start: number, end: number): number {
  if (start >= end) return -1;
  let n = 0;
  let i = start;
  for (const small = Math.min(end, start + 9); i < small; i++) {
    const d = (body[i] as number) - 0x30;
    if (d < 0 || d > 9) return -1;
    n = (n * 10 + d) | 0;
  }
  for (; i < end; i++) {
    const d = (body[i] as number) - 0x30;
    if (d < 0 || d > 9) return -1;
    n = n * 10 + d;
    if (n > Number.MAX_SAFE_INTEGER) return -1;
  }
  return n;
}

/** As decimal, with an optional `-`; null when it is not in the form. */
export function signed(body: Buffer, start: number, end: number): number | null {
  const minus = body[start] === 0x2d && start < end;
  const n = decimal(body, minus ? start + 1 : start, end);
  if (n < 0) return null;
  return minus && n !== 0 ? -n : n;
}

/**
 * A `long` printed with `%lX`: 16 digits that begin with 8–F are negative (a timer that is overdue, 2.6 to 3.x on 64 bits).
 * Fewer digits stay as printed. Null when it is not in the form or not exact.
 */
export function hexLong(body: Buffer, start: number, end: number): number | null {
  if (end - start !== 16 || (HEX[body[start] as number] as number) < 8) {
    const n = hex(body, start, end);
    return n < 0 ? null : n;
  }
  const high = hex(body, start, start + 8);
  const low = hex(body, start + 8, end);
  if (high < 0 || low < 0) return null;
  const n = (high - 0x1_0000_0000) * 0x1_0000_0000 + low;
  return Number.isSafeInteger(n) ? n : null;
}

/** Position of the newline at or after `from`, or the end of the body. */
export function lineEnd(body: Buffer, from: number): number {
  const at = body.indexOf(LF, from);
  return at < 0 ? body.length : at;
}
