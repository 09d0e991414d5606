import type { Table } from './table.ts';

export const directoryListings: Table = {
  name: 'directory_listings',
  doc: 'What /proc listed as its entries, asked in three ways one after the other, and process numbers that answered though no listing named them.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['listing', 'TEXT', 'readdir-1, getdents, readdir-2 or readdir-3 (during the probe); probe for numbers that were tried.'],
    ['name', 'BYTES', 'Name of the entry; NULL in the row of probe that tells the range.'],
    ['inode', 'U64', 'd_ino; told by getdents only.'],
    ['type', 'INTEGER', 'd_type; told by getdents only.'],
    ['first', 'INTEGER', 'First number that was tried; in the row that tells the range.'],
    ['last', 'INTEGER', 'Last number that was tried.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'listing']],
};
