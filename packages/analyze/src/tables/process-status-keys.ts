import type { Table } from './table.ts';

export const processStatusKeys: Table = {
  name: 'process_status_keys',
  doc: 'Lines of status that have no column in processes, or whose column (from stat, or from a line before) says otherwise.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['pid', 'INTEGER', 'Process id.'],
    ['tid', 'INTEGER', 'Thread id; NULL for the process itself.'],
    ['key', 'BYTES', 'Before the colon.'],
    ['value', 'BYTES', 'After the tab.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'pid']],
};
