import { parseModules } from '../procfs/proc-modules.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { rowFeed } from './row-feed.ts';

export const modulesFeeds: readonly Feed[] = [
  rowFeed({
    parser: 'proc-modules',
    match: /^proc\/modules$/,
    table: 'modules',
    parse: parseModules,
    rows:
      ({ sourceId }) =>
      (r) => [
        bytesValue(r.name),
        r.size,
        r.refcount,
        bytesValue(r.usedBy),
        r.state,
        r.address,
        r.taints === null ? null : bytesValue(r.taints),
        sourceId,
        r.line,
      ],
  }),
];
