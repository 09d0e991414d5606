import { parseSctpAssociations, parseSctpEndpoints, type SctpSocket } from '../procfs/net-sctp.ts';
import type { Value } from '../render/value.ts';
import type { Feed, FeedEntry } from './feed.ts';
import { netPath } from './net-path.ts';
import { rowFeed } from './row-feed.ts';

function rows({ netNs, pass, sourceId }: FeedEntry): (r: SctpSocket) => readonly Value[] {
  return (r) => [
    netNs,
    pass,
    r.kind,
    r.pointer,
    r.localPort,
    r.remotePort,
    r.localAddresses,
    r.remoteAddresses,
    r.state,
    r.socketState,
    r.txQueue,
    r.rxQueue,
    r.uid,
    r.inode,
    r.text,
    sourceId,
    r.line,
  ];
}

export const socketsSctpFeeds: readonly Feed[] = [
  rowFeed({ parser: 'net-sctp-eps', match: netPath('sctp/eps'), table: 'sockets_sctp', parse: parseSctpEndpoints, rows }),
  rowFeed({ parser: 'net-sctp-assocs', match: netPath('sctp/assocs'), table: 'sockets_sctp', parse: parseSctpAssociations, rows }),
];
