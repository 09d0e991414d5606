import { SCHEMA_VERSION } from '../db/schema.ts';
import { TABLES } from '../tables/index.ts';
import type { ColumnType } from '../tables/table.ts';
import { VIEWS } from '../tables/views.ts';

/** What can be exported: a table, or a view, whose columns have no type of their own. */
export interface Relation {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: ColumnType | null }[];
}

/** Tables in the order of docs/SCHEMA.md, but for packed ones, then the views. */
export const RELATIONS: readonly Relation[] = [
  ...TABLES.filter(({ packed }) => packed !== true).map(({ name, columns }) => ({
    name,
    columns: columns.map(([column, type]) => ({ name: column, type })),
  })),
  ...VIEWS.map(({ name, columns }) => ({ name, columns: columns.map(([column]) => ({ name: column, type: null })) })),
];

/** For what names columns by their meaning in this version. */
export const VERSION: number = SCHEMA_VERSION;

/** Rows of one capture in an order that the content decides, for exports that are the same bytes every time. */
export function selectAll({ name, columns }: Relation): string {
  const list = columns.map((c) => `"${c.name}"`).join(', ');
  return `SELECT ${list} FROM "${name}" WHERE capture_id = ? ORDER BY ${columns.map((_, i) => i + 1).join(', ')}`;
}
