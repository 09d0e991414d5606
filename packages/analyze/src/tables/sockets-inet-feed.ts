import type { Parser } from '../procfs/lines.ts';
import { type InetSocket, parseDatagram, parseTcp } from '../procfs/net-inet.ts';
import type { Value } from '../render/value.ts';
import type { Feed, FeedEntry } from './feed.ts';
import { netPath, tableName, wordOr } from './net-path.ts';
import { socketKeyBlocks } from './socket-key-blocks.ts';

/** include/net/tcp_states.h, by number; 12 and 13 are printed by netlink only. */
const STATES: readonly (string | undefined)[] = [
  undefined,
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
];

/** Both kinds of table share their columns; which parser is all that differs. */
function rows({ netNs, pass, path, sourceId }: FeedEntry): (r: InetSocket) => readonly Value[] {
  const proto = tableName(path);
  const family = proto.endsWith('6') ? 6 : 4;
  return (r) => [
    netNs,
    pass,
    proto,
    family,
    r.localAddress,
    r.localPort,
    r.remoteAddress,
    r.remotePort,
    wordOr(STATES, r.state),
    r.state,
    r.slot,
    r.txQueue,
    r.rxQueue,
    r.timer,
    r.timerTicks,
    r.retransmits,
    r.uid,
    r.timeout,
    r.inode,
    r.refcount,
    r.pointer,
    r.rto,
    r.ato,
    r.ack,
    r.cwnd,
    r.ssthresh,
    r.drops,
    r.mini ? 1 : 0,
    sourceId,
    r.line,
  ];
}

/** Each record is one row, and one socket of what two captures are compared by. */
function inetFeed(parser: string, match: RegExp, parse: Parser<InetSocket>): Feed {
  return {
    parser,
    match,
    read(entry, load) {
      const add = load.into('sockets_inet');
      const row = rows(entry);
      const keys = socketKeyBlocks(load);
      const counts = parse(entry.body, load.env, {
        record: (r) => {
          add(row(r));
          keys.socket(r, entry);
        },
        problem: (p) => load.problem(entry, p),
      });
      keys.flush(entry);
      return counts;
    },
  };
}

export const socketsInetFeeds: readonly Feed[] = [
  inetFeed('net-tcp', netPath('tcp6?'), parseTcp),
  inetFeed('net-datagram', netPath('(?:udp|udplite|raw|icmp)6?'), parseDatagram),
];
