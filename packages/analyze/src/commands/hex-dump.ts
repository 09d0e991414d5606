import { UserError } from './io.ts';

/** Byte range [start, end) of line `line` of a body, counted from 1, its newline included. Throws UserError when there is no such line. */
export function lineRange(body: Buffer, line: number, name: string): [start: number, end: number] {
  let start = 0;
  for (let n = 1; n < line; n++) {
    const lf = body.indexOf(10, start);
    if (lf < 0 || lf + 1 >= body.length) throw new UserError(`${name} has ${n} lines, not ${line}`);
    start = lf + 1;
  }
  if (start >= body.length) throw new UserError(`${name} is empty`);
  const lf = body.indexOf(10, start);
  return [start, lf < 0 ? body.length : lf + 1];
}

/** Lines of offset, 16 bytes in hex, and the printable ones, as `hexdump -C` shows them. */
export function* hexDump(bytes: Uint8Array, offset: number): Generator<string> {
  for (let at = 0; at < bytes.length; at += 16) {
    const part = Array.from(bytes.subarray(at, at + 16));
    const hex = part.map((b) => b.toString(16).padStart(2, '0'));
    const text = part.map((b) => (b > 0x1f && b < 0x7f ? String.fromCharCode(b) : '.')).join('');
    const columns = `${hex.slice(0, 8).join(' ')}  ${hex.slice(8).join(' ')}`.padEnd(48);
    yield `${(offset + at).toString(16).padStart(8, '0')}  ${columns}  |${text}|\n`;
  }
}
