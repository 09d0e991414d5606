import type { Table } from './table.ts';

export const socketOptions: Table = {
  name: 'socket_options',
  doc: 'What getsockopt told of the sockets of processes (--sockopt), one row an option.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['pid', 'INTEGER', 'Process.'],
    ['fd', 'INTEGER', 'Descriptor through which the socket was asked; the links in fds say which socket it is.'],
    ['level', 'TEXT', 'SOL_SOCKET, IPPROTO_TCP …, as in the archive.'],
    ['name', 'TEXT', 'SO_KEEPALIVE, TCP_NODELAY …, as in the archive.'],
    ['value', 'INTEGER', 'The value, when it is one signed 32-bit number.'],
    ['bytes', 'BLOB', 'The value as the kernel gave it; NULL when it gave none.'],
    ['errno', 'TEXT', 'Why there is no value.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'pid', 'fd']],
};
