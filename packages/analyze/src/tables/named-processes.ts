import type { Table } from './table.ts';

export const namedProcesses: Table = {
  name: 'named_processes',
  doc: 'Processes that other files than their own name: children of processes, members of control groups. Who is named here and in no row of processes was hidden, or is newer.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['kind', 'TEXT', 'children (task/TID/children) or cgroup (cgroup.procs).'],
    ['named_by', 'BYTES', 'PID/TID of the parent, or the path of the control group.'],
    ['pid', 'INTEGER', 'Process that is named.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'pid']],
};
