import type { Table } from './table.ts';

export const diagUnixPending: Table = {
  name: 'diag_unix_pending',
  doc: 'Connections that wait in the queue of a unix listener and were not accepted yet.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['listener_inode', 'INTEGER', 'Inode of the listening socket.'],
    ['peer_inode', 'INTEGER', 'Inode of the socket at the other end, which connected.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Number of the message within that source, counted from 1.'],
  ],
  indexes: [
    ['capture_id', 'listener_inode'],
    ['capture_id', 'peer_inode'],
  ],
};
