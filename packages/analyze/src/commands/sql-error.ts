import { terminal } from '../render/cell.ts';
import { nearest } from './nearest.ts';
import { type Token, tokenize } from './sql-text.ts';

export interface SchemaNames {
  /** Table or view to its columns. */
  readonly tables: ReadonlyMap<string, readonly string[]>;
}

/** Prepares a text and gives SQLite's message, undefined when it has nothing to say. */
export type Try = (sql: string) => string | undefined;

export interface Explained {
  readonly message: string;
  /** Offset of what is wrong in the statement; undefined where SQLite does not say enough. */
  readonly at: number | undefined;
  readonly near: readonly string[];
}

/** SQLite tells the word, not the place: the place is found by trying, the names by their likeness. */
export function explainSqlError(sql: string, message: string, schema: SchemaNames, attempt: Try): Explained {
  const { tokens } = tokenize(sql);
  const syntax = /^near "(.*)": syntax error$/s.exec(message);
  if (syntax !== null) return { message, at: syntaxPlace(sql, tokens, syntax[1] ?? '', message, attempt), near: [] };
  if (message === 'incomplete input') return { message: 'the statement ends too early', at: sql.length, near: [] };
  const odd = /^unrecognized token: "(.*)"$/s.exec(message);
  if (odd !== null) return { message, at: tokens.find((t) => t.text.startsWith(odd[1] ?? ''))?.at, near: [] };
  const missing = /^no such (table|column): (.+)$/s.exec(message);
  if (missing === null) return { message, at: undefined, near: [] };
  const [, what = '', whole = ''] = missing;
  const name = whole.split('.').at(-1) ?? whole;
  const near = what === 'table' ? nearest(name, [...schema.tables.keys()]) : nearColumns(name, tokens, schema);
  return { message, at: namePlace(sql, tokens, name, message, attempt), near };
}

function bare(token: Token): string {
  return token.kind === 'name' ? token.text.slice(1, -1) : token.text;
}

/** The first occurrence at which the text up to it already fails in the same way. */
function syntaxPlace(sql: string, tokens: readonly Token[], word: string, message: string, attempt: Try): number | undefined {
  return tokens.find((t) => t.text === word && attempt(sql.slice(0, t.at + t.text.length)) === message)?.at;
}

/** The occurrence without which the statement fails otherwise or not at all. */
function namePlace(sql: string, tokens: readonly Token[], name: string, message: string, attempt: Try): number | undefined {
  const places = tokens.filter((t) => t.kind !== 'string' && bare(t).toLowerCase() === name.toLowerCase());
  if (places.length < 2) return places[0]?.at;
  const decisive = places.find((t) => attempt(`${sql.slice(0, t.at)} NULL ${sql.slice(t.at + t.text.length)}`) !== message);
  return (decisive ?? places[0])?.at;
}

/** Columns of the tables that the statement names; of every table where that gives none. */
function nearColumns(name: string, tokens: readonly Token[], schema: SchemaNames): string[] {
  const named = new Set(tokens.map((t) => bare(t).toLowerCase()));
  const used = [...schema.tables].filter(([table]) => named.has(table));
  // It is a column of a table that is named, only not in this part of the statement.
  const elsewhere = used.filter(([, columns]) => columns.includes(name)).map(([table]) => `${table}.${name}`);
  if (elsewhere.length > 0) return elsewhere;
  const here = nearest(name, [...new Set(used.flatMap(([, columns]) => columns))]);
  if (here.length > 0) return here;
  const near = new Set(nearest(name, [...new Set([...schema.tables.values()].flat())]));
  return [...schema.tables].flatMap(([table, columns]) => columns.filter((c) => near.has(c)).map((c) => `${table}.${c}`)).slice(0, 3);
}

/** The line of `sql` that holds offset `at`, fit for a terminal, and a caret below the place. */
export function caret(sql: string, at: number): string[] {
  const start = at === 0 ? 0 : sql.lastIndexOf('\n', at - 1) + 1;
  const end = sql.indexOf('\n', at);
  // A very long line is shown around the place.
  const from = Math.max(start, at - 60);
  const before = terminal(sql.slice(from, at).replaceAll('\t', ' '), 'utf8');
  const after = terminal(sql.slice(at, Math.min(end < 0 ? sql.length : end, at + 50)).replaceAll('\t', ' '), 'utf8');
  return [before + after, `${' '.repeat(before.length)}^`];
}
