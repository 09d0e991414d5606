import type { Table } from './table.ts';

export const links: Table = {
  name: 'links',
  doc: 'exe, cwd and root of every process and thread, with what stat told; links to namespaces where no column of processes or threads has what they say.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['pid', 'INTEGER', 'Process id.'],
    ['tid', 'INTEGER', 'Thread id; 0 for the process.'],
    [
      'name',
      'TEXT',
      'exe, cwd, root, or "." for the process directory itself; ns/KIND where the link could not be read or is in no known form, ns/KIND_for_children where children get another namespace.',
    ],
    ['target', 'BYTES', 'Text of the link.'],
    ['target_errno', 'TEXT', 'Why the link could not be read.'],
    ['st_mode', 'INTEGER', 'Type and permission bits from stat.'],
    ['st_nlink', 'U64', 'Links.'],
    ['st_uid', 'INTEGER', 'Owner.'],
    ['st_gid', 'INTEGER', 'Group.'],
    ['st_dev', 'TEXT', 'Device, MAJOR:MINOR.'],
    ['st_ino', 'U64', 'Inode.'],
    ['st_rdev', 'TEXT', 'Device it stands for.'],
    ['st_size', 'U64', 'Bytes.'],
    ['stat_errno', 'TEXT', 'Why stat failed.'],
    ['stat_by_name', 'INTEGER', '1 when stat was taken by name.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  primaryKey: ['capture_id', 'pid', 'tid', 'name'],
  indexes: [],
};
