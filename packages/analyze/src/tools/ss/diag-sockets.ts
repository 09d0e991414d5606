import type { Value } from '../../render/value.ts';
import type { ToolContext } from '../tool.ts';
import { type DiagRow, diagOf, diagRows, num } from './dumped.ts';
import type { Sock } from './sock.ts';
import { BOUND, CLOSE } from './states.ts';
import type { TableName } from './tables.ts';

type Source = Pick<ToolContext, 'db' | 'captureId' | 'netns'>;
type Namespaces = ReadonlySet<number | null>;

/** Sockets of the kernel's own dump, family by family, in the order in which the kernel gave them: as ss itself lists them. */

/** What all of them have, from columns of the same names. */
function base(
  source: Source,
  row: DiagRow,
): Pick<Sock, 'inode' | 'uid' | 'pointer' | 'netNs' | 'sourceId' | 'line' | 'recvQ' | 'sendQ' | 'diag'> {
  const cookie = row['cookie'];
  return {
    recvQ: num(row, 'rx_queue'),
    sendQ: num(row, 'tx_queue'),
    inode: num(row, 'inode'),
    uid: num(row, 'uid'),
    pointer: cookie === null || cookie === undefined || cookie instanceof Uint8Array ? null : BigInt(cookie).toString(16),
    netNs: num(row, 'net_ns'),
    sourceId: num(row, 'source_id') ?? 0,
    line: num(row, 'line') ?? 0,
    diag: diagOf(source, row),
  };
}

const address = (row: DiagRow, column: string): string | null => (typeof row[column] === 'string' ? row[column] : null);

/** `netid` is that of the table; of raw sockets ICMPv6 has its own. */
export function* inetSockets(source: Source, netid: string, proto: string, among: Namespaces): Generator<Sock> {
  for (const row of diagRows(source, 'diag_inet', among, 'AND proto = ?', proto)) {
    const state = num(row, 'state_raw') ?? 0;
    yield {
      ...base(source, row),
      netid: netid === 'raw' && num(row, 'sk_protocol') === 58 ? 'icmp6' : netid,
      // A TCP socket that the kernel lists as closed is bound, and neither listens nor connects (6.8 and later).
      state: netid === 'tcp' && state === CLOSE ? BOUND : state,
      family: 'inet',
      local: address(row, 'local_address'),
      localPort: num(row, 'local_port'),
      peer: address(row, 'remote_address'),
      peerPort: num(row, 'remote_port'),
      inet: {
        ipFamily: num(row, 'family') === 6 ? 6 : 4,
        timer: num(row, 'timer'),
        timerTicks: null,
        retransmits: num(row, 'retransmits'),
        probes: num(row, 'retransmits'),
        rto: null,
        ato: null,
        ack: null,
        cwnd: null,
        ssthresh: null,
      },
    };
  }
}

const UNIX: ReadonlyMap<number, readonly [TableName, string]> = new Map<number, readonly [TableName, string]>([
  [1, ['unix_stream', 'u_str']],
  [2, ['unix_dgram', 'u_dgr']],
  [5, ['unix_seqpacket', 'u_seq']],
]);

export function* unixSockets(source: Source, tables: ReadonlySet<TableName>, among: Namespaces): Generator<Sock> {
  for (const row of diagRows(source, 'diag_unix', among)) {
    const type = num(row, 'type_raw') ?? 0;
    const [table, netid] = UNIX.get(type) ?? (['unix_stream', `u_${type}`] as const);
    if (!tables.has(table)) continue;
    yield {
      ...base(source, row),
      netid,
      state: num(row, 'state_raw') ?? 0,
      family: 'unix',
      local: unixName(row['path'] ?? null),
      localPort: num(row, 'inode'),
      peer: null,
      peerPort: num(row, 'peer_inode') ?? 0,
    };
  }
}

