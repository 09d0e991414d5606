import { BLANK, COLON } from './scan.ts';

/** Where a line that looks like a row of /proc/net/unix has its fields. */
export interface UnixFit {
  readonly start: number;
  /** Width of the pointer column. */
  readonly width: number;
  /** First byte after `: `; the columns up to the state have fixed places from there. */
  readonly fields: number;
  readonly inodeStart: number;
  readonly inodeEnd: number;
  /** First byte of the name; -1 without a name. */
  readonly name: number;
}

/**
 * The pattern of `%pK: %08X %08X %08X %04X %02X %5lu[ name]` with what unix_seq_show can put into it, 2.6.24 to 6.18: protocol 0, flags 0 or
 * __SO_ACCEPTCON, type 0001 to 0005, state 01 to 04, inode padded to five. As strict as the kernel, because a name may imitate a row.
 * Null when the line [start, end) is not that. `width` is that of the pointers in the rows before, 0 for the first: all rows of a table have one.
 */
export function fitUnixRow(body: Buffer, start: number, end: number, width: number): UnixFit | null {
  const pointer = pointerEnd(body, start, end);
  const at = pointer + 2;
  if (pointer < 0 || (width !== 0 && pointer - start !== width) || at + 40 > end) return null;
  if (body[pointer] !== COLON || body[pointer + 1] !== BLANK || !blanks(body, at)) return null;
  if (!upper(body, at, 8) || !zeros(body, at + 9, 8)) return null;
  if (!zeros(body, at + 18, 3) || !between(body[at + 21], 0x30, 0x31) || !zeros(body, at + 22, 4)) return null;
  if (!zeros(body, at + 27, 3) || !between(body[at + 30], 0x31, 0x35)) return null;
  if (body[at + 32] !== 0x30 || !between(body[at + 33], 0x31, 0x34)) return null;
  const field = at + 35;
  let inodeStart = field;
  while (inodeStart < field + 4 && body[inodeStart] === BLANK) inodeStart++;
  let inodeEnd = inodeStart;
  while (inodeEnd < end && inodeEnd < field + 21 && between(body[inodeEnd], 0x30, 0x39)) inodeEnd++;
  const padded = inodeStart > field ? inodeEnd - field === 5 : inodeEnd - field >= 5;
  if (inodeEnd === inodeStart || inodeEnd - inodeStart > 20 || !padded) return null;
  const found = { start, width: pointer - start, fields: at, inodeStart, inodeEnd };
  if (inodeEnd === end) return { ...found, name: -1 };
  return body[inodeEnd] === BLANK ? { ...found, name: inodeEnd + 1 } : null;
}

/** End of the pointer column: 8 or 16 lower-case digits, or a word that %p prints; -1 when it is neither. */
function pointerEnd(body: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && at - start < 17 && (between(body[at], 0x30, 0x39) || between(body[at], 0x61, 0x66))) at++;
  if (at - start === 8 || at - start === 16) return at;
  if (body[at] !== BLANK && body[at] !== 0x28) return -1;
  const word = /^ {0,12}\((?:null|ptrval|____ptrval____)\)/.exec(body.toString('latin1', start, Math.min(end, start + 32)));
  return word ? start + word[0].length : -1;
}

/** The blanks between the columns of fixed width. */
function blanks(body: Buffer, at: number): boolean {
  return body[at + 8] === BLANK && body[at + 17] === BLANK && body[at + 26] === BLANK && body[at + 31] === BLANK && body[at + 34] === BLANK;
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
