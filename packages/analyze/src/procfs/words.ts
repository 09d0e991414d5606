import type { Line } from './rows.ts';

const TAB = 0x09;
const BLANK = 0x20;
const HASH = 0x23;
const CR = 0x0d;

/** The line up to `#`, without the CR that an editor of another system may have left at its end. */
export function withoutComment({ body, start, end }: Line): Buffer {
  const line = body.subarray(start, end);
  const hash = line.indexOf(HASH);
  const kept = hash < 0 ? line : line.subarray(0, hash);
  return kept[kept.length - 1] === CR ? kept.subarray(0, -1) : kept;
}

/** Words between blanks and tabs, the separators of the files in /etc that people write. */
export function words(line: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < line.length; ) {
    while (at < line.length && (line[at] === BLANK || line[at] === TAB)) at++;
    const start = at;
    while (at < line.length && line[at] !== BLANK && line[at] !== TAB) at++;
    if (at > start) found.push(line.subarray(start, at));
  }
  return found;
}

/**
 * Without blanks and tabs around, one character a byte. Not String.trim, which takes 0xA0 too, and not a regular expression: that one looks for the
 * end of the text from every blank of a long run.
 */
export function withoutBlanks(text: string): string {
  const blank = (at: number): boolean => text.charCodeAt(at) === BLANK || text.charCodeAt(at) === TAB;
  let [start, end] = [0, text.length];
  while (start < end && blank(start)) start++;
  while (end > start && blank(end - 1)) end--;
  return text.slice(start, end);
}

/** The words with one blank between them. */
export function joined(found: readonly Buffer[]): Buffer {
  return Buffer.concat(found.flatMap((w, i) => (i === 0 ? [w] : [Buffer.from(' '), w])));
}
