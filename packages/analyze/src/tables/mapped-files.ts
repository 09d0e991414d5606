import type { Table } from './table.ts';

export const mappedFiles: Table = {
  name: 'mapped_files',
  doc: 'What stat told of each mapped file, once for each device and inode.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['dev', 'TEXT', 'Device as in maps, MAJOR:MINOR decimal.'],
    ['inode', 'U64', 'Inode as in maps.'],
    ['path', 'BYTES', 'Path as in maps.'],
    ['st_mode', 'INTEGER', 'Type and permission bits.'],
    ['st_nlink', 'U64', 'Links.'],
    ['st_uid', 'INTEGER', 'Owner.'],
    ['st_gid', 'INTEGER', 'Group.'],
    ['st_dev', 'TEXT', 'Device by stat.'],
    ['st_ino', 'U64', 'Inode by stat.'],
    ['st_size', 'U64', 'Bytes.'],
    ['stat_errno', 'TEXT', 'Why stat failed.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  primaryKey: ['capture_id', 'dev', 'inode'],
  indexes: [],
};
