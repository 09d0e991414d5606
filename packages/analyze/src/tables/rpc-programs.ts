import type { Table } from './table.ts';

export const rpcPrograms: Table = {
  name: 'rpc_programs',
  doc: '/etc/rpc of the host.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['name', 'BYTES', 'Program.'],
    ['number', 'INTEGER', 'Number.'],
    ['aliases', 'BYTES', 'Blank separated.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [],
};
