import { isUtf8 } from 'node:buffer';
import type { Value } from './value.ts';

/**
 * The only place that turns a value into characters. NULL is the empty cell everywhere but in JSON; numbers are decimal. Text that somebody else
 * chose is escaped byte by byte: `\n`, `\t`, `\r`, `\\`, and `\xNN` for every other byte that is not passed, so that the very bytes can be read
 * back.
 */

/**
 * What of valid UTF-8 beyond ASCII is passed. `ascii`: nothing, two names that look alike can never be mistaken. `utf8`: letters, digits,
 * punctuation and symbols; bidi, invisible and unassigned characters, blanks other than the blank, and combining marks that stand alone or third
 * stay escaped.
 */
export type Charset = 'ascii' | 'utf8';

const PLAIN_ASCII = /^[ -[\]-~]*$/;

/** Not to be put before human eyes: control, format, unassigned, private, separators, ignorable, BRAILLE PATTERN BLANK; or a mark too many. */
const UNSAFE =
  /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}|(?<=^|[^\p{L}\p{N}\p{P}\p{S}\p{M}]|\p{M}\p{M})\p{M}/gu;

/**
 * Bytes of one value that are put before people, and bytes that are put into formats for machines. No path, name or line of the kernel comes near the
 * first; the second is all that the capture takes of a command line. Without them a case file or archive that somebody else made would have cells
 * escaped for minutes, and texts longer than a string can be. What is cut ends with `CUT`, whose first character no escape has after it.
 */
const SHOWN = 64 * 1024;
const WRITTEN = 2 * 1024 * 1024;
const CUT = (bytes: number): string => `\\... [${bytes} bytes]`;

/** For a terminal: no control byte, DEL or C1 ever, and by default nothing but ASCII. Longer than 64 KiB, it is cut: `\... [N bytes]`. */
export function terminal(value: Value, charset: Charset = 'ascii'): string {
  return escaped(value, charset, SHOWN);
}

function escaped(value: Value, charset: Charset, limit: number): string {
  if (value === null) return '';
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) return String(value);
  if (value.length > limit) return escaped(beginning(value, limit), charset, limit) + CUT(Buffer.byteLength(value));
  if (typeof value !== 'string') return escapedBytes(value, charset);
  if (PLAIN_ASCII.test(value)) return value;
  return charset === 'ascii' ? escapedAscii(Buffer.from(value)) : escapedText(value);
}

/** The first bytes or characters, no character cut in two. */
function beginning<T extends string | Uint8Array>(value: T, limit: number): T {
  let end = limit;
  if (typeof value === 'string') {
    const last = value.charCodeAt(end - 1);
    return value.slice(0, last >= 0xd800 && last < 0xdc00 ? end - 1 : end) as T;
  }
  for (let back = 0; back < 3 && ((value[end] ?? 0) & 0xc0) === 0x80; back++) end--;
  return value.subarray(0, end) as T;
}

function escapedBytes(bytes: Uint8Array, charset: Charset): string {
  if (charset === 'ascii') return escapedAscii(bytes);
  if (isUtf8(bytes)) return escapedText(Buffer.from(bytes).toString('utf8'));
  let out = '';
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes, i);
    out += length === 0 ? hexByte(bytes[i] ?? 0) : escapedText(Buffer.from(bytes.subarray(i, i + length)).toString('utf8'));
    i += length || 1;
  }
  return out;
}

/** Length of the valid UTF-8 sequence that starts at `i`, 0 when there is none. */
function sequenceLength(bytes: Uint8Array, i: number): number {
  const first = bytes[i] ?? 0;
  const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  return i + length <= bytes.length && isUtf8(bytes.subarray(i, i + length)) ? length : 0;
}

function escapedAscii(bytes: Uint8Array): string {
  let out = '';
  for (const b of bytes) out += b >= 0x20 && b < 0x7f && b !== 0x5c ? String.fromCharCode(b) : escapedByte(b);
  return out;
}

function escapedText(text: string): string {
  // Marks are counted in the text as it is, before any escape stands between them.
  return text.replace(UNSAFE_OR_BACKSLASH, escapedCharacter);
}

function escapedCharacter(c: string): string {
  const code = c.charCodeAt(0);
  return code < 0x80 ? escapedByte(code) : Array.from(Buffer.from(c), escapedByte).join('');
}

const UNSAFE_OR_BACKSLASH = new RegExp(`${UNSAFE.source}|\\\\`, 'gu');

const SHORT: ReadonlyMap<number, string> = new Map([
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x5c, '\\\\'],
]);

function escapedByte(b: number): string {
  return SHORT.get(b) ?? hexByte(b);
}

function hexByte(b: number): string {
  return `\\x${b.toString(16).padStart(2, '0')}`;
}

