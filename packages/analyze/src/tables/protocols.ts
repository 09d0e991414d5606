import { parseNumberNames } from '../procfs/etc-numbers.ts';
import { joined } from '../procfs/words.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { rowFeed } from './row-feed.ts';
import type { Table } from './table.ts';

export const protocols: Table = {
  name: 'protocols',
  doc: '/etc/protocols of the host.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['name', 'BYTES', 'Protocol.'],
    ['number', 'INTEGER', 'Number.'],
    ['aliases', 'BYTES', 'Blank separated.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [],
};

export const protocolsFeeds: readonly Feed[] = [
  rowFeed({
    parser: 'etc-protocols',
    match: /^etc\/protocols$/,
    table: 'protocols',
    parse: parseNumberNames,
    rows:
      ({ sourceId }) =>
      (r) => [bytesValue(r.name), r.number, bytesValue(joined(r.aliases)), sourceId, r.line],
  }),
];
