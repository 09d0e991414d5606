import type { Table } from './table.ts';

export const devices: Table = {
  name: 'devices',
  doc: 'Device majors.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['kind', 'TEXT', 'character or block.'],
    ['major', 'INTEGER', 'Number.'],
    ['name', 'BYTES', 'Driver.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [],
};
