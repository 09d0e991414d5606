import { csvCell, jsonString, jsonText, markdownCell, terminal, tsvCell } from './cell.ts';
import type { Rows, Value } from './value.ts';

/** `table` is for people; on the live tools' commands it means the tool's own layout. */
export type Format = 'table' | 'json' | 'jsonl' | 'csv' | 'tsv' | 'markdown';

/** How many rows are held to find the widths of a table; those after them are fitted into the same widths as well as they go. */
const MEASURED = 10_000;

/** A result in any format, line by line, each with its newline. Nothing but `table` holds more than one row. */
export function* formatRows(rows: Rows, format: Format): Generator<string> {
  switch (format) {
    case 'table':
      yield* table(rows);
      return;
    case 'json':
      yield* json(rows);
      return;
    case 'jsonl':
      for (const row of rows.rows) yield `${object(rows.columns, row)}\n`;
      return;
    case 'csv':
      yield `${rows.columns.map((c) => csvCell(c)).join(',')}\r\n`;
      for (const row of rows.rows) yield `${row.map((v) => csvCell(v)).join(',')}\r\n`;
      return;
    case 'tsv':
      yield `${rows.columns.map((c) => tsvCell(c)).join('\t')}\n`;
      for (const row of rows.rows) yield `${row.map(tsvCell).join('\t')}\n`;
      return;
    case 'markdown':
      yield `| ${rows.columns.map((c) => markdownCell(c)).join(' | ')} |\n`;
      yield `|${rows.columns.map(() => ' --- |').join('')}\n`;
      for (const row of rows.rows) yield `| ${row.map(markdownCell).join(' | ')} |\n`;
  }
}

function object(columns: readonly string[], row: readonly Value[]): string {
  return `{${columns.map((name, i) => `${jsonString(name)}:${jsonText(row[i] ?? null)}`).join(',')}}`;
}

function* json(rows: Rows): Generator<string> {
  let first = true;
  for (const row of rows.rows) {
    yield `${first ? '[' : ','}\n${object(rows.columns, row)}`;
    first = false;
  }
  yield first ? '[]\n' : '\n]\n';
}

const isNumber = (v: Value | undefined): boolean => typeof v === 'number' || typeof v === 'bigint';

/** Columns as wide as their longest cell, numbers to the right, two blanks between, no blanks at the end of a line. NULL is empty. */
function* table({ columns, rows }: Rows): Generator<string> {
  const iterator = rows[Symbol.iterator]();
  const head: string[][] = [];
  const right = columns.map(() => true);
  const seen = columns.map(() => false);
  const widths = columns.map((c) => terminal(c).length);
  let next = iterator.next();
  for (; !next.done && head.length < MEASURED; next = iterator.next()) {
    const row = next.value;
    head.push(columns.map((_, i) => terminal(row[i] ?? null)));
    columns.forEach((_, i) => {
      const value = row[i];
      widths[i] = Math.max(widths[i] ?? 0, head.at(-1)?.[i]?.length ?? 0);
      if (value === null || value === undefined) return;
      seen[i] = true;
      if (!isNumber(value)) right[i] = false;
    });
  }
  const line = (cells: readonly string[]): string =>
    `${cells
      .map((cell, i) => (right[i] && seen[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()}\n`;
  yield line(columns.map((c) => terminal(c)));
  for (const cells of head) yield line(cells);
  for (; !next.done; next = iterator.next()) {
    const row = next.value;
    yield line(columns.map((_, i) => terminal(row[i] ?? null)));
  }
}

/** Characters gathered before they are handed on. */
const CHUNK = 1 << 16;

/** Writes a result, waiting for the reader after each chunk, so that memory does not grow with the result. */
export async function writeRows(rows: Rows, format: Format, io: { out(chunk: string): Promise<void> }): Promise<void> {
  let chunk = '';
  for (const line of formatRows(rows, format)) {
    chunk += line;
    if (chunk.length < CHUNK) continue;
    await io.out(chunk);
    chunk = '';
  }
  if (chunk !== '') await io.out(chunk);
}
