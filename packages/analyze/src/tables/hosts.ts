import type { Table } from './table.ts';

export const hosts: Table = {
  name: 'hosts',
  doc: '/etc/hosts of the host, one row a name.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['address', 'BYTES', 'Address as written.'],
    ['name', 'BYTES', 'Name.'],
    ['name_index', 'INTEGER', '0 for the first name of the line.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'address']],
};
