import { createIndexes, createTable, createView } from '../db/schema.ts';
import { writeRows } from '../render/format.ts';
import type { Rows } from '../render/value.ts';
import { TABLES } from '../tables/index.ts';
import type { Table } from '../tables/table.ts';
import type { View } from '../tables/view.ts';
import { VIEWS } from '../tables/views.ts';
import { parseFormat } from './choices.ts';
import type { Command } from './command.ts';
import { UserError } from './io.ts';
import { nearest } from './nearest.ts';
import { ownCommand } from './own-command.ts';

export const schema: Command = ownCommand<{ readonly sql?: true; readonly format?: string }>(
  'schema',
  'Tell which tables and columns a case has, and what they mean',
  (program) =>
    program
      .argument('[table]', 'tell of the columns of this table or view')
      .option('--sql', 'print the statements that make it')
      .option('--format <format>', 'table, json, jsonl, csv, tsv or markdown (default: table)'),
  async (options, [name], io) => {
    const format = parseFormat(options.format);
    const found = name === undefined ? undefined : [...TABLES, ...VIEWS].find((t) => t.name === name);
    if (name !== undefined && found === undefined) {
      const near = nearest(
        name,
        [...TABLES, ...VIEWS].map((t) => t.name),
      );
      throw new UserError(`no table ${name}`, near.length > 0 ? `near: ${near.join(' ')}` : 'coldstat schema lists the tables');
    }
    if (options.sql) await io.out((found === undefined ? [...TABLES, ...VIEWS] : [found]).flatMap(statements).join(''));
    else await writeRows(found === undefined ? overview() : columns(found), format, io);
    return 0;
  },
);

function isView(t: Table | View): t is View {
  return 'select' in t;
}

function statements(t: Table | View): string[] {
  return (isView(t) ? [createView(t)] : [createTable(t), ...createIndexes(t).map((i) => i.sql)]).map((sql) => `${sql};\n`);
}

function overview(): Rows {
  return {
    columns: ['name', 'kind', 'columns', 'meaning'],
    rows: [...TABLES, ...VIEWS].map((t) => [t.name, isView(t) ? 'view' : 'table', t.columns.length, t.doc]),
  };
}

function columns(t: Table | View): Rows {
  if (isView(t)) return { columns: ['column', 'meaning'], rows: t.columns };
  return { columns: ['column', 'type', 'meaning'], rows: t.columns };
}
