/** What a cell of a result can hold: SQLite's own kinds. Bytes that are not text stay bytes until render/cell.ts. */
export type Value = string | number | bigint | Uint8Array | null;

/** A result as every output format takes it: names once, rows one at a time. */
export interface Rows {
  readonly columns: readonly string[];
  readonly rows: Iterable<readonly Value[]>;
}
