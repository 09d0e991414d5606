import type { View } from './view.ts';

/** Every view of a case file, in the order of docs/SCHEMA.md. */
export const VIEWS: readonly View[] = [
  {
    name: 'socket_holders',
    doc: 'Every descriptor that holds a socket: all holders, not one of them.',
    columns: [
      ['capture_id', 'Capture the row belongs to.'],
      ['socket_inode', 'N of socket:[N].'],
      ['pid', 'Process id.'],
      ['tid', 'Thread id; 0 for the table of the process.'],
      ['fd', 'Descriptor number.'],
    ],
    select: 'SELECT capture_id, socket_inode, pid, tid, fd FROM fds WHERE socket_inode IS NOT NULL',
  },
];
