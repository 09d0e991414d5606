import { parseDevices } from '../procfs/proc-devices.ts';
import { bytesValue } from './bytes.ts';
import type { Feed } from './feed.ts';
import { rowFeed } from './row-feed.ts';

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
