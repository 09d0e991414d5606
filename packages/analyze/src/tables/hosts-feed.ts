import { parseHosts } from '../procfs/etc-hosts.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { rowFeed } from './row-feed.ts';

export const hostsFeeds: readonly Feed[] = [
  rowFeed({
    parser: 'etc-hosts',
    match: /^etc\/hosts$/,
    table: 'hosts',
    parse: parseHosts,
    rows:
      ({ sourceId }) =>
      (r) => [bytesValue(r.address), bytesValue(r.name), r.index, sourceId, r.line],
  }),
];
