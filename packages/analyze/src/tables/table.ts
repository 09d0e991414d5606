/** Declaration of one SQL table: from it come the DDL, docs/SCHEMA.md and `coldstat schema`. */

/**
 * `INTEGER` and `TEXT` are ours or the kernel's fixed words. `BYTES` is text somebody else chose: stored as TEXT where it is valid UTF-8 without NUL,
 * else as BLOB, byte for byte (column type ANY in a STRICT table). `U64` is an unsigned 64-bit number: INTEGER up to 2^63-1, above that decimal TEXT (also ANY).
 */
export type ColumnType = 'INTEGER' | 'TEXT' | 'REAL' | 'BLOB' | 'BYTES' | 'U64';

type Column = readonly [name: string, type: ColumnType, doc: string];

export interface Table {
  readonly name: string;
  /** One sentence. */
  readonly doc: string;
  /** `capture_id` comes first in every table but `captures`. */
  readonly columns: readonly Column[];
  /** Built after the rows of a first load; each starts with capture_id unless it says otherwise. */
  readonly indexes: readonly (readonly string[])[];
  readonly primaryKey?: readonly string[];
  /** The rows of another table in a form for the program alone: nothing that other programs want. */
  readonly packed?: true;
}
