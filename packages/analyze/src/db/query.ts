import type Database from 'better-sqlite3';
import type { Rows, Value } from '../render/value.ts';

/** Read side of a case file. Values are bound, never spliced; an integer comes as a number where that is exact, else as a bigint. */
export interface CaseDb {
  all<T>(sql: string, ...params: readonly Value[]): T[];
  iterate<T>(sql: string, ...params: readonly Value[]): IterableIterator<T>;
  get<T>(sql: string, ...params: readonly Value[]): T | undefined;
  /** Rows as arrays, integers as numbers however large: for many rows of numbers that are known to be small. */
  plain<T>(sql: string, ...params: readonly Value[]): T[];
  /** The same as arrays with the names of the columns, for render/format.ts. */
  rows(sql: string, ...params: readonly Value[]): Rows;
  close(): void;
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

function exact(value: Value): Value {
  return typeof value === 'bigint' && value <= MAX_SAFE && value >= -MAX_SAFE ? Number(value) : value;
}

function exactRecord<T>(row: unknown): T {
  const record = row as Record<string, Value>;
  for (const key in record) {
    const value = record[key];
    if (typeof value === 'bigint') record[key] = exact(value);
  }
  return record as T;
}

function exactArray(row: unknown): Value[] {
  const values = row as Value[];
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] === 'bigint') values[i] = exact(values[i] ?? null);
  }
  return values;
}

function* map<A, B>(items: Iterable<A>, f: (item: A) => B): Generator<B, undefined> {
  for (const item of items) yield f(item);
}

/** Statements are prepared once for each text; `iterate` may run within another of the same text, so it prepares its own. */
export function caseDb(database: Database.Database): CaseDb {
  const prepared = new Map<string, Database.Statement>();
  const prepare = (sql: string): Database.Statement => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql).safeIntegers();
    prepared.set(sql, statement);
    return statement;
  };
  const plain = new Map<string, Database.Statement>();
  const preparePlain = (sql: string): Database.Statement => {
    const known = plain.get(sql) ?? database.prepare(sql).raw();
    plain.set(sql, known);
    return known;
  };
  const stream = <T>(sql: string, params: readonly Value[]): IterableIterator<T> =>
    map(
      database
        .prepare(sql)
        .safeIntegers()
        .iterate(...params),
      exactRecord<T>,
    );
  return {
    all: <T>(sql: string, ...params: readonly Value[]) =>
      prepare(sql)
        .all(...params)
        .map(exactRecord<T>),
    iterate: <T>(sql: string, ...params: readonly Value[]) => stream<T>(sql, params),
    get: <T>(sql: string, ...params: readonly Value[]) => {
      const row = prepare(sql).get(...params);
      return row === undefined ? undefined : exactRecord<T>(row);
    },
    plain: <T>(sql: string, ...params: readonly Value[]) => preparePlain(sql).all(...params) as T[],
    rows: (sql, ...params) => {
      const statement = database.prepare(sql).safeIntegers().raw();
      return { columns: statement.columns().map((c) => c.name), rows: map(statement.iterate(...params), exactArray) };
    },
    close: () => void database.close(),
  };
}
