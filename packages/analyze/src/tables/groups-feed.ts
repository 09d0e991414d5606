import { parseGroup } from '../procfs/etc-passwd.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { rowFeed } from './row-feed.ts';

export const groupsFeeds: readonly Feed[] = [
  rowFeed({
    parser: 'etc-group',
    match: /^etc\/group$/,
    table: 'groups',
    parse: parseGroup,
    rows:
      ({ sourceId }) =>
      (r) => [bytesValue(r.name), r.gid, bytesValue(r.members), sourceId, r.line],
  }),
];
