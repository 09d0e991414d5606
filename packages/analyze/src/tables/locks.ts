import type { Table } from './table.ts';

export const locks: Table = {
  name: 'locks',
  doc: 'File locks.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['lock_id', 'INTEGER', 'Number.'],
    ['waiting', 'INTEGER', '1 for a waiter.'],
    ['class', 'TEXT', 'POSIX, FLOCK, OFDLCK, LEASE, ACCESS.'],
    ['mode', 'TEXT', 'ADVISORY, MANDATORY, MSNFS, BREAKING, ACTIVE and so on.'],
    ['access', 'TEXT', 'READ, WRITE, RW, NONE, UNLCK.'],
    ['pid', 'INTEGER', "Holder in the reader's pid namespace; -1 as printed for OFD and remote."],
    ['dev', 'TEXT', 'MAJOR:MINOR decimal.'],
    ['inode', 'U64', 'Inode.'],
    ['start', 'U64', 'First byte.'],
    ['end', 'U64', 'Last byte; NULL for EOF.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'pid']],
};
