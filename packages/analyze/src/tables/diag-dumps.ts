import type { Table } from './table.ts';

export const diagDumps: Table = {
  name: 'diag_dumps',
  doc: "Messages that close a dump of the kernel's socket list (--netlink): how each ended.",
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['dump', 'TEXT', 'Which dump: last part of its path (ipv4-addresses is one of addresses); tcpdiag for a file that ss -D wrote.'],
    ['result', 'TEXT', 'done or error.'],
    ['errno', 'INTEGER', 'Errno the kernel gave, 0 when all went well; NULL when the message does not say.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Number of the message within that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'net_ns']],
};
