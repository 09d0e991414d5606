import { type InterfaceAddress, parseFibTrie, parseIfInet6 } from '../procfs/net-addresses.ts';
import type { Value } from '../render/value.ts';
import { bytesValue } from './bytes.ts';
import type { Feed, FeedEntry } from './feed.ts';
import { netPath } from './net-path.ts';
import { rowFeed } from './row-feed.ts';

function rows({ netNs, sourceId }: FeedEntry): (r: InterfaceAddress) => readonly Value[] {
  return (r) => [
    netNs,
    r.family,
    r.address,
    r.prefix,
    r.scope,
    r.flags,
    r.device === null ? null : bytesValue(r.device),
    r.ifindex,
    sourceId,
    r.line,
  ];
}

export const interfaceAddressesFeeds: readonly Feed[] = [
  rowFeed({ parser: 'net-if-inet6', match: netPath('if_inet6'), table: 'interface_addresses', parse: parseIfInet6, rows }),
  rowFeed({ parser: 'net-fib-trie', match: netPath('fib_trie'), table: 'interface_addresses', parse: parseFibTrie, rows }),
];
