import { parseIpv6Route, parseRoute, type Route } from '../procfs/net-route.ts';
import type { Value } from '../render/value.ts';
import { bytesValue } from './bytes.ts';
import type { Feed, FeedEntry } from './feed.ts';
import { netPath } from './net-path.ts';
import { rowFeed } from './row-feed.ts';

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
