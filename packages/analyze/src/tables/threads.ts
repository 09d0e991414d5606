import type { Table } from './table.ts';

export const threads: Table = {
  name: 'threads',
  doc: 'Every thread, the leader included.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['pid', 'INTEGER', 'Process id.'],
    ['tid', 'INTEGER', 'Thread id; equals pid for the leader.'],
    ['name', 'BYTES', 'comm of the thread.'],
    ['state', 'TEXT', 'Letter of the state.'],
    ['start_ticks', 'INTEGER', 'Start, in ticks since boot.'],
    ['net_ns', 'INTEGER', 'Network namespace of the thread, where known.'],
    ['mnt_ns', 'INTEGER', 'Mount namespace of the thread, where known.'],
    [
      'own_files',
      'INTEGER',
      "1 when its descriptors differ from the leader's, 0 when they were compared and are the same, NULL when not compared.",
    ],
    ['comm_raw', 'BYTES', 'The name as the file comm gave it, when it differs from stat.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  primaryKey: ['capture_id', 'pid', 'tid'],
  indexes: [],
};
