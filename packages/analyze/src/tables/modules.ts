import { parseModules } from '../procfs/proc-modules.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { rowFeed } from './row-feed.ts';
import type { Table } from './table.ts';

export const modules: Table = {
  name: 'modules',
  doc: 'Kernel modules.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['name', 'BYTES', 'Module.'],
    ['size', 'INTEGER', 'Bytes.'],
    ['refcount', 'INTEGER', 'References; NULL when printed as -.'],
    ['used_by', 'BYTES', 'Comma list as printed.'],
    ['state', 'TEXT', 'Live, Loading, Unloading.'],
    ['address', 'TEXT', 'Address as printed.'],
    ['taints', 'BYTES', 'Letters in parentheses; NULL when none.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [],
};

export const modulesFeeds: readonly Feed[] = [
  rowFeed({
    parser: 'proc-modules',
    match: /^proc\/modules$/,
    table: 'modules',
    parse: parseModules,
    rows:
      ({ sourceId }) =>
      (r) => [
        bytesValue(r.name),
        r.size,
        r.refcount,
        bytesValue(r.usedBy),
        r.state,
        r.address,
        r.taints === null ? null : bytesValue(r.taints),
        sourceId,
        r.line,
      ],
  }),
];
