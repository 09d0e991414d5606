import type { Table } from './table.ts';

export const cgroups: Table = {
  name: 'cgroups',
  doc: 'Control groups (version 2) that were mounted where the capture ran, with the number that sockets bear.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['id', 'U64', 'Inode of the directory: cgroup_id of diag_inet. NULL when stat failed.'],
    ['mount', 'BYTES', 'Where its hierarchy is mounted.'],
    ['path', 'BYTES', 'Below the mount; / for its root.'],
    ['st_mode', 'INTEGER', 'Type and permission bits of the directory.'],
    ['st_uid', 'INTEGER', 'Owner: who may make groups in it.'],
    ['st_gid', 'INTEGER', 'Group.'],
    ['st_dev', 'TEXT', 'Device, MAJOR:MINOR.'],
    ['stat_errno', 'TEXT', 'Why stat failed.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'id']],
};
