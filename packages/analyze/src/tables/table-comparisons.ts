import type { Table } from './table.ts';

export const tableComparisons: Table = {
  name: 'table_comparisons',
  doc: 'What the kernel said of two descriptor tables that hold the same sockets (kcmp; --netlink, --sockopt): one that is shared, or two.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['pid', 'INTEGER', 'Process.'],
    ['tid', 'INTEGER', '0 for the table of the process, else the thread with a table of its own: as in fds.'],
    ['other_pid', 'INTEGER', 'Process it was compared with; the process itself where that was no longer there.'],
    ['other_tid', 'INTEGER', 'As tid.'],
    ['result', 'INTEGER', '0: one table. 1 and 2: two, which of them comes first in an order of the kernel. NULL when it gave none.'],
    ['errno', 'TEXT', 'Why there is no result.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'pid']],
};
