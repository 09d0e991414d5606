import type { Table } from './table.ts';

export const netProtocols: Table = {
  name: 'net_protocols',
  doc: 'Rows of /proc/net/protocols.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['pass', 'TEXT', 'A or B.'],
    ['protocol', 'TEXT', 'Name.'],
    ['size', 'INTEGER', 'Bytes of a socket.'],
    ['sockets', 'INTEGER', 'Sockets in this namespace.'],
    ['memory', 'INTEGER', 'Pages; -1 as printed.'],
    ['press', 'TEXT', 'yes, no or NI.'],
    ['max_header', 'INTEGER', 'Bytes.'],
    ['slab', 'TEXT', 'yes or no.'],
    ['module', 'TEXT', 'kernel or module.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'net_ns', 'pass']],
};
