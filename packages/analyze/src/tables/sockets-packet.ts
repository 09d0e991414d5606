import type { Table } from './table.ts';

export const socketsPacket: Table = {
  name: 'sockets_packet',
  doc: 'Rows of /proc/net/packet, of both passes.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['pass', 'TEXT', 'A or B.'],
    ['pointer', 'TEXT', 'Kernel pointer.'],
    ['refcount', 'INTEGER', 'References.'],
    ['type_raw', 'INTEGER', '3 raw, 2 dgram, 10 packet.'],
    ['type', 'TEXT', 'SOCK_RAW SOCK_DGRAM SOCK_PACKET; 0xNN when unknown.'],
    ['protocol', 'INTEGER', 'Ethertype; 3 is all.'],
    ['ifindex', 'INTEGER', 'Interface, 0 for all.'],
    ['running', 'INTEGER', 'Column R.'],
    ['rmem', 'INTEGER', 'Bytes to read.'],
    ['uid', 'INTEGER', 'Owner.'],
    ['inode', 'INTEGER', 'Inode.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [
    ['capture_id', 'net_ns', 'pass'],
    ['capture_id', 'inode'],
  ],
};
