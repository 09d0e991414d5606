/**
 * The archive's own reversible spelling of arbitrary bytes in ASCII (docs/ARCHIVE-FORMAT.md §3.1).
 * It is an encoding of evidence, not a way to show it: what reaches a screen goes through render/cell.ts.
 */

const BACKSLASH = 0x5c;
const HEX = '0123456789abcdef';

/** Strings are latin1: one character is one byte. A blank stays a blank only where `blank` says so. */
export function escapeBytes(latin1: string, blank: boolean): string {
  if (blank ? !/[^ -[\]-~]/.test(latin1) : !/[^!-[\]-~]/.test(latin1)) return latin1;
  let out = '';
  for (let i = 0; i < latin1.length; i++) {
    const c = latin1.charCodeAt(i) & 0xff;
    if (c === BACKSLASH) out += '\\\\';
    else if (c > 0x20 && c < 0x7f) out += latin1[i];
    else if (c === 0x20 && blank) out += ' ';
    else out += `\\x${HEX[c >> 4]}${HEX[c & 15]}`;
  }
  return out;
}

/** The inverse, as latin1; undefined when the text is not in the escaped form. */
export function unescapeBytes(text: string): string | undefined {
  if (!text.includes('\\')) return /^[ -~]*$/.test(text) ? text : undefined;
  if (!/^(?:[ -[\]-~]|\\\\|\\x[0-9a-f]{2})*$/.test(text)) return undefined;
  return text.replace(/\\(?:\\|x([0-9a-f]{2}))/g, (_, hex: string | undefined) =>
    hex === undefined ? '\\' : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
