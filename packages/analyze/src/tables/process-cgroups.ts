import type { Table } from './table.ts';

export const processCgroups: Table = {
  name: 'process_cgroups',
  doc: 'Control groups of each process.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['pid', 'INTEGER', 'Process id.'],
    ['hierarchy', 'INTEGER', 'Hierarchy number, 0 for the unified one.'],
    ['controllers', 'BYTES', 'Comma list.'],
    ['path', 'BYTES', 'Path within the hierarchy.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'pid']],
};
