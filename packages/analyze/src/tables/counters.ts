import { type Counter, parseCounterLines, parseCounterPairs, parseSockstat } from '../procfs/net-counters.ts';
import type { Value } from '../render/value.ts';
import { u64Value } from './bytes.ts';
import type { Feed, FeedEntry } from './feed.ts';
import { netPath, tableName } from './net-path.ts';
import { rowFeed } from './row-feed.ts';
import type { Table } from './table.ts';

export const counters: Table = {
  name: 'counters',
  doc: 'Counters of snmp, netstat, snmp6, sockstat, sockstat6, sctp/snmp.',
  columns: [
    ['capture_id', 'INTEGER', 'Capture the row belongs to.'],
    ['net_ns', 'INTEGER', 'Network namespace.'],
    ['pass', 'TEXT', 'A or B.'],
    ['file', 'TEXT', 'snmp, netstat, snmp6, sockstat, sockstat6, sctp_snmp.'],
    ['prefix', 'TEXT', 'Tcp, Ip, TcpExt, TCP, sockets …; NULL where there is none.'],
    ['name', 'TEXT', 'Name of the counter.'],
    ['value', 'U64', 'Value; negative only where the kernel prints it so.'],
    ['source_id', 'INTEGER', 'Source it was read from.'],
    ['line', 'INTEGER', 'Line in that source, counted from 1.'],
  ],
  indexes: [['capture_id', 'net_ns', 'pass', 'file']],
};

function rows({ netNs, pass, path, sourceId }: FeedEntry): (r: Counter) => readonly Value[] {
  const file = path.endsWith('/sctp/snmp') ? 'sctp_snmp' : tableName(path);
  return (r) => [netNs, pass, file, r.prefix, r.name, r.value === null ? null : u64Value(r.value), sourceId, r.line];
}

export const countersFeeds: readonly Feed[] = [
  rowFeed({ parser: 'net-counter-pairs', match: netPath('(?:snmp|netstat)'), table: 'counters', parse: parseCounterPairs, rows }),
  rowFeed({ parser: 'net-counter-lines', match: netPath('(?:snmp6|sctp/snmp)'), table: 'counters', parse: parseCounterLines, rows }),
  rowFeed({ parser: 'net-sockstat', match: netPath('sockstat6?'), table: 'counters', parse: parseSockstat, rows }),
];
