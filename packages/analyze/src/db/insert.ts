import type Database from 'better-sqlite3';
import type { Value } from '../render/value.ts';
import type { Table } from '../tables/table.ts';
import { identifier } from './schema.ts';

/** More rows a statement bring nothing, fewer cost a call each. */
const ROWS = 64;
/** SQLite takes 32,766 parameters a statement. */
const MAX_PARAMETERS = 32_000;
/** Text and bytes waiting in one buffer, so that long arguments do not pile up. */
const MAX_WAITING = 1024 * 1024;
/** Full statements after which it is looked again which columns stay the same. */
const RELEARN = 64;

/** A row the database did not take: a second one under the same key, or a value its column cannot hold. */
export type Refused = (table: Table, row: readonly Value[], message: string) => void;

/**
 * Adds rows of one table to one capture, many to a statement. Rows are positional and without `capture_id`.
 * Handing a value to SQLite costs more than anything else here, and in most tables half of the columns hold the same from row to row
 * (namespace, source, what the kernel has not): such a column is bound once a statement, until a row differs.
 */
export class TableWriter {
  readonly #table: Table;
  readonly #db: Database.Database;
  readonly #captureId: number;
  readonly #refused: Refused;
  readonly #width: number;
  readonly #rowsAtOnce: number;
  /** Columns of type ANY that hold numbers: a JavaScript number would be stored there as a REAL. */
  readonly #wide: readonly boolean[];
  /** Columns bound for each row, in order. */
  #own: number[];
  /** The other ones, and the value each of them has. */
  #same: readonly number[] = [];
  #constants: readonly Value[] = [];
  #distinct: readonly Value[] = [];
  /** The same as better-sqlite3 wants it: by the names of the parameters. Each value has one name: looking for names costs by their number. */
  #named: Readonly<Record<string, Value>> = {};
  #full: Database.Statement | undefined;
  /** Filled from its beginning up to #count, and used again by the next statement. */
  #values: Value[] = [];
  #count = 0;
  #rows = 0;
  #waiting = 0;
  #fulls = 0;

  constructor(db: Database.Database, table: Table, captureId: number, refused: Refused) {
    this.#db = db;
    this.#table = table;
    this.#captureId = captureId;
    this.#refused = refused;
    this.#width = table.columns.length - 1;
    this.#rowsAtOnce = Math.max(1, Math.min(ROWS, Math.floor(MAX_PARAMETERS / this.#width)));
    this.#wide = table.columns.slice(1).map(([, type]) => type === 'U64');
    this.#own = Array.from({ length: this.#width }, (_, i) => i);
  }