/** As /proc/net/unix and ss write an abstract name: `@` for each NUL in it. */
function unixName(path: Value): string | Uint8Array | null {
  if (path === null || typeof path === 'number' || typeof path === 'bigint') return null;
  if (typeof path === 'string' || path[0] !== 0) return path;
  return Buffer.from(path).map((byte) => (byte === 0 ? 0x40 : byte));
}

export function* packetSockets(source: Source, tables: ReadonlySet<TableName>, among: Namespaces): Generator<Sock> {
  for (const row of diagRows(source, 'diag_packet', among)) {
    const dgram = num(row, 'type_raw') === 2;
    if (!tables.has(dgram ? 'packet_dgram' : 'packet_raw')) continue;
    const protocol = num(row, 'protocol');
    yield {
      ...base(source, row),
      recvQ: num(row, 'rmem_alloc'),
      netid: dgram ? 'p_dgr' : 'p_raw',
      state: CLOSE,
      family: 'packet',
      local: protocol === null ? null : String(protocol),
      localPort: num(row, 'ifindex'),
      peer: null,
      peerPort: null,
    };
  }
}

/** A socket in several groups stands several times in the dump, and in the list of ss; with `once` a single time. */
export function* netlinkSockets(source: Source, among: Namespaces, once: boolean): Generator<Sock> {
  const seen = new Set<Value>();
  for (const row of diagRows(source, 'diag_netlink', among)) {
    const cookie = row['cookie'] ?? null;
    if (once && cookie !== null && seen.has(cookie)) continue;
    seen.add(cookie);
    const protocol = num(row, 'protocol');
    const connected = num(row, 'state_raw') === 1;
    const group = num(row, 'peer_group');
    const common = base(source, row);
    yield {
      ...common,
      recvQ: num(row, 'rmem_alloc'),
      sendQ: num(row, 'wmem_alloc'),
      netid: 'nl',
      state: CLOSE,
      family: 'netlink',
      local: protocol === null ? null : String(protocol),
      localPort: num(row, 'port_id'),
      peer: connected && group !== null ? String(group) : null,
      peerPort: connected ? num(row, 'peer_port_id') : null,
      groups: groups(row['groups'] ?? null, common.diag?.bigEndian() ?? false),
    };
  }
}

/** The lowest 32 groups in hex, as /proc/net/netlink prints them; the map is made of words of the host. */
function groups(map: Value, bigEndian: boolean): string {
  if (!(map instanceof Uint8Array) || map.length < 4) return '00000000';
  if (!bigEndian) return Buffer.from(map.subarray(0, 4)).reverse().toString('hex');
  return Buffer.from(map.length < 8 ? map.subarray(0, 4) : map.subarray(4, 8)).toString('hex');
}

export function* vsockSockets(source: Source, tables: ReadonlySet<TableName>, among: Namespaces): Generator<Sock> {
  for (const row of diagRows(source, 'diag_vsock', among)) {
    const dgram = num(row, 'type_raw') === 2;
    if (!tables.has(dgram ? 'vsock_dgram' : 'vsock_stream')) continue;
    const [local, peer] = [num(row, 'local_cid'), num(row, 'remote_cid')];
    yield {
      ...base(source, row),
      recvQ: 0,
      sendQ: 0,
      netid: dgram ? 'v_dgr' : 'v_str',
      state: num(row, 'state_raw') ?? 0,
      family: 'vsock',
      local: local === null ? null : String(local),
      localPort: num(row, 'local_port'),
      peer: peer === null ? null : String(peer),
      peerPort: num(row, 'remote_port'),
    };
  }
}

export function* xdpSockets(source: Source, among: Namespaces): Generator<Sock> {
  for (const row of diagRows(source, 'diag_xdp', among)) {
    yield {
      ...base(source, row),
      recvQ: num(row, 'rmem_alloc') ?? 0,
      sendQ: 0,
      netid: 'xdp',
      state: CLOSE,
      family: 'xdp',
      local: null,
      localPort: num(row, 'queue_id'),
      peer: null,
      peerPort: null,
    };
  }
}
