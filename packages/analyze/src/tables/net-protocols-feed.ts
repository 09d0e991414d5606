import { parseNetProtocols } from '../procfs/net-protocols.ts';
import type { Feed } from './feed.ts';
import { netPath } from './net-path.ts';
import { rowFeed } from './row-feed.ts';

export const netProtocolsFeeds: readonly Feed[] = [
  rowFeed({
    parser: 'net-protocols',
    match: netPath('protocols'),
    table: 'net_protocols',
    parse: parseNetProtocols,
    rows:
      ({ netNs, pass, sourceId }) =>
      (r) => [netNs, pass, r.protocol, r.size, r.sockets, r.memory, r.press, r.maxHeader, r.slab, r.module, sourceId, r.line],
  }),
];
