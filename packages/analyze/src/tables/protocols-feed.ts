import { parseNumberNames } from '../procfs/etc-numbers.ts';
import { joined } from '../procfs/words.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { rowFeed } from './row-feed.ts';

export const protocolsFeeds: readonly Feed[] = [
  rowFeed({
    parser: 'etc-protocols',
    match: /^etc\/protocols$/,
    table: 'protocols',
    parse: parseNumberNames,
    rows:
      ({ sourceId }) =>
      (r) => [bytesValue(r.name), r.number, bytesValue(joined(r.aliases)), sourceId, r.line],
  }),
];
