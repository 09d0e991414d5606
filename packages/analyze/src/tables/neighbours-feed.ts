import { parseArp } from '../procfs/net-arp.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { netPath } from './net-path.ts';
import { rowFeed } from './row-feed.ts';

export const neighboursFeeds: readonly Feed[] = [
  rowFeed({
    parser: 'net-arp',
    match: netPath('arp'),
    table: 'neighbours',
    parse: parseArp,
    rows:
      ({ netNs, sourceId }) =>
      (r) => [netNs, r.address, r.hwType, r.flags, r.hwAddress, r.mask, bytesValue(r.device), sourceId, r.line],
  }),
];
