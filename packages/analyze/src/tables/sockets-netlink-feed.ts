import { parseNetlink } from '../procfs/net-netlink.ts';
import type { Feed } from './feed.ts';
import { netPath } from './net-path.ts';
import { rowFeed } from './row-feed.ts';

export const socketsNetlinkFeeds: readonly Feed[] = [
  rowFeed({
    parser: 'net-netlink',
    match: netPath('netlink'),
    table: 'sockets_netlink',
    parse: parseNetlink,
    rows:
      ({ netNs, pass, sourceId }) =>
      (r) => [
        netNs,
        pass,
        r.protocol,
        r.portId,
        r.groups,
        r.rmem,
        r.wmem,
        r.refcount,
        r.drops,
        r.inode,
        r.pointer,
        r.dump,
        sourceId,
        r.line,
      ],
  }),
];
