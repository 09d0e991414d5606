import { parseDevices } from '../procfs/proc-devices.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { rowFeed } from './row-feed.ts';
import type { Table } from './table.ts';

export const devices: Table = {
  name: 'devices',
  doc: 'Device majors.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['kind', 'TEXT', 'character or block.'],
    ['major', 'INTEGER', 'Number.'],
    ['name', 'BYTES', 'Driver.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [],
};

export const devicesFeeds: readonly Feed[] = [
  rowFeed({
    parser: 'proc-devices',
    match: /^proc\/devices$/,
    table: 'devices',
    parse: parseDevices,
    rows:
      ({ sourceId }) =>
      (r) => [r.kind, r.major, bytesValue(r.name), sourceId, r.line],
  }),
];
