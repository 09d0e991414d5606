import type { Table } from './table.ts';

export const users: Table = {
  name: 'users',
  doc: '/etc/passwd of the host.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['name', 'BYTES', 'Login.'],
    ['uid', 'INTEGER', 'Number.'],
    ['gid', 'INTEGER', 'Primary group.'],
    ['description', 'BYTES', 'GECOS.'],
    ['directory', 'BYTES', 'Home.'],
    ['shell', 'BYTES', 'Shell.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'uid']],
};
