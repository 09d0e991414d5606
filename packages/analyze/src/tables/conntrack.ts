import { parseConntrack } from '../procfs/net-conntrack.ts';
import type { Value } from '../render/value.ts';
import { bytesValue, u64Value } from './bytes.ts';
import type { Feed } from './feed.ts';
import { netPath } from './net-path.ts';
import { rowFeed } from './row-feed.ts';
import type { Table } from './table.ts';

export const conntrack: Table = {
  name: 'conntrack',
  doc: 'Connections of nf_conntrack, when captured on request.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['family', 'TEXT', 'ipv4 or ipv6; NULL in the old form.'],
    ['protocol', 'TEXT', 'tcp, udp, icmp and so on.'],
    ['protocol_number', 'INTEGER', 'Number.'],
    ['timeout', 'INTEGER', 'Seconds; NULL when offloaded.'],
    ['state', 'TEXT', 'State; NULL where there is none.'],
    ['src', 'TEXT', 'Source of the original direction.'],
    ['dst', 'TEXT', 'Destination.'],
    ['sport', 'INTEGER', 'Port.'],
    ['dport', 'INTEGER', 'Port.'],
    ['reply_src', 'TEXT', 'Source of the reply direction.'],
    ['reply_dst', 'TEXT', 'Destination.'],
    ['reply_sport', 'INTEGER', 'Port.'],
    ['reply_dport', 'INTEGER', 'Port.'],
    ['packets', 'U64', 'Original direction.'],
    ['bytes', 'U64', 'Original direction.'],
    ['reply_packets', 'U64', 'Reply direction.'],
    ['reply_bytes', 'U64', 'Reply direction.'],
    ['flags', 'TEXT', 'ASSURED UNREPLIED OFFLOAD …, blank separated.'],
    ['mark', 'INTEGER', 'Mark.'],
    ['text', 'BYTES', 'The line.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'net_ns']],
};

const wide = (n: bigint | null): Value => (n === null ? null : u64Value(n));

export const conntrackFeeds: readonly Feed[] = [
  rowFeed({
    parser: 'net-conntrack',
    match: netPath('(?:nf|ip)_conntrack'),
    table: 'conntrack',
    parse: parseConntrack,
    rows:
      ({ netNs, sourceId }) =>
      (r) => [
        netNs,
        r.family,
        r.protocol,
        r.protocolNumber,
        r.timeout,
        r.state,
        r.original.src,
        r.original.dst,
        r.original.sport,
        r.original.dport,
        r.reply.src,
        r.reply.dst,
        r.reply.sport,
        r.reply.dport,
        wide(r.original.packets),
        wide(r.original.bytes),
        wide(r.reply.packets),
        wide(r.reply.bytes),
        r.flags,
        r.mark,
        bytesValue(r.text),
        sourceId,
        r.line,
      ],
  }),
];
