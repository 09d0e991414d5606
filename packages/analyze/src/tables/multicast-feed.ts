import { type MulticastGroup, parseDevMcast, parseIgmp, parseIgmp6 } from '../procfs/net-multicast.ts';
import type { Value } from '../render/value.ts';
import { bytesValue } from './bytes.ts';
import type { Feed, FeedEntry } from './feed.ts';
import { netPath, tableName } from './net-path.ts';
import { rowFeed } from './row-feed.ts';

function rows({ netNs, path, sourceId }: FeedEntry): (r: MulticastGroup) => readonly Value[] {
  const source = tableName(path);
  return (r) => [netNs, source, r.ifindex, bytesValue(r.device), r.group, r.users, r.version, r.timer, sourceId, r.line];
}

export const multicastFeeds: readonly Feed[] = [
  rowFeed({ parser: 'net-igmp', match: netPath('igmp'), table: 'multicast', parse: parseIgmp, rows }),
  rowFeed({ parser: 'net-igmp6', match: netPath('igmp6'), table: 'multicast', parse: parseIgmp6, rows }),
  rowFeed({ parser: 'net-dev-mcast', match: netPath('dev_mcast'), table: 'multicast', parse: parseDevMcast, rows }),
];
