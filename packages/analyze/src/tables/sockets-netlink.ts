import type { Table } from './table.ts';

export const socketsNetlink: Table = {
  name: 'sockets_netlink',
  doc: 'Rows of /proc/net/netlink, of both passes.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['pass', 'TEXT', 'A or B.'],
    ['protocol', 'INTEGER', 'Netlink protocol: 0 route, 4 sock_diag, 9 audit, 15 uevent, 16 generic.'],
    ['port_id', 'INTEGER', 'Port id: 0 for the kernel, mostly the pid for the first socket of a process.'],
    ['groups', 'TEXT', 'Multicast groups, hex as printed.'],
    ['rmem', 'INTEGER', 'Bytes to read.'],
    ['wmem', 'INTEGER', 'Bytes to write.'],
    ['refcount', 'INTEGER', 'References (column Locks).'],
    ['drops', 'INTEGER', 'Messages dropped; NULL on kernels without it.'],
    ['inode', 'INTEGER', 'Inode; NULL on kernels without it.'],
    ['pointer', 'TEXT', 'Kernel pointer.'],
    ['dump', 'TEXT', 'Column Dump as printed.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [
    ['capture_id', 'net_ns', 'pass'],
    ['capture_id', 'inode'],
  ],
};
