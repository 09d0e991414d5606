import type { Table } from './table.ts';

export const mounts: Table = {
  name: 'mounts',
  doc: 'Mounts of each mount namespace.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['mnt_ns', 'INTEGER', 'Mount namespace.'],
    ['pid', 'INTEGER', 'Process whose mountinfo it is.'],
    ['mnt_id', 'INTEGER', 'Id of the mount.'],
    ['parent_id', 'INTEGER', 'Id of the parent mount.'],
    ['dev', 'TEXT', 'MAJOR:MINOR of the file system.'],
    ['root', 'BYTES', 'Root of the mount within the file system.'],
    ['mount_point', 'BYTES', "Where it is mounted, relative to the process' root."],
    ['options', 'BYTES', 'Options of the mount.'],
    ['optional', 'BYTES', 'Optional fields, blank separated.'],
    ['fstype', 'BYTES', 'File system type.'],
    ['source', 'BYTES', 'Device or source.'],
    ['super_options', 'BYTES', 'Options of the file system.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'mnt_ns', 'mnt_id']],
};
