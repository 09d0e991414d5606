import type { Table } from './table.ts';

export const multicast: Table = {
  name: 'multicast',
  doc: 'Groups of igmp, igmp6 and dev_mcast.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['source', 'TEXT', 'igmp, igmp6 or dev_mcast.'],
    ['ifindex', 'INTEGER', 'Number of the interface.'],
    ['interface', 'BYTES', 'Interface.'],
    ['group_address', 'TEXT', 'Textual address; hardware address for dev_mcast.'],
    ['users', 'INTEGER', 'Users.'],
    ['version', 'TEXT', 'IGMP version column; NULL elsewhere.'],
    ['timer', 'TEXT', 'Timer column as printed.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'net_ns']],
};
