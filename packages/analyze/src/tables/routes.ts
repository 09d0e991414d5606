import type { Table } from './table.ts';

export const routes: Table = {
  name: 'routes',
  doc: 'Rows of route and ipv6_route.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['family', 'INTEGER', '4 or 6.'],
    ['destination', 'TEXT', 'Textual address.'],
    ['prefix', 'INTEGER', 'Length of the prefix (for IPv4 of the mask; NULL when the mask is not contiguous).'],
    ['mask', 'TEXT', 'Mask, for IPv4.'],
    ['source', 'TEXT', 'Source address, for IPv6.'],
    ['source_prefix', 'INTEGER', 'Its prefix, for IPv6.'],
    ['gateway', 'TEXT', 'Next hop.'],
    ['interface', 'BYTES', 'Interface; NULL when the route has none (printed as *).'],
    ['flags', 'INTEGER', 'RTF_ flags.'],
    ['refcount', 'INTEGER', 'References.'],
    ['use', 'INTEGER', 'Uses.'],
    ['metric', 'INTEGER', 'Metric.'],
    ['mtu', 'INTEGER', 'MTU, for IPv4.'],
    ['window', 'INTEGER', 'Window, for IPv4.'],
    ['irtt', 'INTEGER', 'Initial round trip time, for IPv4.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'net_ns']],
};
