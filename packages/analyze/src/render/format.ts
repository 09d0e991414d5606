import { csvCell, jsonValue, markdownCell, tableCell, tsvCell } from './cell.ts';
import type { Rows, Value } from './value.ts';

export type Format = 'table' | 'json' | 'jsonl' | 'csv' | 'tsv' | 'markdown';

/** Where text goes; resolves when more may be written. */
interface Out {
  out(chunk: string): Promise<void>;
}

/** Characters gathered before they are handed on. */
const CHUNK = 1 << 16;

/** Writes a result of any length in bounded memory, waiting for the reader. */
export async function writeRows(rows: Rows, format: Format, io: Out): Promise<void> {
  let chunk = '';
  for (const line of formatRows(rows, format)) {
    chunk += line;
    if (chunk.length < CHUNK) continue;
    await io.out(chunk);
    chunk = '';
  }
  if (chunk !== '') await io.out(chunk);
}

/**
 * A result as lines, each with its newline, made as they are asked for; a line with a value of more than 64 KiB comes in pieces. Every line is safe on a terminal (render/cell.ts). CSV, TSV, Markdown and
 * tables begin with the names of the columns; lines end with `\n` alone, also in CSV. NULL is `null` in JSON and an empty cell elsewhere.
 */
export function formatRows(rows: Rows, format: Format): Iterable<string> {
  switch (format) {
    case 'table':
      return tableLines(rows);
    case 'json':
      return jsonLines(rows);
    case 'jsonl':
      return objects(rows, () => '', '\n');
    case 'csv':
      return separated(rows, csvCell, ',');
    case 'tsv':
      return separated(rows, tsvCell, '\t');
    case 'markdown':
      return markdownLines(rows);
  }
}

function* separated(rows: Rows, cell: (value: Value) => string, separator: string): Generator<string> {
  yield `${rows.columns.map(cell).join(separator)}\n`;
  for (const row of rows.rows) {
    if (row.some(isLong)) yield* inPieces(row, cell, { before: '', separator, after: '\n' });
    else yield `${row.map(cell).join(separator)}\n`;
  }
}

function* markdownLines(rows: Rows): Generator<string> {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  yield line(rows.columns.map(markdownCell));
  yield line(rows.columns.map(() => '---'));
  for (const row of rows.rows) yield line(row.map(markdownCell));
}

const LONG = 64 * 1024;

function isLong(value: Value): boolean {
  return (typeof value === 'string' || value instanceof Uint8Array) && value.length > LONG;
}

interface Around {
  readonly before: string;
  readonly separator: string;
  readonly after: string;
}

/** A row with a long value, cell by cell: together they may be longer than a string can be. */
function* inPieces(
  row: readonly Value[],
  cell: (value: Value, i: number) => string,
  { before, separator, after }: Around,
): Generator<string> {
  yield before;
  for (const [i, value] of row.entries()) yield (i === 0 ? '' : separator) + cell(value, i);
  yield after;
}

function* objects(rows: Rows, before: () => string, after: string): Generator<string> {
  const keys = uniqueNames(rows.columns).map((name) => `${jsonValue(name)}:`);
  const member = (value: Value, i: number): string => (keys[i] ?? '') + jsonValue(value);
  for (const row of rows.rows) {
    if (row.some(isLong)) yield* inPieces(row, member, { before: `${before()}{`, separator: ',', after: `}${after}` });
    else yield `${before()}{${row.map(member).join(',')}}${after}`;
  }
}

function* jsonLines(rows: Rows): Generator<string> {
  let first = true;
  const before = (): string => {
    const text = first ? '[\n' : ',\n';
    first = false;
    return text;
  };
  yield* objects(rows, before, '');
  yield first ? '[]\n' : '\n]\n';
}

/** An object holds a key once: a name that came before gets `_2`, `_3` … */
function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let n = 2; taken.has(unique); n++) unique = `${name}_${n}`;
    taken.add(unique);
    return unique;
  });
}

/** Rows that the widths of a table are taken from; a longer cell further down pushes what is right of it. */
const MEASURED = 1000;

/** No column is wider: one long value must not make every other line as long. */
const WIDEST = 1024;

/** Columns two blanks apart, numbers to the right, no blanks at the end of a line. Widths come from the first rows, so memory stays bounded. */
function* tableLines(rows: Rows): Generator<string> {
  const iterator = rows.rows[Symbol.iterator]();
  try {
    const head: (readonly Value[])[] = [];
    let next = iterator.next();
    for (; !next.done && head.length < MEASURED; next = iterator.next()) head.push(next.value);
    const layout = rows.columns.map((name, i) => column(name, i, head));
    const rule = layout.map((c) => '-'.repeat(c.width));
    yield tableLine(rows.columns.map(tableCell), layout);
    yield tableLine(rule, layout);
    for (const row of head) yield tableLine(row.map(tableCell), layout);
    for (; !next.done; next = iterator.next()) yield tableLine(next.value.map(tableCell), layout);
  } finally {
    // When the reader goes away, a statement that still runs must end, or the case cannot be closed.
    iterator.return?.();
  }
}

interface ColumnLayout {
  readonly width: number;
  readonly right: boolean;
}

function column(name: string, index: number, rows: readonly (readonly Value[])[]): ColumnLayout {
  let width = tableCell(name).length;
  let numbers = 0;
  let others = 0;
  for (const row of rows) {
    const value = row[index] ?? null;
    width = Math.max(width, tableCell(value).length);
    if (typeof value === 'number' || typeof value === 'bigint') numbers++;
    else if (value !== null) others++;
  }
  return { width: Math.min(width, WIDEST), right: numbers > 0 && others === 0 };
}

function tableLine(cells: readonly string[], layout: readonly ColumnLayout[]): string {
  let line = '';
  cells.forEach((cell, i) => {
    const { width, right } = layout[i] ?? { width: 0, right: false };
    line += `${i === 0 ? '' : '  '}${right ? cell.padStart(width) : cell.padEnd(width)}`;
  });
  return `${line.trimEnd()}\n`;
}
