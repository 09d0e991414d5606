import type { Counts, Env, Parser, Placed, Sink } from './lines.ts';
import { LF } from './scan.ts';

/** Lines of a body: its newlines, and one more when it does not end with one. */
export function countLines(body: Buffer): number {
  let n = 0;
  // Byte by byte: lines of the kernel are short, and each call of indexOf costs as much as looking at a line.
  for (let i = 0; i < body.length; i++) if (body[i] === LF) n++;
  return body.length > 0 && body[body.length - 1] !== LF ? n + 1 : n;
}

/** A file that is one value: `wchan`, `comm`, `loginuid` … */
export interface WholeValue extends Placed {
  /** Without one newline at the end, and without NULs there. */
  readonly value: Buffer;
}

/** The value is the whole file, whatever bytes it has; an empty file gives no record. */
export function parseWhole(body: Buffer, _env: Env, sink: Sink<WholeValue>): Counts {
  const lines = countLines(body);
  let end = body.length;
  if (body[end - 1] === LF) end--;
  while (end > 0 && body[end - 1] === 0) end--;
  if (lines > 0) sink.record({ line: 1, lines, value: body.subarray(0, end) });
  return { lines, header: 0 };
}

/** A decimal number of at most 32 bits, alone in its file; null when it is 4294967295, which stands for unset. */
export interface WholeNumber extends Placed {
  readonly value: number | null;
}

/** /proc/PID/loginuid and sessionid (proc_loginuid_read in fs/proc/base.c: no newline). */
export const parseWholeNumber: Parser<WholeNumber> = (body, _env, sink) => {
  const lines = countLines(body);
  const text = /^(\d{1,10})\n?$/.exec(body.toString('latin1', 0, 16));
  const value = text === null || body.length > 16 ? Number.NaN : Number(text[1]);
  if (value <= 0xffffffff) sink.record({ line: 1, lines, value: value === 0xffffffff ? null : value });
  else if (lines > 0) sink.problem({ code: 'line-form', line: 1, lines, message: 'not a 32-bit decimal number' });
  return { lines, header: 0 };
};

/** A file that is a sequence of pieces, each ended by NUL. */
export interface NulPieces extends Placed {
  readonly pieces: readonly Buffer[];
  /** Pieces beyond the limit that were not cut out. */
  readonly more: number;
}

/** Pieces that become rows; a process may have two million empty arguments for the asking. */
const MAX_PIECES = 10_000;

/** /proc/PID/cmdline and environ (get_mm_cmdline in fs/proc/base.c): the last piece may lack its NUL. */
export function parseNulPieces(body: Buffer, _env: Env, sink: Sink<NulPieces>): Counts {
  const lines = countLines(body);
  const pieces: Buffer[] = [];
  let more = 0;
  for (let at = 0; at < body.length; ) {
    const nul = body.indexOf(0, at);
    const end = nul < 0 ? body.length : nul;
    if (pieces.length < MAX_PIECES) pieces.push(body.subarray(at, end));
    else more++;
    at = end + 1;
  }
  if (lines > 0) sink.record({ line: 1, lines, pieces, more });
  if (more > 0)
    sink.problem({ code: 'line-value', line: 1, lines: 0, message: `${more} more pieces after the first ${MAX_PIECES} became no rows` });
  return { lines, header: 0 };
}
