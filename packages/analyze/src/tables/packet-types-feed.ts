import { parsePtype } from '../procfs/net-ptype.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { netPath } from './net-path.ts';
import { rowFeed } from './row-feed.ts';

export const packetTypesFeeds: readonly Feed[] = [
  rowFeed({
    parser: 'net-ptype',
    match: netPath('ptype'),
    table: 'packet_types',
    parse: parsePtype,
    rows:
      ({ netNs, sourceId }) =>
      (r) => [netNs, r.type, r.device === null ? null : bytesValue(r.device), r.handler, sourceId, r.line],
  }),
];
