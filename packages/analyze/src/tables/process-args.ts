import type { Table } from './table.ts';

export const processArgs: Table = {
  name: 'process_args',
  doc: 'Arguments with their boundaries.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['pid', 'INTEGER', 'Process id.'],
    ['arg_index', 'INTEGER', 'Counted from 0.'],
    ['arg', 'BYTES', 'The argument.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  primaryKey: ['capture_id', 'pid', 'arg_index'],
  indexes: [],
};
