import type { Table } from './table.ts';

export const socketProtonames: Table = {
  name: 'socket_protonames',
  doc: 'Protocol of sockets that descriptors refer to (attribute system.sockprotoname): also of those that stand in no table.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['inode', 'INTEGER', 'Inode of the socket.'],
    ['name', 'BYTES', 'Protocol as the kernel calls it: TCP, UDPv6, UNIX, PACKET …; NULL when it could not be read.'],
    ['errno', 'TEXT', 'Why it could not be read.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'inode']],
};
