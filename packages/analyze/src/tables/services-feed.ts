import { parseServices } from '../procfs/etc-services.ts';
import { joined } from '../procfs/words.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { rowFeed } from './row-feed.ts';

export const servicesFeeds: readonly Feed[] = [
  rowFeed({
    parser: 'etc-services',
    match: /^etc\/services$/,
    table: 'services',
    parse: parseServices,
    rows:
      ({ sourceId }) =>
      (r) => [bytesValue(r.name), r.port, bytesValue(r.protocol), bytesValue(joined(r.aliases)), sourceId, r.line],
  }),
];
