import { parsePasswd } from '../procfs/etc-passwd.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { rowFeed } from './row-feed.ts';

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
