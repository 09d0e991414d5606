import { parseNetProtocols } from '../procfs/net-protocols.ts';
import type { Feed } from './feed.ts';
import { netPath } from './net-path.ts';
import { rowFeed } from './row-feed.ts';
import type { Table } from './table.ts';

export const netProtocols: Table = {
  name: 'net_protocols',
  doc: 'Rows of /proc/net/protocols.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['pass', 'TEXT', 'A or B.'],
    ['protocol', 'TEXT', 'Name.'],
    ['size', 'INTEGER', 'Bytes of a socket.'],
    ['sockets', 'INTEGER', 'Sockets in this namespace.'],
    ['memory', 'INTEGER', 'Pages; -1 as printed.'],
    ['press', 'TEXT', 'yes, no or NI.'],
    ['max_header', 'INTEGER', 'Bytes.'],
    ['slab', 'TEXT', 'yes or no.'],
    ['module', 'TEXT', 'kernel or module.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'net_ns', 'pass']],
};

export const netProtocolsFeeds: readonly Feed[] = [
  rowFeed({
    parser: 'net-protocols',
    match: netPath('protocols'),
    table: 'net_protocols',
    parse: parseNetProtocols,
    rows:
      ({ netNs, pass, sourceId }) =>
      (r) => [netNs, pass, r.protocol, r.size, r.sockets, r.memory, r.press, r.maxHeader, r.slab, r.module, sourceId, r.line],
  }),
];
