import type { Table } from './table.ts';

export const packetTypes: Table = {
  name: 'packet_types',
  doc: 'Rows of /proc/net/ptype.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['type', 'TEXT', 'ALL or ethertype in hex.'],
    ['device', 'BYTES', 'Interface; NULL for all.'],
    ['function', 'TEXT', 'Handler as printed.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'net_ns']],
};
