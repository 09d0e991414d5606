import type { Table } from './table.ts';

export const interfaceAddresses: Table = {
  name: 'interface_addresses',
  doc: 'IPv6 addresses (if_inet6) and IPv4 local addresses (fib_trie).',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['family', 'INTEGER', '4 or 6.'],
    ['address', 'TEXT', 'Textual address.'],
    ['prefix', 'INTEGER', 'Length of the prefix: of the interface for IPv6, of the local route for IPv4 (32 for an address).'],
    ['scope', 'INTEGER', 'Scope number of IPv6; NULL for IPv4.'],
    ['flags', 'INTEGER', 'IFA_F_ flags, low 8 bits; NULL for IPv4.'],
    ['interface', 'BYTES', 'Interface; NULL when unknown.'],
    ['ifindex', 'INTEGER', 'Number; NULL when unknown.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'net_ns']],
};
