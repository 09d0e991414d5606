import { type Counter, parseCounterLines, parseCounterPairs, parseSockstat } from '../procfs/net-counters.ts';
import type { Value } from '../render/value.ts';
import { u64Value } from './bytes.ts';
import type { Feed, FeedEntry } from './feed.ts';
import { netPath, tableName } from './net-path.ts';
import { rowFeed } from './row-feed.ts';

function rows({ netNs, pass, path, sourceId }: FeedEntry): (r: Counter) => readonly Value[] {
  const file = path.endsWith('/sctp/snmp') ? 'sctp_snmp' : tableName(path);
  return (r) => [netNs, pass, file, r.prefix, r.name, r.value === null ? null : u64Value(r.value), sourceId, r.line];
}

export const countersFeeds: readonly Feed[] = [
  rowFeed({ parser: 'net-counter-pairs', match: netPath('(?:snmp|netstat)'), table: 'counters', parse: parseCounterPairs, rows }),
  rowFeed({ parser: 'net-counter-lines', match: netPath('(?:snmp6|sctp/snmp)'), table: 'counters', parse: parseCounterLines, rows }),
  rowFeed({ parser: 'net-sockstat', match: netPath('sockstat6?'), table: 'counters', parse: parseSockstat, rows }),
];
