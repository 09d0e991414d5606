import type { ToolContext } from '../tool.ts';
import { inetSockets, netlinkSockets, packetSockets, unixSockets, vsockSockets, xdpSockets } from './diag-sockets.ts';
import { dumped } from './dumped.ts';
import { procInet, procNetlink, procPacket, procUnix } from './proc-sockets.ts';
import type { Sock } from './sock.ts';
import { BOUND } from './states.ts';
import type { TableName } from './tables.ts';

/** Where sockets come from. */
export interface SocketSource extends Pick<ToolContext, 'db' | 'captureId' | 'netns'> {
  /** As ss does: unix datagram sockets read from /proc are all shown ESTAB. */
  readonly strict: boolean;
}

/**
 * Table by table in the order of ss. Of each namespace the kernel's own dump is taken where it was captured to its end, else /proc, as ss does;
 * there packet sockets come in the order of the file, unix sockets by type and inode.
 */
export function* sockets(source: SocketSource, tables: ReadonlySet<TableName>): Generator<Sock> {
  if (tables.has('netlink')) yield* both(source, ['netlink'], (ns) => netlinkSockets(source, ns, !source.strict), procNetlink(source));
  yield* both(source, ['packet'], (ns) => packetSockets(source, tables, ns), procPacket(source, tables));
  yield* both(source, ['unix'], (ns) => unixSockets(source, tables, ns), procUnix(source, tables));
  for (const netid of INET) {
    if (!tables.has(netid)) continue;
    for (const [proto, dump] of [
      [netid, `inet-${netid}`],
      [`${netid}6`, `inet6-${netid}`],
    ] as const) {
      const dumps = netid === 'tcp' ? [dump, 'tcpdiag'] : [dump];
      yield* both(source, dumps, (ns) => inetSockets(source, netid, proto, ns), procInet(source, netid, [proto]));
    }
  }
  yield* vsockSockets(source, tables, dumped(source, ['vsock']));
  if (tables.has('xdp')) yield* xdpSockets(source, dumped(source, ['xdp']));
}

const INET: readonly TableName[] = ['raw', 'udp', 'tcp', 'mptcp', 'dccp', 'sctp'];

/** Sockets of the dumps, then those of /proc of the namespaces that have none. */
function* both(
  source: SocketSource,
  dumps: readonly string[],
  kernel: (among: ReadonlySet<number | null>) => Iterable<Sock>,
  proc: Iterable<Sock>,
): Generator<Sock> {
  const among = dumped(source, dumps);
  for (const sock of kernel(among)) {
    // ss 6.1 does not ask for sockets that are only bound.
    if (!(source.strict && sock.state === BOUND)) yield sock;
  }
  if (among.size > 0 && source.netns !== 'all') return;
  for (const sock of proc) if (!among.has(sock.netNs)) yield sock;
}
