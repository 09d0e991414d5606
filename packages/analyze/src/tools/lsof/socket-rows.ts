import { type ByteOrder, hexAddress } from './hex-address.ts';
import type { Ends } from './open-file.ts';
import { ETHERTYPES, INET_PROTOCOLS, NETLINK } from './socket-words.ts';

/** One row of a socket table, in the words this tool prints. */
export interface SocketRow {
  readonly inode: number;
  /** TYPE: IPv4 IPv6 unix netlink pack raw raw6 icmp sock. */
  readonly type: string;
  /** The table; `foreign` when it is one of another namespace. */
  readonly table: string;
  readonly netNs: number | null;
  readonly ends: Ends | null;
  readonly state: string | null;
  readonly receiveQueue: number | null;
  readonly sendQueue: number | null;
  /** DEVICE where it is not the inode. */
  readonly address: string | null;
  /** NODE where it is not the inode. */
  readonly protocol: string | null;
  /** NAME without ends and state. */
  readonly path: string | Uint8Array | null;
  readonly text: string | null;
}

export interface Found {
  readonly inode: number;
  readonly net_ns: number | null;
  readonly pass: string;
}

export interface InetRow extends Found {
  readonly proto: string;
  readonly local_address: string;
  readonly local_port: number;
  readonly remote_address: string;
  readonly remote_port: number;
  readonly state: string | null;
  readonly state_raw: number | null;
  readonly tx_queue: number | null;
  readonly rx_queue: number | null;
}

export interface UnixRow extends Found {
  readonly pointer: string | null;
  readonly listening: number | null;
  readonly type: string | null;
  readonly state: string | null;
  readonly path: string | Uint8Array | null;
  readonly ambiguous: number | null;
}

interface PacketRow extends Found {
  readonly type: string | null;
  readonly protocol: number | null;
}

interface NetlinkRow extends Found {
  readonly protocol: number;
}

interface SctpRow extends Found {
  readonly kind: string;
  readonly text: string | null;
}

export type AnyRow = InetRow | UnixRow | PacketRow | NetlinkRow | SctpRow;

/** Columns of each table. */
export const KINDS = {
  inet: 'inode, net_ns, pass, proto, local_address, local_port, remote_address, remote_port, state, state_raw, tx_queue, rx_queue',
  unix: 'inode, net_ns, pass, pointer, listening, type, state, path, ambiguous',
  packet: 'inode, net_ns, pass, type, protocol',
  netlink: 'inode, net_ns, pass, protocol',
  sctp: 'inode, net_ns, pass, kind, text',
} as const;

export type Kind = keyof typeof KINDS;

export function socketRow(kind: Kind, r: AnyRow, order: ByteOrder): SocketRow {
  if (kind === 'inet') return inet(r as InetRow, order);
  if (kind === 'unix') return unix(r as UnixRow);
  if (kind === 'packet') return packet(r as PacketRow);
  return kind === 'netlink' ? netlink(r as NetlinkRow) : sctp(r as SctpRow);
}

/** A row of which only the kind is known. */
export function blank(r: Found, type: string, table: string): SocketRow {
  return {
    inode: r.inode,
    type,
    table,
    netNs: r.net_ns,
    ends: null,
    state: null,
    receiveQueue: null,
    sendQueue: null,
    address: null,
    protocol: null,
    path: null,
    text: null,
  };
}

const MAPPED = '::ffff:';

function unmapped(address: string): string {
  return address.startsWith(MAPPED) && address.includes('.') ? address.slice(MAPPED.length) : address;
}

function inet(r: InetRow, order: ByteOrder): SocketRow {
  const name = r.proto.replace('6', '');
  const six = r.proto.endsWith('6');
  // lsof 4.95 does not read icmp6: it asks the socket for the name of its protocol.
  if (r.proto === 'icmp6') return { ...blank(r, 'sock', r.proto), text: `protocol: ${INET_PROTOCOLS.get(r.proto)}` };
  if (name !== 'tcp' && name !== 'udp' && name !== 'udplite') return { ...blank(r, r.proto, r.proto), text: hexEnds(r, order) };
  const ends: Ends = {
    proto: name,
    family: six ? 6 : 4,
    localAddress: unmapped(r.local_address),
    localPort: r.local_port,
    remoteAddress: unmapped(r.remote_address),
    remotePort: r.remote_port,
  };
  return {
    ...blank(r, six ? 'IPv6' : 'IPv4', r.proto),
    ends,
    state: name === 'tcp' ? r.state : null,
    receiveQueue: r.rx_queue,
    sendQueue: r.tx_queue,
    protocol: name.toUpperCase(),
  };
}

/** Raw and ping sockets print the columns of their table: `00000000:0001->00000000:0000 st=07`. */
function hexEnds(r: InetRow, order: ByteOrder): string {
  const port = (n: number): string => n.toString(16).toUpperCase().padStart(4, '0');
  const state = r.proto.startsWith('raw') && r.state_raw !== null ? ` st=${r.state_raw.toString(16).toUpperCase().padStart(2, '0')}` : '';
  return `${hexAddress(r.local_address, order)}:${port(r.local_port)}->${hexAddress(r.remote_address, order)}:${port(r.remote_port)}${state}`;
}

function unix(r: UnixRow): SocketRow {
  const pointer = r.pointer === null ? null : `0x${r.pointer}`;
  const state = r.listening === 1 ? 'LISTEN' : r.state === null || /^0x/.test(r.state) || r.state === 'FREE' ? 'UNKNOWN' : r.state;
  const type = r.type === null || /^0x/.test(r.type) ? 'unknown' : r.type;
  return { ...blank(r, 'unix', 'unix'), address: pointer, path: r.path, text: `type=${type}`, state };
}

function packet(r: PacketRow): SocketRow {
  const protocol = r.protocol === null ? null : (ETHERTYPES.get(r.protocol) ?? String(r.protocol));
  return { ...blank(r, 'pack', 'packet'), protocol, text: r.type === null ? null : `type=${r.type}` };
}

function netlink(r: NetlinkRow): SocketRow {
  const name = NETLINK[r.protocol];
  return { ...blank(r, 'netlink', 'netlink'), text: name || `unknown protocol: ${r.protocol}` };
}

function sctp(r: SctpRow): SocketRow {
  const kind = r.kind === 'endpoint' ? 'ENDPT' : 'ASSOC';
  return { ...blank(r, 'sock', 'sctp'), protocol: 'SCTP', text: r.text === null ? null : `${kind}: ${r.text.trim()}` };
}
