import { parsePasswd } from '../procfs/etc-passwd.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { rowFeed } from './row-feed.ts';
import type { Table } from './table.ts';

export const users: Table = {
  name: 'users',
  doc: '/etc/passwd of the host.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['name', 'BYTES', 'Login.'],
    ['uid', 'INTEGER', 'Number.'],
    ['gid', 'INTEGER', 'Primary group.'],
    ['description', 'BYTES', 'GECOS.'],
    ['directory', 'BYTES', 'Home.'],
    ['shell', 'BYTES', 'Shell.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'uid']],
};

export const usersFeeds: readonly Feed[] = [
  rowFeed({
    parser: 'etc-passwd',
    match: /^etc\/passwd$/,
    table: 'users',
    parse: parsePasswd,
    rows:
      ({ sourceId }) =>
      (r) => [bytesValue(r.name), r.uid, r.gid, bytesValue(r.description), bytesValue(r.directory), bytesValue(r.shell), sourceId, r.line],
  }),
];
