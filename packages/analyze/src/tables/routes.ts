import { parseIpv6Route, parseRoute, type Route } from '../procfs/net-route.ts';
import type { Value } from '../render/value.ts';
import { bytesValue } from './bytes.ts';
import type { Feed, FeedEntry } from './feed.ts';
import { netPath } from './net-path.ts';
import { rowFeed } from './row-feed.ts';
import type { Table } from './table.ts';

export const routes: Table = {
  name: 'routes',
  doc: 'Rows of route and ipv6_route.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['family', 'INTEGER', '4 or 6.'],
    ['destination', 'TEXT', 'Textual address.'],
    ['prefix', 'INTEGER', 'Length of the prefix (for IPv4 of the mask; NULL when the mask is not contiguous).'],
    ['mask', 'TEXT', 'Mask, for IPv4.'],
    ['source', 'TEXT', 'Source address, for IPv6.'],
    ['source_prefix', 'INTEGER', 'Its prefix, for IPv6.'],
    ['gateway', 'TEXT', 'Next hop.'],
    ['interface', 'BYTES', 'Interface; NULL when the route has none (printed as *).'],
    ['flags', 'INTEGER', 'RTF_ flags.'],
    ['refcount', 'INTEGER', 'References.'],
    ['use', 'INTEGER', 'Uses.'],
    ['metric', 'INTEGER', 'Metric.'],
    ['mtu', 'INTEGER', 'MTU, for IPv4.'],
    ['window', 'INTEGER', 'Window, for IPv4.'],
    ['irtt', 'INTEGER', 'Initial round trip time, for IPv4.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'net_ns']],
};

function rows({ netNs, sourceId }: FeedEntry): (r: Route) => readonly Value[] {
  return (r) => [
    netNs,
    r.family,
    r.destination,
    r.prefix,
    r.mask,
    r.source,
    r.sourcePrefix,
    r.gateway,
    r.device === null ? null : bytesValue(r.device),
    r.flags,
    r.refcount,
    r.use,
    r.metric,
    r.mtu,
    r.window,
    r.irtt,
    sourceId,
    r.line,
  ];
}

export const routesFeeds: readonly Feed[] = [
  rowFeed({ parser: 'net-route', match: netPath('route'), table: 'routes', parse: parseRoute, rows }),
  rowFeed({ parser: 'net-ipv6-route', match: netPath('ipv6_route'), table: 'routes', parse: parseIpv6Route, rows }),
];
