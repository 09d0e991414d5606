import { putU16, putU32 } from './native.ts';

/**
 * One dump of NETLINK_SOCK_DIAG (uapi linux/sock_diag.h, inet_diag.h, unix_diag.h, netlink_diag.h, packet_diag.h, vm_sockets_diag.h, xdp_diag.h,
 * smc_diag.h, tipc_sockets_diag.h). All states, and every extension that can be asked for. Nothing here is SOCK_DESTROY.
 */
export interface Dump {
  readonly name: string;
  /** Which netlink is asked; NETLINK_SOCK_DIAG where not given. */
  readonly netlink?: number;
  /** Rows of /proc/net/protocols of which one must be there: the kernel would load a module for a protocol that nobody uses. */
  readonly protocols: readonly string[];
  /** The message, `nlmsghdr` included. */
  readonly request: Buffer;
}

const SOCK_DIAG_BY_FAMILY = 20;
const NETLINK_ROUTE = 0;
const RTM_GETADDR = 22;
const NLM_F_REQUEST = 0x1;
const NLM_F_DUMP = 0x300;
const NLMSG_HDRLEN = 16;
const EVERY = 0xffffffff;

function message(payload: Buffer, type: number = SOCK_DIAG_BY_FAMILY): Buffer {
  const out = Buffer.alloc(NLMSG_HDRLEN + payload.length);
  putU32(out, 0, out.length);
  putU16(out, 4, type);
  putU16(out, 6, NLM_F_REQUEST | NLM_F_DUMP);
  putU32(out, 8, 1);
  payload.copy(out, NLMSG_HDRLEN);
  return out;
}

/** Bytes, then 32-bit words of the host. */
function struct(bytes: readonly number[], words: readonly number[]): Buffer {
  const out = Buffer.alloc(bytes.length + 4 * words.length);
  for (const [i, byte] of bytes.entries()) out[i] = byte;
  for (const [i, word] of words.entries()) putU32(out, bytes.length + 4 * i, word);
  return out;
}

const AF_INET = 2;
const AF_INET6 = 10;
/** Words of `struct inet_diag_sockid`. */
const SOCKID = new Array<number>(12).fill(0);
const ALL_EXTENSIONS = 0xff;
const INET_DIAG_REQ_PROTOCOL = 3;

/**
 * `struct inet_diag_req_v2`: MEMINFO, INFO, VEGASINFO, CONG, TOS, TCLASS (with it CLASS_ID), SKMEMINFO, SHUTDOWN are the eight bits of `idiag_ext`; MARK,
 * CGROUP_ID and SOCKOPT come unasked. A protocol above 255 travels as an attribute.
 */
function inet(family: number, protocol: number): Buffer {
  const small = protocol > 255 ? 255 : protocol;
  const request = struct([family, small, ALL_EXTENSIONS, 0], [EVERY, ...SOCKID]);
  if (protocol <= 255) return request;
  const attribute = Buffer.alloc(8);
  putU16(attribute, 0, 8);
  putU16(attribute, 2, INET_DIAG_REQ_PROTOCOL);
  putU32(attribute, 4, protocol);
  return Buffer.concat([request, attribute]);
}

function both(name: string, protocol: number, row: string, row6: string): Dump[] {
  return [
    { name: `inet-${name}`, protocols: [row], request: message(inet(AF_INET, protocol)) },
    { name: `inet6-${name}`, protocols: [row6], request: message(inet(AF_INET6, protocol)) },
  ];
}

/** `u8 family, u8 protocol, u16 pad` and words: unix_diag_req, netlink_diag_req, packet_diag_req, vsock_diag_req, xdp_diag_req, tipc_sock_diag_req. */
function other(name: string, row: string, family: number, protocol: number, words: readonly number[]): Dump {
  return { name, protocols: [row], request: message(struct([family, protocol, 0, 0], words)) };
}

const NDIAG_PROTO_ALL = 255;
/** NAME VFS PEER ICONS RQLEN MEMINFO UID. */
const UDIAG_SHOW = 0x7f;
/** MEMINFO GROUPS FLAGS; not RING_CFG, which went with the rings. */
const NDIAG_SHOW = 0x0b;
/** INFO MCLIST RING_CFG FANOUT MEMINFO FILTER. */
const PACKET_SHOW = 0x3f;
/** INFO RING_CFG UMEM FILL_RING COMPLETION_RING MEMINFO STATS. */
const XDP_SHOW = 0x7f;
const [AF_UNIX, AF_NETLINK, AF_PACKET, AF_TIPC, AF_VSOCK, AF_SMC, AF_XDP] = [1, 16, 17, 30, 40, 43, 44];

/** In the order in which they are asked: what changes fastest first. There is no such dump of ping sockets in any kernel. */
export const DUMPS: readonly Dump[] = [
  ...both('tcp', 6, 'TCP', 'TCPv6'),
  ...both('udp', 17, 'UDP', 'UDPv6'),
  other('unix', 'UNIX', AF_UNIX, 0, [EVERY, 0, UDIAG_SHOW, 0, 0]),
  ...both('raw', 255, 'RAW', 'RAWv6'),
  ...both('mptcp', 262, 'MPTCP', 'MPTCPv6'),
  ...both('udplite', 136, 'UDP-Lite', 'UDPLITEv6'),
  ...both('sctp', 132, 'SCTP', 'SCTPv6'),
  ...both('dccp', 33, 'DCCP', 'DCCPv6'),
  other('netlink', 'NETLINK', AF_NETLINK, NDIAG_PROTO_ALL, [0, NDIAG_SHOW, 0, 0]),
  other('packet', 'PACKET', AF_PACKET, 0, [0, PACKET_SHOW, 0, 0]),
  other('vsock', 'AF_VSOCK', AF_VSOCK, 0, [EVERY, 0, 0, 0, 0]),
  other('xdp', 'XDP', AF_XDP, 0, [0, XDP_SHOW, 0, 0]),
  // struct smc_diag_req: family, pad, extensions (CONNINFO LGRINFO SHUTDOWN DMBINFO FALLBACK), id.
  { name: 'smc', protocols: ['SMC', 'SMC6'], request: message(struct([AF_SMC, 0, 0, 0x1f], SOCKID)) },
  other('tipc', 'TIPC', AF_TIPC, 0, [EVERY]),
  // struct ifaddrmsg (uapi linux/if_addr.h): family, prefix, flags, scope, index. It needs no right and loads nothing.
  {
    name: 'ipv4-addresses',
    netlink: NETLINK_ROUTE,
    protocols: ['NETLINK'],
    request: message(struct([AF_INET, 0, 0, 0], [0]), RTM_GETADDR),
  },
];
