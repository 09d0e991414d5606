/** The socket tables of ss: which exist, in which order they are printed, and which options and words of `-A` select them. */
export type TableName =
  | 'netlink'
  | 'packet_raw'
  | 'packet_dgram'
  | 'unix_stream'
  | 'unix_dgram'
  | 'unix_seqpacket'
  | 'raw'
  | 'udp'
  | 'tcp'
  | NotInProc;
/** Tables the kernel has no file for: selected without error, empty, and said so. */
type NotInProc = 'mptcp' | 'dccp' | 'sctp' | 'vsock_stream' | 'vsock_dgram' | 'tipc' | 'xdp';

const ORDER: readonly TableName[] = [
  'netlink',
  'packet_raw',
  'packet_dgram',
  'unix_stream',
  'unix_dgram',
  'unix_seqpacket',
  'raw',
  'udp',
  'tcp',
  'mptcp',
  'dccp',
  'sctp',
  'vsock_stream',
  'vsock_dgram',
  'tipc',
  'xdp',
];

export const NOT_IN_PROC: ReadonlySet<TableName> = new Set<TableName>([
  'mptcp',
  'dccp',
  'sctp',
  'vsock_stream',
  'vsock_dgram',
  'tipc',
  'xdp',
]);

const UNIX: readonly TableName[] = ['unix_stream', 'unix_dgram', 'unix_seqpacket'];
const PACKET: readonly TableName[] = ['packet_raw', 'packet_dgram'];
const VSOCK: readonly TableName[] = ['vsock_stream', 'vsock_dgram'];

/** Words of `-A` and what they stand for. */
export const QUERY_WORDS: ReadonlyMap<string, readonly TableName[]> = new Map<string, readonly TableName[]>([
  ['all', ORDER],
  ['inet', ['udp', 'dccp', 'tcp', 'mptcp', 'sctp', 'raw']],
  ['tcp', ['tcp']],
  ['mptcp', ['mptcp']],
  ['sctp', ['sctp']],
  ['dccp', ['dccp']],
  ['udp', ['udp']],
  ['raw', ['raw']],
  ['unix', UNIX],
  ['unix_stream', ['unix_stream']],
  ['u_stream', ['unix_stream']],
  ['u_str', ['unix_stream']],
  ['unix_dgram', ['unix_dgram']],
  ['u_dgram', ['unix_dgram']],
  ['u_dgr', ['unix_dgram']],
  ['unix_seqpacket', ['unix_seqpacket']],
  ['u_seqpacket', ['unix_seqpacket']],
  ['u_seq', ['unix_seqpacket']],
  ['packet', PACKET],
  ['packet_raw', ['packet_raw']],
  ['p_raw', ['packet_raw']],
  ['packet_dgram', ['packet_dgram']],
  ['p_dgr', ['packet_dgram']],
  ['netlink', ['netlink']],
  ['vsock', VSOCK],
  ['vsock_stream', ['vsock_stream']],
  ['v_str', ['vsock_stream']],
  ['vsock_dgram', ['vsock_dgram']],
  ['v_dgr', ['vsock_dgram']],
  ['tipc', ['tipc']],
  ['xdp', ['xdp']],
]);

/** Words of `-f`: the family, and its tables when no table was asked for. */
export const FAMILIES: ReadonlyMap<string, readonly TableName[]> = new Map<string, readonly TableName[]>([
  ['inet', ['udp', 'dccp', 'tcp', 'mptcp', 'sctp', 'raw']],
  ['inet6', ['udp', 'dccp', 'tcp', 'mptcp', 'sctp', 'raw']],
  ['link', PACKET],
  ['unix', UNIX],
  ['netlink', ['netlink']],
  ['vsock', VSOCK],
  ['tipc', ['tipc']],
  ['xdp', ['xdp']],
]);