const PLAIN_LINES = /^[\0\n\r\t -~]*$/;
const UNSAFE_IN_LINES = /(?![\0\n\r\t])[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/**
 * The last look at text that leaves the program. Whoever made it has escaped its values, so it changes nothing, unless a value went around
 * that: a case file that somebody else made may hold text where the declaration says number.
 */
export function leaving(text: string): string {
  if (PLAIN_LINES.test(text)) return text;
  return text.replace(UNSAFE_IN_LINES, (c) => Array.from(Buffer.from(c), escapedByte).join(''));
}

/** For a column of a table: as `terminal`, and blanks that a reader could not see (at either end, and after another blank) as `\x20`. */
export function tableCell(value: Value): string {
  const text = terminal(value);
  return text.includes(' ') ? text.replace(/^ | $|(?<= ) /g, '\\x20') : text;
}

/** A spreadsheet takes these at the start of a cell for a formula; the apostrophe itself is guarded so that taking one off is always right. */
const FORMULA = /^ *[=+\-@'\uff1d\uff0b\uff0d\uff20]/;
const ONE_WORD = /^[\w.:/@+*()[\]=-]*$/;

/**
 * RFC 4180. Text is escaped as for a terminal (`utf8`), then guarded: with `=`, `+`, `-`, `@` or `'` at its start (their full-width forms too, and
 * after blanks) it gets an apostrophe before it. Numbers are not guarded. Quotes stand around whatever is not plainly one word.
 */
export function csvCell(value: Value): string {
  if (value === null || typeof value === 'number' || typeof value === 'bigint') return terminal(value);
  const text = escaped(value, 'utf8', WRITTEN);
  const guarded = FORMULA.test(text) ? `'${text}` : text;
  return ONE_WORD.test(guarded) ? guarded : `"${guarded.replaceAll('"', '""')}"`;
}

/** Tab and newline are `\t` and `\n`, backslash doubled: nothing to quote. For machines: no formula guard. Cut beyond 2 MiB, as CSV. */
export function tsvCell(value: Value): string {
  return escaped(value, 'utf8', WRITTEN);
}

/** A cell of a Markdown table: nothing in it is markup, a link or the end of the cell; rendered it reads as `tsvCell`. */
export function markdownCell(value: Value): string {
  return markdownText(terminal(value, 'utf8'));
}

/** The same for text that was escaped before: pageCell's. */
export function markdownText(escaped: string): string {
  return escaped
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`|[\]*_~!#]/g, '\\$&')
    .replace(/:(?=\/\/)/g, '\\:')
    .replace(/www(?=\.)/gi, '$&\\');
}

/** For HTML text and quoted attributes. */
export function htmlText(value: Value): string {
  return terminal(value, 'utf8').replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/**
 * JSON text of one value, safe to look at: what is UNSAFE above stands as `\uXXXX`. Bytes that are not UTF-8 become `{"hex":"…"}`, an integer
 * of any size is a number, a number JSON has none for is null. Of more than 2 MiB the beginning stands in an object that tells the size:
 * `{"text":"…","bytes":N}`, `{"hex":"…","bytes":N}`.
 */
export function jsonValue(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null';
  if (typeof value === 'bigint') return String(value);
  if (value.length > WRITTEN) {
    const start = beginning(value, WRITTEN);
    const text = typeof start === 'string' ? start : isUtf8(start) ? Buffer.from(start).toString('utf8') : null;
    const shown = text === null ? `"hex":"${Buffer.from(start).toString('hex')}"` : `"text":${jsonText(text)}`;
    return `{${shown},"bytes":${Buffer.byteLength(value)}}`;
  }
  if (typeof value === 'string') return jsonText(value);
  const bytes = Buffer.from(value);
  return isUtf8(bytes) ? jsonText(bytes.toString('utf8')) : `{"hex":"${bytes.toString('hex')}"}`;
}

function jsonText(text: string): string {
  const json = JSON.stringify(text);
  return PLAIN_ASCII.test(json) ? json : `"${json.slice(1, -1).replace(UNSAFE, jsonEscape)}"`;
}

function jsonEscape(character: string): string {
  let out = '';
  for (let i = 0; i < character.length; i++) out += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  return out;
}

/**
 * One value of a page's data: text as `terminal` (utf8), so that nothing invisible comes before human eyes; a number stays one where a page can hold
 * it exactly. The page makes text nodes of it and nothing else.
 */
export function pageCell(value: Value): string | number | null {
  return value === null || Number.isSafeInteger(value) ? (value as number | null) : terminal(value, 'utf8');
}

/** JSON that stands within a script element: nothing in it can end the element, begin a comment, or end a line of a script. Takes a last look at texts, as `leaving`. */
export function scriptJson(data: unknown): string {
  const json = JSON.stringify(data, (_, value: unknown) => (typeof value === 'string' ? leaving(value) : value));
  return json.replace(/[<>&\u2028\u2029]/g, jsonEscape);
}

const LSOF_SHORT: ReadonlyMap<number, string> = new Map([...SHORT, [0x08, '\\b'], [0x0c, '\\f']]);

/**
 * lsof's own escapes in the C locale: `\b \f \n \r \t`, `^A` for other control bytes, `\\`, else `\xNN`. Not reversible, as there:
 * `^A` may stand for itself.
 */
export function lsofName(value: Value): string {
  if (typeof value === 'string' && value.length <= SHOWN && PLAIN_ASCII.test(value)) return value;
  const bytes = bytesOf(value);
  let out = '';
  for (const b of bytes.subarray(0, SHOWN)) out += lsofByte(b);
  return bytes.length > SHOWN ? out + CUT(bytes.length) : out;
}

/**
 * As `lsofName`, with blanks as `\x20`, because a command is one word of the line. Cut at `limit` characters (0 is no limit) between escapes: one
 * that would cross the limit is left out whole, and nothing follows it.
 */
export function lsofCommand(value: Value, limit = 0): string {
  let out = '';
  for (const b of bytesOf(value).subarray(0, SHOWN)) {
    const next = b === 0x20 ? '\\x20' : lsofByte(b);
    if (limit > 0 && out.length + next.length > limit) break;
    out += next;
  }
  return out;
}

function bytesOf(value: Value): Uint8Array {
  return value instanceof Uint8Array ? value : Buffer.from(value === null ? '' : String(value));
}

function lsofByte(b: number): string {
  const short = LSOF_SHORT.get(b);
  if (short !== undefined) return short;
  if (b < 0x20) return `^${String.fromCharCode(b + 0x40)}`;
  return b >= 0x7f ? hexByte(b) : String.fromCharCode(b);
}
