import type { Table } from './table.ts';

export const namespaces: Table = {
  name: 'namespaces',
  doc: 'Every namespace that a process or thread of the capture lives in, or that a descriptor or mount pins.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['kind', 'TEXT', 'net, mnt, pid, user, uts, ipc, cgroup, time.'],
    ['inode', 'INTEGER', 'Number of the namespace.'],
    ['processes', 'INTEGER', 'How many processes live in it.'],
    ['pid', 'INTEGER', 'Lowest process id in it; NULL when none.'],
    ['tid', 'INTEGER', 'Thread id, when only a thread lives in it.'],
    ['own', 'INTEGER', '1 for the namespace of the capture itself.'],
    ['tables', 'INTEGER', 'For net: 1 when its socket tables were captured.'],
    ['pinned_by', 'TEXT', 'fd or mount, when no process lives in it.'],
  ],
  primaryKey: ['capture_id', 'kind', 'inode'],
  indexes: [],
};
