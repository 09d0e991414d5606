import type { Table } from './table.ts';

export const processEnviron: Table = {
  name: 'process_environ',
  doc: 'Environment, when it was captured on request.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['pid', 'INTEGER', 'Process id.'],
    ['env_index', 'INTEGER', 'Counted from 0.'],
    ['name', 'BYTES', 'Before the first =; the whole when there is none.'],
    ['value', 'BYTES', 'After it; NULL when there is no =.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  primaryKey: ['capture_id', 'pid', 'env_index'],
  indexes: [],
};
