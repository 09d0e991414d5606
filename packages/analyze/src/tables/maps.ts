import type { Table } from './table.ts';

export const maps: Table = {
  name: 'maps',
  doc: 'Memory mappings.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['pid', 'INTEGER', 'Process id.'],
    ['start', 'TEXT', 'First address, hex.'],
    ['end', 'TEXT', 'Address after the last, hex.'],
    ['perms', 'TEXT', 'rwxp or rwxs, with - for what is missing.'],
    ['offset', 'U64', 'Offset in the file.'],
    ['dev', 'TEXT', 'Device, MAJOR:MINOR decimal.'],
    ['inode', 'U64', 'Inode; 0 for none.'],
    ['path', 'BYTES', 'Name as printed; newline is \\012 there.'],
    ['deleted', 'INTEGER', '1 when it ends in " (deleted)".'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'pid']],
};
