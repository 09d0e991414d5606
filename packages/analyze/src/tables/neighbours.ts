import type { Table } from './table.ts';

export const neighbours: Table = {
  name: 'neighbours',
  doc: 'Rows of arp.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['address', 'TEXT', 'IPv4 address.'],
    ['hw_type', 'INTEGER', 'Hardware type.'],
    ['flags', 'INTEGER', '0 incomplete, 2 complete, 4 permanent, 8 published.'],
    ['hw_address', 'TEXT', 'Hardware address.'],
    ['mask', 'TEXT', 'Mask column.'],
    ['interface', 'BYTES', 'Interface.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'net_ns']],
};
