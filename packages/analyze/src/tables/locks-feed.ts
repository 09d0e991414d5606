import { parseLocks } from '../procfs/proc-locks.ts';
import type { Value } from '../render/value.ts';
import { u64Value } from './bytes.ts';
import type { Feed } from './feed.ts';
import { rowFeed } from './row-feed.ts';

const wide = (n: bigint | null): Value => (n === null ? null : u64Value(n));

export const locksFeeds: readonly Feed[] = [
  rowFeed({
    parser: 'proc-locks',
    match: /^proc\/locks$/,
    table: 'locks',
    parse: parseLocks,
    rows:
      ({ sourceId }) =>
      (r) => [r.id, r.waiting ? 1 : 0, r.kind, r.mode, r.access, r.pid, r.dev, wide(r.inode), wide(r.start), wide(r.end), sourceId, r.line],
  }),
];
