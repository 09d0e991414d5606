import { type MulticastGroup, parseDevMcast, parseIgmp, parseIgmp6 } from '../procfs/net-multicast.ts';
import type { Value } from '../render/value.ts';
import { bytesValue } from './bytes.ts';
import type { Feed, FeedEntry } from './feed.ts';
import { netPath, tableName } from './net-path.ts';
import { rowFeed } from './row-feed.ts';
import type { Table } from './table.ts';

export const multicast: Table = {
  name: 'multicast',
  doc: 'Groups of igmp, igmp6 and dev_mcast.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['source', 'TEXT', 'igmp, igmp6 or dev_mcast.'],
    ['ifindex', 'INTEGER', 'Number of the interface.'],
    ['interface', 'BYTES', 'Interface.'],
    ['group_address', 'TEXT', 'Textual address; hardware address for dev_mcast.'],
    ['users', 'INTEGER', 'Users.'],
    ['version', 'TEXT', 'IGMP version column; NULL elsewhere.'],
    ['timer', 'TEXT', 'Timer column as printed.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'net_ns']],
};

function rows({ netNs, path, sourceId }: FeedEntry): (r: MulticastGroup) => readonly Value[] {
  const source = tableName(path);
  return (r) => [netNs, source, r.ifindex, bytesValue(r.device), r.group, r.users, r.version, r.timer, sourceId, r.line];
}

export const multicastFeeds: readonly Feed[] = [
  rowFeed({ parser: 'net-igmp', match: netPath('igmp'), table: 'multicast', parse: parseIgmp, rows }),
  rowFeed({ parser: 'net-igmp6', match: netPath('igmp6'), table: 'multicast', parse: parseIgmp6, rows }),
  rowFeed({ parser: 'net-dev-mcast', match: netPath('dev_mcast'), table: 'multicast', parse: parseDevMcast, rows }),
];
