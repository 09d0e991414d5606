import type { Table } from './table.ts';

export const diagOther: Table = {
  name: 'diag_other',
  doc: 'Messages of dumps of which no structure is known here (smc, tipc): kept as they are.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['dump', 'TEXT', 'Which dump: last part of its path.'],
    ['message', 'BLOB', 'The message without its head.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Number of the message within that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'net_ns']],
};
