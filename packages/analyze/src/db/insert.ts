import type Database from 'better-sqlite3';
import type { Value } from '../render/value.ts';
import type { Table } from '../tables/table.ts';
import { identifier } from './schema.ts';

/** SQLite takes 32,766 parameters a statement; more than some hundred rows at once bring nothing (bench/load). */
const MAX_PARAMETERS = 32_000;
const MAX_ROWS = 500;
/** Text and bytes waiting in one buffer, so that long arguments do not pile up. */
const MAX_WAITING = 1024 * 1024;

/** A row the database did not take: a second one under the same key, or a value its column cannot hold. */
export type Refused = (table: Table, row: readonly Value[], message: string) => void;

/** Adds rows of one table to one capture, many to a statement. Rows are positional and without `capture_id`. */
export class TableWriter {
  readonly #table: Table;
  readonly #db: Database.Database;
  readonly #head: string;
  readonly #width: number;
  readonly #rowsAtOnce: number;
  readonly #wide: readonly number[];
  readonly #refused: Refused;
  readonly #captureId: number;
  #full: Database.Statement | undefined;
  #one: Database.Statement | undefined;
  #values: Value[] = [];
  #rows = 0;
  #waiting = 0;

  constructor(db: Database.Database, table: Table, captureId: number, refused: Refused) {
    this.#db = db;
    this.#table = table;
    this.#captureId = captureId;
    this.#refused = refused;
    this.#width = table.columns.length - 1;
    this.#rowsAtOnce = Math.max(1, Math.min(MAX_ROWS, Math.floor(MAX_PARAMETERS / this.#width)));
    this.#head = `INSERT INTO ${identifier(table.name)} VALUES `;
    this.#wide = table.columns.flatMap(([, type], i) => (type === 'U64' ? [i - 1] : []));
  }

  add(row: readonly Value[]): void {
    const width = this.#width;
    if (row.length !== width) throw new Error(`${this.#table.name}: a row has ${row.length} values, not ${width}`);
    const base = this.#values.length;
    for (let i = 0; i < width; i++) {
      const value = row[i] as Value;
      if (typeof value === 'string' || value instanceof Uint8Array) this.#waiting += value.length;
      this.#values.push(value);
    }
    // A number in a column of type ANY would be stored as a REAL.
    for (const i of this.#wide) {
      const value = this.#values[base + i];
      if (typeof value === 'number') this.#values[base + i] = BigInt(value);
    }
    if (++this.#rows === this.#rowsAtOnce || this.#waiting > MAX_WAITING) this.flush();
  }

  flush(): void {
    if (this.#rows === 0) return;
    const values = this.#values;
    const statement = this.#statement(this.#rows);
    this.#values = [];
    this.#rows = 0;
    this.#waiting = 0;
    try {
      statement.run(values);
    } catch {
      // The statement as a whole was undone; one at a time shows which row it was.
      this.#oneByOne(values);
    }
  }

  #statement(rows: number): Database.Statement {
    if (rows !== this.#rowsAtOnce) return this.#prepare(rows);
    this.#full ??= this.#prepare(rows);
    return this.#full;
  }

  #oneByOne(values: readonly Value[]): void {
    this.#one ??= this.#prepare(1);
    for (let at = 0; at < values.length; at += this.#width) {
      const row = values.slice(at, at + this.#width);
      try {
        this.#one.run(row);
      } catch (e) {
        if (!isRowFault(e)) throw e;
        this.#refused(this.#table, row, e.message);
      }
    }
  }

  #prepare(rows: number): Database.Statement {
    const tuple = `(${this.#captureId}${', ?'.repeat(this.#width)})`;
    return this.#db.prepare(this.#head + Array.from({ length: rows }, () => tuple).join(', '));
  }
}

/** The value is at fault (a constraint, a bigint beyond 64 bits), not the disk or the program. */
function isRowFault(e: unknown): e is Error {
  return e instanceof RangeError || (e instanceof Error && 'code' in e && String(e.code).startsWith('SQLITE_CONSTRAINT'));
}
