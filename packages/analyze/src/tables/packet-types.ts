import { parsePtype } from '../procfs/net-ptype.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { netPath } from './net-path.ts';
import { rowFeed } from './row-feed.ts';
import type { Table } from './table.ts';

export const packetTypes: Table = {
  name: 'packet_types',
  doc: 'Rows of /proc/net/ptype.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['type', 'TEXT', 'ALL or ethertype in hex.'],
    ['device', 'BYTES', 'Interface; NULL for all.'],
    ['function', 'TEXT', 'Handler as printed.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'net_ns']],
};

export const packetTypesFeeds: readonly Feed[] = [
  rowFeed({
    parser: 'net-ptype',
    match: netPath('ptype'),
    table: 'packet_types',
    parse: parsePtype,
    rows:
      ({ netNs, sourceId }) =>
      (r) => [netNs, r.type, r.device === null ? null : bytesValue(r.device), r.handler, sourceId, r.line],
  }),
];
