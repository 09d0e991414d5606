import { parseLocks } from '../procfs/proc-locks.ts';
import type { Value } from '../render/value.ts';
import { u64Value } from './bytes.ts';
import type { Feed } from './feed.ts';
import { rowFeed } from './row-feed.ts';
import type { Table } from './table.ts';

export const locks: Table = {
  name: 'locks',
  doc: 'File locks.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['lock_id', 'INTEGER', 'Number.'],
    ['waiting', 'INTEGER', '1 for a waiter.'],
    ['class', 'TEXT', 'POSIX, FLOCK, OFDLCK, LEASE, ACCESS.'],
    ['mode', 'TEXT', 'ADVISORY, MANDATORY, MSNFS, BREAKING, ACTIVE and so on.'],
    ['access', 'TEXT', 'READ, WRITE, RW, NONE, UNLCK.'],
    ['pid', 'INTEGER', "Holder in the reader's pid namespace; -1 as printed for OFD and remote."],
    ['dev', 'TEXT', 'MAJOR:MINOR decimal.'],
    ['inode', 'U64', 'Inode.'],
    ['start', 'U64', 'First byte.'],
    ['end', 'U64', 'Last byte; NULL for EOF.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'pid']],
};

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
