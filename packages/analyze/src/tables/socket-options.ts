import type { Table } from './table.ts';

export const socketOptions: Table = {
  name: 'socket_options',
  doc: 'What getsockopt told of the sockets of processes (--sockopt), one row an option.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['pid', 'INTEGER', 'Process.'],
    ['tid', 'INTEGER', '0 for the descriptor table of the process, else the thread with a table of its own: as in fds.'],
    ['fd', 'INTEGER', 'Descriptor through which the socket was asked; the links in fds say which socket it is.'],
    ['level', 'TEXT', 'SOL_SOCKET, IPPROTO_TCP and others, as in the archive; NULL with name NULL: the socket could not be asked at all.'],
    ['name', 'TEXT', 'SO_KEEPALIVE, TCP_NODELAY and others, as in the archive.'],
    ['value', 'INTEGER', 'The value, when it is one signed 32-bit number.'],
    ['bytes', 'BLOB', 'The value as the kernel gave it; NULL when it gave none.'],
    ['errno', 'TEXT', 'Why there is no value.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'pid', 'fd']],
};
