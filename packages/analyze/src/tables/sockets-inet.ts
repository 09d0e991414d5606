import { type InetSocket, parseDatagram, parseTcp } from '../procfs/net-inet.ts';
import type { Value } from '../render/value.ts';
import type { Feed, FeedEntry } from './feed.ts';
import { netPath, tableName, wordOr } from './net-path.ts';
import { rowFeed } from './row-feed.ts';
import type { Table } from './table.ts';

export const socketsInet: Table = {
  name: 'sockets_inet',
  doc: 'Rows of tcp, tcp6, udp, udp6, udplite, udplite6, raw, raw6, icmp, icmp6, of both passes.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['pass', 'TEXT', 'A or B.'],
    ['proto', 'TEXT', 'tcp, tcp6, udp, udp6, udplite, udplite6, raw, raw6, icmp, icmp6.'],
    ['family', 'INTEGER', '4 or 6.'],
    ['local_address', 'TEXT', 'Textual address; :: forms as inet_ntop gives them (IPv4-mapped as ::ffff:1.2.3.4).'],
    ['local_port', 'INTEGER', 'Port; protocol number for raw, echo id for icmp.'],
    ['remote_address', 'TEXT', 'Textual address.'],
    ['remote_port', 'INTEGER', 'Port.'],
    [
      'state',
      'TEXT',
      'ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN CLOSING; for others the same names by number; 0xNN when unknown.',
    ],
    ['state_raw', 'INTEGER', 'Number of the state.'],
    ['slot', 'INTEGER', 'Running number or hash bucket, first column.'],
    ['tx_queue', 'INTEGER', 'Bytes.'],
    ['rx_queue', 'INTEGER', 'Bytes; for LISTEN the length of the accept queue.'],
    ['timer', 'INTEGER', '0 none, 1 retransmit, 2 keepalive, 3 time wait, 4 zero window probe.'],
    ['timer_ticks', 'INTEGER', 'Ticks until it expires.'],
    ['retransmits', 'INTEGER', 'retrnsmt.'],
    ['uid', 'INTEGER', 'Owner of the socket inode.'],
    ['timeout', 'INTEGER', 'Unanswered probes.'],
    ['inode', 'INTEGER', 'Inode; 0 when the kernel has no socket inode for it.'],
    ['refcount', 'INTEGER', 'References.'],
    ['pointer', 'TEXT', 'Kernel pointer as printed.'],
    ['rto', 'INTEGER', 'Retransmit timeout, ticks.'],
    ['ato', 'INTEGER', 'Delayed ack timeout, ticks.'],
    ['ack', 'INTEGER', '(quick << 1) or pingpong.'],
    ['cwnd', 'INTEGER', 'Congestion window, segments.'],
    ['ssthresh', 'INTEGER', 'Slow start threshold; -1 as printed; for LISTEN the Fast Open queue.'],
    ['drops', 'INTEGER', 'Datagrams dropped.'],
    ['mini', 'INTEGER', '1 for time-wait and request rows, which are short.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [
    ['capture_id', 'net_ns', 'pass', 'proto'],
    ['capture_id', 'inode'],
  ],
};

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

export const socketsInetFeeds: readonly Feed[] = [
  rowFeed({ parser: 'net-tcp', match: netPath('tcp6?'), table: 'sockets_inet', parse: parseTcp, rows }),
  rowFeed({ parser: 'net-datagram', match: netPath('(?:udp|udplite|raw|icmp)6?'), table: 'sockets_inet', parse: parseDatagram, rows }),
];
