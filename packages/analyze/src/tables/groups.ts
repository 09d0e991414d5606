import type { Table } from './table.ts';

export const groups: Table = {
  name: 'groups',
  doc: '/etc/group of the host.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['name', 'BYTES', 'Group.'],
    ['gid', 'INTEGER', 'Number.'],
    ['members', 'BYTES', 'Comma list.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'gid']],
};
