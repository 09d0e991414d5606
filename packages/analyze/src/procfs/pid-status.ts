import type { Parser, Placed } from './lines.ts';
import { byLine } from './rows.ts';
import { COLON } from './scan.ts';

/** One line of /proc/PID/status (proc_pid_status in fs/proc/array.c). */
export interface StatusLine extends Placed {
  readonly key: string;
  /** After the colon and one tab, without blanks at the end. */
  readonly value: Buffer;
}

/** `Key:\tvalue`; the kernel escapes a newline in the name, so lines are lines. */
export const parsePidStatus: Parser<StatusLine> = byLine((sink) => {
  const keys = new Keys();
  return ({ body, start, end, number }) => {
    // Looked for within the line only: a body without colons would be searched to its end from every line.
    let colon = start;
    while (colon < end && body[colon] !== COLON) colon++;
    if (colon === start || colon >= end) return { code: 'line-form', message: 'not in the form Key:<TAB>value' };
    const key = keys.read(body, start, colon);
    if (key === null) return { code: 'line-form', message: 'the key is not a word' };
    const from = body[colon + 1] === 0x09 ? colon + 2 : colon + 1;
    let to = end;
    if (key !== 'Name') while (to > from && body[to - 1] === 0x20) to--;
    sink.record({ line: number, key, value: body.subarray(Math.min(from, end), Math.max(to, Math.min(from, end))) });
    return 'row';
  };
});

interface Key {
  readonly bytes: Buffer;
  readonly text: string;
}

/** Keys as they came, one behind the other: those of the next process are the same in the same order. */
const met: Key[] = [];
const MAX_MET = 200;

/** The keys of one body. */
class Keys {
  #next = 0;

  /** Null when the bytes are no word. */
  read(body: Buffer, start: number, end: number): string | null {
    const expected = met[this.#next];
    if (expected !== undefined && sameBytes(expected.bytes, body, start, end)) {
      this.#next++;
      return expected.text;
    }
    const text = body.toString('latin1', start, end);
    if (!/^[A-Za-z][A-Za-z0-9_ -]{0,63}$/.test(text)) return null;
    const known = met.findIndex((key) => key.text === text);
    if (known < 0 && met.length < MAX_MET) met.push({ bytes: Buffer.from(text, 'latin1'), text });
    this.#next = known < 0 ? met.length : known + 1;
    return text;
  }
}

function sameBytes(bytes: Buffer, body: Buffer, start: number, end: number): boolean {
  if (bytes.length !== end - start) return false;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== body[start + i]) return false;
  return true;
}

/** Undoes what the kernel does to Name: newline as `\n`, backslash as `\\` (string_escape_str with ESCAPE_SPACE | ESCAPE_SPECIAL in newer kernels). */
export function unescapeName(value: Buffer): Buffer {
  const text = value.toString('latin1').replace(/\\([\\n])/g, (_, c: string) => (c === 'n' ? '\n' : '\\'));
  return Buffer.from(text, 'latin1');
}
