import { parsePacket } from '../procfs/net-packet.ts';
import type { Feed } from './feed.ts';
import { netPath, wordOr } from './net-path.ts';
import { rowFeed } from './row-feed.ts';

/** enum sock_type in include/linux/net.h, by number: those that a packet socket can have. */
const TYPES: readonly (string | undefined)[] = Object.assign([], { 2: 'SOCK_DGRAM', 3: 'SOCK_RAW', 10: 'SOCK_PACKET' });

export const socketsPacketFeeds: readonly Feed[] = [
  rowFeed({
    parser: 'net-packet',
    match: netPath('packet'),
    table: 'sockets_packet',
    parse: parsePacket,
    rows:
      ({ netNs, pass, sourceId }) =>
      (r) => [
        netNs,
        pass,
        r.pointer,
        r.refcount,
        r.type,
        r.type === null ? null : wordOr(TYPES, r.type),
        r.protocol,
        r.ifindex,
        r.running,
        r.rmem,
        r.uid,
        r.inode,
        sourceId,
        r.line,
      ],
  }),
];
