import type Database from 'better-sqlite3';
import type { Value } from '../render/value.ts';
import { TABLES } from '../tables/index.ts';
import type { Table } from '../tables/table.ts';
import { type Refused, TableWriter } from './insert.ts';
import { identifier } from './schema.ts';

/** The rows of one capture on their way into all tables, counted by the source they bear. */
export class RowBook {
  readonly #db: Database.Database;
  readonly #captureId: number;
  readonly #refused: Refused;
  readonly #writers = new Map<string, TableWriter>();
  readonly #into = new Map<string, (row: readonly Value[]) => void>();
  /** By source_id: rows so far, and what the row of `sources` says. */
  readonly #rows: number[] = [];
  readonly #told = new Map<number, number>();

  constructor(db: Database.Database, captureId: number, refused: Refused) {
    this.#db = db;
    this.#captureId = captureId;
    this.#refused = refused;
  }

  into(table: string): (row: readonly Value[]) => void {
    const known = this.#into.get(table);
    if (known !== undefined) return known;
    const declared = TABLES.find((t) => t.name === table);
    if (declared === undefined) throw new Error(`no table ${table}`);
    const writer = new TableWriter(this.#db, declared, this.#captureId, this.#refused);
    const columns = table === 'sources' || table === 'problems' ? [] : sourceColumns(declared);
    const rows = this.#rows;
    const add = (row: readonly Value[]): void => {
      for (let k = 0; k < columns.length; k++) {
        const id = row[columns[k] as number];
        if (typeof id === 'number') rows[id] = (rows[id] ?? 0) + 1;
      }
      writer.add(row);
    };
    this.#writers.set(table, writer);
    this.#into.set(table, add);
    return add;
  }

  amend(table: string, key: Readonly<Record<string, Value>>, set: Readonly<Record<string, Value>>): void {
    this.#writers.get(table)?.flush();
    const assign = Object.keys(set).map((c) => `${identifier(c)} = ?`);
    const where = Object.keys(key).map((c) => `${identifier(c)} = ?`);
    const sql = `UPDATE ${identifier(table)} SET ${assign.join(', ')} WHERE capture_id = ? AND ${where.join(' AND ')}`;
    // As in TableWriter: a JavaScript number would become a REAL in a column of type ANY.
    const values = Object.values(set).map((v) => (typeof v === 'number' ? BigInt(v) : v));
    this.#db.prepare(sql).run(...values, this.#captureId, ...Object.values(key));
  }

  #flush(): void {
    for (const writer of this.#writers.values()) writer.flush();
  }

  /** A row of `sources`; the last but one of its cells, the number of rows it became, is filled in unless it is NULL. */
  source(row: readonly Value[], id: number): void {
    const records = row.length - 2;
    if (row[records] === null) {
      this.into('sources')(row);
      return;
    }
    const count = this.#rows[id] ?? 0;
    this.#told.set(id, count);
    this.into('sources')(row.with(records, count));
  }

  /**
   * Writes what waits, and corrects the sources whose rows came later. A row that the database does not take becomes a problem: `last` may add
   * what is to be told of those, and all is written once more.
   */
  finish(last: () => void): void {
    this.#flush();
    last();
    this.#flush();
    const correct = this.#db.prepare('UPDATE sources SET records = ? WHERE capture_id = ? AND source_id = ?');
    for (const [id, told] of this.#told) if ((this.#rows[id] ?? 0) !== told) correct.run(this.#rows[id], this.#captureId, id);
  }
}

/** Positions of source_id and info_source_id in a row without `capture_id`. */
function sourceColumns(table: Table): number[] {
  return table.columns.flatMap(([name], i) => (name === 'source_id' || name === 'info_source_id' ? [i - 1] : []));
}
