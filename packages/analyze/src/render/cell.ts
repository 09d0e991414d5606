import { isUtf8 } from 'node:buffer';
import type { Value } from './value.ts';

/**
 * The one place that turns a value into characters for a terminal, CSV, TSV, Markdown, HTML or JSON. Evidence is written by attackers: no control
 * byte, no invisible or direction-changing character leaves here unescaped, and what is escaped can be read back byte for byte.
 */

export interface TerminalOptions {
  /** Let letters, digits, punctuation and symbols outside ASCII through; everything invisible or direction-changing stays escaped. */
  readonly utf8?: boolean;
}

const SHORT: ReadonlyMap<number, string> = new Map([
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x5c, '\\\\'],
]);

const hex2 = (byte: number): string => byte.toString(16).padStart(2, '0');
const SAFE_ASCII = /^[ -[\]-~]*$/;

/**
 * Printable ASCII as it is, backslash doubled, `\n \t \r`, every other byte `\xNN`: reversible. NULL is the empty string, numbers are decimal.
 * With `utf8`, what is valid UTF-8 and visible passes.
 */
export function terminal(value: Value, options: TerminalOptions = {}): string {
  if (typeof value === 'string') {
    if (SAFE_ASCII.test(value)) return value;
    return options.utf8 ? escapeVisible(value) : escapeAscii(Buffer.from(value, 'utf8'));
  }
  if (value === null) return '';
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return options.utf8 && isUtf8(bytes) ? escapeVisible(bytes.toString('utf8')) : escapeAscii(bytes);
  }
  return String(value);
}

function escapeAscii(bytes: Uint8Array): string {
  let out = '';
  for (const b of bytes) out += b >= 0x20 && b < 0x7f && b !== 0x5c ? String.fromCharCode(b) : (SHORT.get(b) ?? `\\x${hex2(b)}`);
  return out;
}

/** Controls, format and bidi characters, separators, private use, surrogates, unassigned, and the blanks that look like nothing. */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]/u;
const COMBINING = /\p{M}/u;

function escapeVisible(text: string): string {
  let out = '';
  let marks = 0;
  for (const ch of text) {
    marks = COMBINING.test(ch) ? marks + 1 : 0;
    // More than two marks on one letter is a pile that covers the lines around it.
    const hidden = INVISIBLE.test(ch) || marks > 2;
    if (ch === '\\' || hidden) out += escapeAscii(Buffer.from(ch, 'utf8'));
    else out += ch;
  }
  return out;
}

/** Text of a value that lies in a format of its own (JSON, HTML, CSV): bytes that are not UTF-8 in the escaped form of `terminal`. */
function plainText(value: string | Uint8Array): string {
  return terminal(value, { utf8: true });
}

/**
 * RFC 4180, and a guard: text that a spreadsheet would run as a formula (it begins with `= + - @`, a tab or a carriage return, after blanks too)
 * gets an apostrophe before it. Numbers are never guarded. NULL is an empty field.
 */
export function csvCell(value: Value, guard = true): string {
  if (value === null) return '';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  const text = plainText(value);
  const guarded = guard && /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text;
  return /[",;\s']/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** One field between tabs: the escaped form holds neither tab nor newline. NULL is empty. */
export function tsvCell(value: Value): string {
  return terminal(value, { utf8: true });
}

/** A cell of a Markdown table: what could end the cell, open a tag, link, image, code or emphasis is escaped. */
export function markdownCell(value: Value): string {
  return terminal(value, { utf8: true })
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[|`[\]*_~!#\\]/g, (c) => `\\${c}`);
}

/** Text between tags and in quoted attributes. */
export function htmlText(value: Value): string {
  return terminal(value, { utf8: true }).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** Text as it is; bytes that are not UTF-8 as `{"hex":"…"}`; numbers beyond 2^53 as decimal text, because JSON readers would round them. */
export function jsonText(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null';
  if (typeof value === 'bigint') return `"${value}"`;
  if (typeof value === 'string') return jsonString(value);
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return isUtf8(bytes) ? jsonString(bytes.toString('utf8')) : `{"hex":"${bytes.toString('hex')}"}`;
}

const JSON_UNSAFE = new RegExp(INVISIBLE.source, 'gu');

/** JSON that is safe to look at on a terminal or to put into a page: invisible characters, `<`, `>` and `&` are `\uXXXX`. */
export function jsonString(text: string): string {
  const quoted = JSON.stringify(text);
  if (/^[ -%'-;=?-~]*$/.test(quoted)) return quoted;
  const unit = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return quoted
    .replace(JSON_UNSAFE, (c) =>
      [...c]
        .flatMap((x) => x.split(''))
        .map(unit)
        .join(''),
    )
    .replace(/[<>&]/g, unit);
}

function bytesOf(value: string | Uint8Array): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
}

const LSOF_SHORT: ReadonlyMap<number, string> = new Map([
  [0x08, '\\b'],
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0c, '\\f'],
  [0x0d, '\\r'],
  [0x5c, '\\\\'],
]);

/** lsof's own escapes in the C locale: `\b \f \n \r \t \\`, other controls `^A`, 0x7f `^?`, everything else unprintable `\xNN`. */
function lsofByte(b: number): string {
  const short = LSOF_SHORT.get(b);
  if (short !== undefined) return short;
  if (b < 0x20) return `^${String.fromCharCode(b + 0x40)}`;
  if (b === 0x7f) return '^?';
  return b < 0x7f ? String.fromCharCode(b) : `\\x${hex2(b)}`;
}

/** A name as lsof prints it. */
export function lsofName(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  let out = '';
  for (const b of bytesOf(value)) out += lsofByte(b);
  return out;
}

/**
 * A command as lsof prints it: as a name, with blanks as `\x20`, cut at `limit` characters (0 is no limit) between escapes: one that would cross
 * the limit is left out whole, and nothing follows it.
 */
export function lsofCommand(value: Value, limit: number): string {
  if (value === null) return '';
  let out = '';
  for (const b of bytesOf(typeof value === 'number' || typeof value === 'bigint' ? String(value) : value)) {
    const next = b === 0x20 ? '\\x20' : lsofByte(b);
    if (limit > 0 && out.length + next.length > limit) break;
    out += next;
  }
  return out;
}

/** Names and paths in the layout of netstat: net-tools prints them raw; here they are escaped reversibly, as everywhere on a terminal. */
export function netstatText(value: Value): string {
  return terminal(value);
}
