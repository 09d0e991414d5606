import type { Table } from './table.ts';

export const executables: Table = {
  name: 'executables',
  doc: 'SHA-256 of executables, when it was asked for: of files by device and inode, of deleted and memory-file ones by process.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['dev', 'TEXT', 'Device, MAJOR:MINOR, as processes.exe_dev; NULL for a deleted one.'],
    ['inode', 'U64', 'Inode, as processes.exe_ino; NULL for a deleted one.'],
    ['pid', 'INTEGER', 'Process whose deleted executable it is; NULL for a file. The copy is the entry blob/SHA256.'],
    ['sha256', 'TEXT', 'SHA-256 of what was read.'],
    ['bytes', 'INTEGER', 'How many bytes were read.'],
    ['truncated', 'INTEGER', '1 when a limit cut it, else 0.'],
    ['errno', 'TEXT', 'Why it could not be read.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'sha256']],
};
