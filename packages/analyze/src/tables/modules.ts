import type { Table } from './table.ts';

export const modules: Table = {
  name: 'modules',
  doc: 'Kernel modules.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['name', 'BYTES', 'Module.'],
    ['size', 'INTEGER', 'Bytes.'],
    ['refcount', 'INTEGER', 'References; NULL when printed as -.'],
    ['used_by', 'BYTES', 'Comma list as printed.'],
    ['state', 'TEXT', 'Live, Loading, Unloading.'],
    ['address', 'TEXT', 'Address as printed.'],
    ['taints', 'BYTES', 'Letters in parentheses; NULL when none.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [],
};
