import { TABLES } from '../tables/index.ts';
import type { ColumnType, Table } from '../tables/table.ts';
import type { View } from '../tables/view.ts';
import { VIEWS } from '../tables/views.ts';

/** `application_id` of a case file: "clds". */
export const APPLICATION_ID = 0x636c6473;
/** `user_version` of a case file: raised with every change of a table, an index or a view. */
export const SCHEMA_VERSION = 1;

/** Types in a STRICT table. Text somebody else chose may be text or bytes, and an unsigned 64-bit number may not fit: both are ANY. */
const SQL_TYPE: Readonly<Record<ColumnType, string>> = {
  INTEGER: 'INTEGER',
  TEXT: 'TEXT',
  REAL: 'REAL',
  BLOB: 'BLOB',
  BYTES: 'ANY',
  U64: 'ANY',
};

/** A name as an SQL identifier. Names come from the declarations, never from evidence. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function identifierList(names: readonly string[]): string {
  return names.map(identifier).join(', ');
}

export function createTable(table: Table): string {
  const single = table.primaryKey?.length === 1 ? table.primaryKey[0] : undefined;
  const lines = table.columns.map(([name, type]) => `  ${identifier(name)} ${SQL_TYPE[type]}${name === single ? ' PRIMARY KEY' : ''}`);
  if (table.primaryKey !== undefined && single === undefined) lines.push(`  PRIMARY KEY (${identifierList(table.primaryKey)})`);
  return `CREATE TABLE ${identifier(table.name)} (\n${lines.join(',\n')}\n) STRICT`;
}

/** One statement for each index, with its name. */
export function createIndexes(table: Table): { readonly name: string; readonly sql: string }[] {
  return table.indexes.map((columns) => {
    const name = `${table.name}_by_${columns.filter((c) => c !== 'capture_id').join('_')}`;
    return { name, sql: `CREATE INDEX ${identifier(name)} ON ${identifier(table.name)} (${identifierList(columns)})` };
  });
}

export function createView(view: View): string {
  return `CREATE VIEW ${identifier(view.name)} (${identifierList(view.columns.map(([name]) => name))}) AS\n${view.select}`;
}

/** What `sqlite_schema` of a case file must hold: name to SQL text. */
export function schemaObjects(): Map<string, string> {
  const objects = new Map<string, string>();
  for (const table of TABLES) {
    objects.set(table.name, createTable(table));
    for (const index of createIndexes(table)) objects.set(index.name, index.sql);
  }
  for (const view of VIEWS) objects.set(view.name, createView(view));
  return objects;
}
