import type { Table } from './table.ts';

export const processLimits: Table = {
  name: 'process_limits',
  doc: 'Resource limits.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['pid', 'INTEGER', 'Process id.'],
    ['name', 'TEXT', 'As printed, for example Max open files.'],
    ['soft', 'U64', 'Soft limit; NULL for unlimited.'],
    ['hard', 'U64', 'Hard limit; NULL for unlimited.'],
    ['unit', 'TEXT', 'Unit as printed.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  primaryKey: ['capture_id', 'pid', 'name'],
  indexes: [],
};
