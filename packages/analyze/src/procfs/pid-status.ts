import type { Parser, Placed } from './lines.ts';
import { byLine } from './rows.ts';

/** One line of /proc/PID/status (proc_pid_status in fs/proc/array.c). */
export interface StatusLine extends Placed {
  readonly key: string;
  /** After the colon and one tab, without blanks at the end. */
  readonly value: Buffer;
}

/** `Key:\tvalue`; the kernel escapes a newline in the name, so lines are lines. */
export const parsePidStatus: Parser<StatusLine> = byLine((sink) => ({ body, start, end, number }) => {
  // Looked for within the line only: a body without colons would be searched to its end from every line.
  const colon = start + body.subarray(start, end).indexOf(0x3a);
  if (colon <= start) return { code: 'line-form', message: 'not in the form Key:<TAB>value' };
  const key = body.toString('latin1', start, colon);
  if (!/^[A-Za-z][A-Za-z0-9_ -]{0,63}$/.test(key)) return { code: 'line-form', message: 'the key is not a word' };
  const from = body[colon + 1] === 0x09 ? colon + 2 : colon + 1;
  let to = end;
  if (key !== 'Name') while (to > from && body[to - 1] === 0x20) to--;
  sink.record({ line: number, key, value: body.subarray(Math.min(from, end), Math.max(to, Math.min(from, end))) });
  return 'row';
});

/** Undoes what the kernel does to Name: newline as `\n`, backslash as `\\` (string_escape_str with ESCAPE_SPACE | ESCAPE_SPECIAL in newer kernels). */
export function unescapeName(value: Buffer): Buffer {
  const text = value.toString('latin1').replace(/\\([\\n])/g, (_, c: string) => (c === 'n' ? '\n' : '\\'));
  return Buffer.from(text, 'latin1');
}
