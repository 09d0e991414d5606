import { parseUnix } from '../procfs/net-unix.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { netPath, wordOr } from './net-path.ts';
import { rowFeed } from './row-feed.ts';

/** enum sock_type and socket_state in include/linux/net.h and include/uapi/linux/net.h, by number. */
const TYPES: readonly (string | undefined)[] = Object.assign([], {
  1: 'STREAM',
  2: 'DGRAM',
  3: 'RAW',
  4: 'RDM',
  5: 'SEQPACKET',
  10: 'PACKET',
});
const STATES: readonly string[] = ['FREE', 'UNCONNECTED', 'CONNECTING', 'CONNECTED', 'DISCONNECTING'];
/** __SO_ACCEPTCON, the only flag that is ever printed. */
const LISTENING = 0x10000;

export const socketsUnixFeeds: readonly Feed[] = [
  rowFeed({
    parser: 'net-unix',
    match: netPath('unix'),
    table: 'sockets_unix',
    parse: parseUnix,
    rows:
      ({ netNs, pass, sourceId }) =>
      (r) => [
        netNs,
        pass,
        r.pointer,
        r.refcount,
        r.protocol,
        r.flags,
        Math.floor(r.flags / LISTENING) % 2,
        wordOr(TYPES, r.type),
        r.type,
        wordOr(STATES, r.state),
        r.state,
        r.inode,
        r.path === null ? null : bytesValue(r.path),
        r.lines,
        r.ambiguous ? 1 : 0,
        sourceId,
        r.line,
      ],
  }),
];
