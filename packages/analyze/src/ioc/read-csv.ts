import type { Entry } from './indicator.ts';
import { MEANINGS, refang } from './meaning.ts';
import { entryOf } from './read-text.ts';

const VALUE = /^(?:value|indicator|ioc|observable|indicator_value|ioc_value)$/;
const TYPE = /^(?:type|kind|indicator_type|ioc_type|category_type)$/;
const ABOUT = /^(?:description|comment|comments|about|info|note|notes|malware|threat|tags?|reference|malware_printable)$/;

/** Characters that a row with quotes may have. */
const MAX_QUOTED = 1 << 16;

interface Columns {
  readonly value: number;
  readonly type: number | null;
  readonly about: readonly number[];
}

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Whether text that is not named .csv or .tsv is such a table: the first row has a header that is known, or a type in one of two cells. */
export function looksLikeCsv(text: string): boolean {
  const [first] = rowsOf(text.slice(0, 65536), separatorOf(text));
  return first !== undefined && first.cells.length > 1 && (headerOf(first.cells) !== null || typeColumn(first.cells) !== null);
}

/**
 * A table with a header that names a column value (indicator, ioc) or columns by the words of types; without one, the cell beside a cell that is a type,
 * else the first cell by its form. RFC 4180 with comma, semicolon or tab.
 */
export function* readCsv(text: string, list: string): Generator<Entry, void> {
  let columns: Columns | null = null;
  let byType: ReadonlyMap<number, string> | null = null;
  let first = true;
  const separator = separatorOf(text);
  for (const { line, cells } of rowsOf(text, separator)) {
    if (first) {
      first = false;
      columns = headerOf(cells);
      byType = columns === null ? typedHeader(cells) : null;
      if (columns !== null || byType !== null) continue;
      const type = typeColumn(cells);
      columns = { value: type === 0 ? 1 : 0, type, about: cells.map((_, i) => i).filter((i) => i > (type === null ? 0 : 1)) };
    }
    if (byType !== null) for (const [i, type] of byType) yield* typed(cells[i] ?? '', type, list, line, null);
    else if (columns !== null) {
      if ((cells[columns.value] ?? '').trim() === '') yield { list, place: line, text: cells.join(separator), reason: 'has no value' };
      const about =
        columns.about
          .map((i) => cells[i] ?? '')
          .filter((cell) => cell !== '')
          .join('; ') || null;
      yield* typed(cells[columns.value] ?? '', columns.type === null ? null : (cells[columns.type] ?? ''), list, line, about);
    }
  }
}

function* typed(cell: string, type: string | null, list: string, line: number, about: string | null): Generator<Entry, void> {
  const written = cell.trim();
  if (written === '') return;
  const word = (type ?? '').trim().toLowerCase().replaceAll('_', '-');
  if (word === '') return yield entryOf(written, list, line, about);
  const meaning = MEANINGS.get(word)?.(refang(written));
  if (meaning === undefined) yield { list, place: line, text: written, reason: `the type ${word} is not known` };
  else if ('reason' in meaning) yield { list, place: line, text: written, reason: `as ${word}: ${meaning.reason}` };
  else yield { indicator: { text: refang(written), type: meaning.type, list, place: line, about }, alternatives: meaning.alternatives };
}

const wordOf = (cell: string): string => cell.trim().toLowerCase().replaceAll(/[ -]/g, '_');

function headerOf(cells: readonly string[]): Columns | null {
  const words = cells.map(wordOf);
  const value = words.findIndex((word) => VALUE.test(word));
  if (value < 0) return null;
  const type = words.findIndex((word) => TYPE.test(word));
  return { value, type: type < 0 ? null : type, about: words.flatMap((word, i) => (ABOUT.test(word) ? [i] : [])) };
}

/** A header whose every known word is a type: ip,domain,sha256. */
function typedHeader(cells: readonly string[]): ReadonlyMap<number, string> | null {
  const columns = cells.flatMap((cell, i): [number, string][] =>
    MEANINGS.has(wordOf(cell).replaceAll('_', '-')) ? [[i, wordOf(cell)]] : [],
  );
  return columns.length > 0 && !cells.some((cell) => /[./:]|^\d+$/.test(cell.trim())) && columns.length * 2 > cells.length
    ? new Map(columns)
    : null;
}

/** Which of the first two cells is a type while the other is none. */
function typeColumn(cells: readonly string[]): 0 | 1 | null {
  const [a, b] = [cells[0] ?? '', cells[1] ?? ''].map((cell) => MEANINGS.has(wordOf(cell).replaceAll('_', '-')));
  return a === b ? null : a ? 0 : 1;
}

function separatorOf(text: string): string {
  const line = text.split(/\r?\n/, 200).find((l) => l.trim() !== '' && !l.startsWith('#')) ?? '';
  const counts = [',', ';', '\t'].map((separator) => ({ separator, n: line.split(separator).length }));
  return counts.reduce((a, b) => (b.n > a.n ? b : a)).separator;
}

/** Rows with the number of the line they begin on; empty lines and those that begin with # are none. */
function* rowsOf(text: string, separator: string): Generator<Row, void> {
  let line = 1;
  for (let at = 0; at < text.length; ) {
    const start = line;
    const { cells, next, newlines } = rowAt(text, at, separator);
    line += newlines;
    at = next;
    if (cells[0]?.startsWith('#') || (cells.length === 1 && cells[0]?.trim() === '')) continue;
    yield { line: start, cells };
  }
}

function rowAt(
  text: string,
  from: number,
  separator: string,
): { readonly cells: string[]; readonly next: number; readonly newlines: number } {
  const end = text.indexOf('\n', from);
  const plain = text.slice(from, end < 0 ? text.length : end);
  const plainRow = { cells: plain.replace(/\r$/, '').split(separator), next: end < 0 ? text.length : end + 1, newlines: 1 };
  if (!plain.includes('"') || plain.startsWith('#')) return plainRow;
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  let newlines = 0;
  let at = from;
  for (; at < text.length && at < from + MAX_QUOTED; at++) {
    const c = text[at];
    if (c === '\n') newlines++;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[at + 1] === '"') cell += text[++at];
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === separator) {
      cells.push(cell);
      cell = '';
    } else if (c === '\n') break;
    else cell += c;
  }
  // A quote that nothing closes is a letter like others, and swallows no lines.
  if (quoted) return plainRow;
  cells.push(cell.replace(/\r$/, ''));
  return { cells, next: at + 1, newlines };
}
