import type { Table } from './table.ts';

export const ipv4Addresses: Table = {
  name: 'ipv4_addresses',
  doc: 'IPv4 addresses of interfaces as the kernel tells them when it is asked (--netlink): with their interface, peer and broadcast address.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['ifindex', 'INTEGER', 'Number of the interface.'],
    ['label', 'BYTES', 'Name of the interface, or an alias such as eth0:1.'],
    ['address', 'TEXT', 'Own address.'],
    ['peer', 'TEXT', 'Other end of a point-to-point link; the own address where there is none.'],
    ['prefix', 'INTEGER', 'Bits of the network.'],
    ['scope', 'INTEGER', 'RT_SCOPE_: 0 global, 253 link, 254 host.'],
    ['flags', 'INTEGER', 'IFA_F_: 1 secondary, 128 permanent.'],
    ['broadcast', 'TEXT', 'Broadcast address; NULL when none was set.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Number of the message within that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'net_ns']],
};