  add(row: readonly Value[]): void {
    if (row.length !== this.#width) throw new Error(`${this.#table.name}: a row has ${row.length} values, not ${this.#width}`);
    for (let k = 0; k < this.#same.length; k++) {
      if (row[this.#same[k] as number] !== this.#constants[k]) {
        this.#widen(row);
        break;
      }
    }
    const [own, values, wide] = [this.#own, this.#values, this.#wide];
    let count = this.#count;
    for (let k = 0; k < own.length; k++) {
      const i = own[k] as number;
      const value = row[i] as Value;
      if (typeof value === 'number') values[count++] = wide[i] === true ? BigInt(value) : value;
      else {
        if (value !== null && typeof value !== 'bigint') this.#waiting += value.length;
        values[count++] = value;
      }
    }
    this.#count = count;
    if (++this.#rows < this.#rowsAtOnce && this.#waiting <= MAX_WAITING) return;
    const full = this.#rows === this.#rowsAtOnce;
    if (full && this.#fulls++ % RELEARN === 0) this.#learn();
    this.flush();
  }

  flush(): void {
    if (this.#rows === 0) return;
    const rows = this.#rows;
    const values = this.#count === this.#values.length ? this.#values : this.#values.slice(0, this.#count);
    this.#count = 0;
    this.#rows = 0;
    this.#waiting = 0;
    if (rows === this.#rowsAtOnce) this.#full ??= this.#prepare(rows);
    const statement = rows === this.#rowsAtOnce && this.#full !== undefined ? this.#full : this.#prepare(rows);
    try {
      // As arguments, and spread at the end: better-sqlite3 takes longer to look into an array, and V8 would copy one in the middle.
      statement.run(this.#named, ...values);
    } catch {
      // The statement as a whole was undone; one at a time shows which row it was.
      this.#oneByOne(values);
    }
  }

  /** Columns in which this row differs are bound for each row from now on. */
  #widen(row: readonly Value[]): void {
    this.flush();
    const [same, constants] = [this.#same, this.#constants];
    this.#bindOnce(new Map(same.map((i, k) => [i, constants[k] ?? null] as const).filter(([i, value]) => row[i] === value)));
  }

  /** Looks at the full buffer: columns that hold the same in all of its rows are bound once, from this statement on. */
  #learn(): void {
    const all = this.#expanded(this.#values.slice(0, this.#count));
    const width = this.#width;
    const same = new Map<number, Value>();
    // One column at least stays, so that the buffer still tells how many rows it holds.
    for (let i = 0; i < width && same.size < width - 1; i++) {
      const first = all[i] ?? null;
      // A bigint is not the number that the next row brings, and bytes are equal only to themselves.
      let equal = typeof first !== 'bigint' && !(first instanceof Uint8Array);
      for (let at = width + i; equal && at < all.length; at += width) equal = all[at] === first;
      if (equal) same.set(i, first);
    }
    this.#bindOnce(same);
    this.#values = all.filter((_, at) => !same.has(at % width));
    this.#count = this.#values.length;
  }

  #bindOnce(same: ReadonlyMap<number, Value>): void {
    this.#same = [...same.keys()];
    this.#constants = [...same.values()];
    this.#distinct = [...new Set(same.values())].filter((value) => value !== null);
    this.#named = Object.fromEntries(this.#distinct.map((value, i) => [String(i), value]));
    this.#own = Array.from({ length: this.#width }, (_, i) => i).filter((i) => !same.has(i));
    this.#full = undefined;
  }

  /** The buffer with all columns of each row. */
  #expanded(values: readonly Value[]): Value[] {
    const own = this.#own.length;
    const all: Value[] = [];
    for (let at = 0; at < values.length; at += own) {
      const row: Value[] = [];
      this.#same.forEach((column, k) => {
        row[column] = this.#constants[k] ?? null;
      });
      this.#own.forEach((column, k) => {
        row[column] = values[at + k] ?? null;
      });
      all.push(...row);
    }
    return all;
  }

  #oneByOne(values: readonly Value[]): void {
    const all = this.#expanded(values);
    const one = this.#db.prepare(`INSERT INTO ${identifier(this.#table.name)} VALUES (${this.#captureId}${', ?'.repeat(this.#width)})`);
    for (let at = 0; at < all.length; at += this.#width) {
      const row = all.slice(at, at + this.#width);
      const fault = faultOf(one, row);
      if (fault === null) continue;
      // A number that no integer of the database can be costs its cell and not all that else is known.
      const fitting = row.map((value, i) => (this.#table.columns[i + 1]?.[1] === 'INTEGER' && !isInteger(value) ? null : value));
      const kept = fitting.some((value, i) => value !== row[i]) && faultOf(one, fitting) === null;
      this.#refused(this.#table, row, kept ? `${fault}: the cell is NULL` : fault);
    }
  }

  #prepare(rows: number): Database.Statement {
    const constant = new Map(this.#same.map((column, k) => [column, this.#constants[k] ?? null]));
    const cells = Array.from({ length: this.#width }, (_, i) => {
      const value = constant.get(i);
      return value === undefined ? '?' : value === null ? 'NULL' : `:${this.#distinct.indexOf(value)}`;
    });
    const tuple = `(${[this.#captureId, ...cells].join(', ')})`;
    return this.#db.prepare(`INSERT INTO ${identifier(this.#table.name)} VALUES ${Array.from({ length: rows }, () => tuple).join(', ')}`);
  }
}

/** Fits a column of integers; above 2^63 numbers come as text too (tables/bytes.ts u64Value). */
function isInteger(value: Value): boolean {
  return value === null || ((typeof value === 'number' || typeof value === 'bigint') && value < 2 ** 63 && value >= -(2 ** 63));
}

/** Why the row cannot be stored; null when it was. */
function faultOf(statement: Database.Statement, row: readonly Value[]): string | null {
  try {
    statement.run(row);
    return null;
  } catch (e) {
    if (!isRowFault(e)) throw e;
    return e.message;
  }
}

/** The value is at fault (a constraint, a bigint beyond 64 bits), not the disk or the program. */
function isRowFault(e: unknown): e is Error {
  return e instanceof RangeError || (e instanceof Error && 'code' in e && String(e.code).startsWith('SQLITE_CONSTRAINT'));
}
