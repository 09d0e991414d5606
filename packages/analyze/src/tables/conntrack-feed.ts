import { parseConntrack } from '../procfs/net-conntrack.ts';
import type { Value } from '../render/value.ts';
import { bytesValue, u64Value } from './bytes.ts';
import type { Feed } from './feed.ts';
import { netPath } from './net-path.ts';
import { rowFeed } from './row-feed.ts';

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
