import type { Table } from './table.ts';

/** The most sockets of a block: few enough that all columns of one stay in the cache of the processor. */
export const SOCKETS_A_BLOCK = 4096;

export const socketKeys: Table = {
  name: 'socket_keys',
  doc: 'What rows of sockets_inet are known by, packed a few thousand to a row, so that two captures are compared without reading every row; nothing that is not in sockets_inet too.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the rows belong to.'],
    ['block', 'INTEGER', 'Running number in the capture, from 1; rows of one address family stand in their order.'],
    ['of_source', 'INTEGER', 'source_id of the rows.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['proto', 'TEXT', 'As in sockets_inet.'],
    ['family', 'INTEGER', '4 or 6: how long the addresses are.'],
    ['sockets', 'INTEGER', 'How many rows.'],
    [
      'keys',
      'BLOB',
      'Columns one after the other, as tables/number-columns.ts packs them: line, state, inode, local and remote port, then the 32-bit words of the local and of the remote address.',
    ],
  ],
  indexes: [],
  primaryKey: ['capture_id', 'block'],
  packed: true,
};
