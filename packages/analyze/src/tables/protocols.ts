import type { Table } from './table.ts';

export const protocols: Table = {
  name: 'protocols',
  doc: '/etc/protocols of the host.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['name', 'BYTES', 'Protocol.'],
    ['number', 'INTEGER', 'Number.'],
    ['aliases', 'BYTES', 'Blank separated.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [],
};
