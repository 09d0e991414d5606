import { parseGroup } from '../procfs/etc-passwd.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import type { Table } from './table.ts';

export const groups: Table = {
  name: 'groups',
  doc: '/etc/group of the host.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['name', 'BYTES', 'Group.'],
    ['gid', 'INTEGER', 'Number.'],
    ['members', 'BYTES', 'Comma list.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'gid']],
};

export const groupsFeeds: readonly Feed[] = [
  {
    parser: 'etc-group',
    match: /^etc\/group$/,
    read(entry, load) {
      const add = load.into('groups');
      return parseGroup(entry.body, load.env, {
        record: (r) => add([bytesValue(r.name), r.gid, bytesValue(r.members), entry.sourceId, r.line]),
        problem: (p) => load.problem(entry, p),
      });
    },
  },
];
