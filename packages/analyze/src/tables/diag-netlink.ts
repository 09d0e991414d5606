import { MEMORY_COLUMNS } from './diag-memory.ts';
import type { Table } from './table.ts';

export const diagNetlink: Table = {
  name: 'diag_netlink',
  doc: "Netlink sockets as the kernel's own dump lists them.",
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['type', 'TEXT', 'RAW or DGRAM; 0xNN when unknown.'],
    ['type_raw', 'INTEGER', 'Number of the type.'],
    ['protocol', 'INTEGER', '0 route, 4 sock_diag, 9 audit, 15 uevent, 16 generic, and others.'],
    ['state_raw', 'INTEGER', 'Number of the state: 1 connected, 0 or 7 not.'],
    ['port_id', 'INTEGER', 'Port id; 0 for the kernel.'],
    ['peer_port_id', 'INTEGER', 'Port id it is connected to.'],
    ['peer_group', 'INTEGER', 'Group it is connected to.'],
    ['inode', 'INTEGER', 'Inode; 0 when the kernel has no socket inode for it.'],
    ['cookie', 'U64', 'Number of the socket since boot, given by the kernel and never reused; NULL when none was told.'],
    ['groups', 'BLOB', 'Multicast groups as a bit map of words of the host, as the kernel gave it.'],
    [
      'flags',
      'INTEGER',
      'Bits: 1 callback running, 2 packet info, 4 broadcast errors, 8 no ENOBUFS, 16 all namespaces, 32 capped acks, and others.',
    ],
    ...MEMORY_COLUMNS,
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Number of the message within that source, counted from 1.'],
  ],
  indexes: [
    ['capture_id', 'net_ns'],
    ['capture_id', 'inode'],
  ],
};
