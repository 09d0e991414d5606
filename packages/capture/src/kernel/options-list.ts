import { IP_OPTIONS, IPV6_OPTIONS, MPTCP_TCP_OPTIONS, SOCKET_OPTIONS, TCP_OPTIONS } from './options-inet.ts';

/**
 * Every socket option that is asked (net/core/sock.c sk_getsockopt, net/ipv4/{tcp,ip_sockglue,udp,raw}.c, net/ipv6/ipv6_sockglue.c, net/packet, netlink,
 * vmw_vsock). Reading one of these changes nothing. Left out, because reading changes or gives something: SO_ERROR (clears it), TCP_SAVED_SYN (frees it),
 * TCP_ZEROCOPY_RECEIVE (maps data), PACKET_STATISTICS (resets it), SO_PEERPIDFD (makes a descriptor), SO_BSDCOMPAT (old kernels complain in their log);
 * and because they are secrets: TCP_FASTOPEN_KEY, TCP_AO_*.
 */
export interface OptionGroup {
  readonly level: string;
  readonly number: number;
  readonly options: Readonly<Record<string, number>>;
  readonly of: (socket: SocketKind) => boolean;
}

/** SO_DOMAIN, SO_TYPE, SO_PROTOCOL. */
export interface SocketKind {
  readonly domain: number;
  readonly type: number;
  readonly protocol: number;
}

export const SOL_SOCKET = 1;
export const SO_TYPE = 3;
export const SO_PROTOCOL = 38;
export const SO_DOMAIN = 39;

const [AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_VSOCK, AF_XDP] = [2, 10, 16, 17, 40, 44];
const SOCK_RAW = 3;
const [ICMP, TCP, UDP, ICMPV6, SCTP, UDPLITE, MPTCP] = [1, 6, 17, 58, 132, 136, 262];

const inet = ({ domain }: SocketKind): boolean => domain === AF_INET || domain === AF_INET6;
const carries =
  (...protocols: readonly number[]) =>
  (socket: SocketKind): boolean =>
    inet(socket) && socket.type !== SOCK_RAW && protocols.includes(socket.protocol);

export const OPTION_GROUPS: readonly OptionGroup[] = [
  { level: 'SOL_SOCKET', number: SOL_SOCKET, of: () => true, options: SOCKET_OPTIONS },
  { level: 'IPPROTO_TCP', number: TCP, of: carries(TCP), options: TCP_OPTIONS },
  { level: 'IPPROTO_TCP', number: TCP, of: carries(MPTCP), options: MPTCP_TCP_OPTIONS },
  { level: 'SOL_MPTCP', number: 284, of: carries(MPTCP), options: { MPTCP_INFO: 1 } },
  {
    level: 'IPPROTO_UDP',
    number: UDP,
    of: carries(UDP),
    options: { UDP_CORK: 1, UDP_ENCAP: 100, UDP_NO_CHECK6_TX: 101, UDP_NO_CHECK6_RX: 102, UDP_SEGMENT: 103, UDP_GRO: 104 },
  },
  { level: 'IPPROTO_UDPLITE', number: UDPLITE, of: carries(UDPLITE), options: { UDPLITE_SEND_CSCOV: 10, UDPLITE_RECV_CSCOV: 11 } },
  { level: 'IPPROTO_SCTP', number: SCTP, of: carries(SCTP), options: { SCTP_NODELAY: 3, SCTP_AUTOCLOSE: 4, SCTP_DISABLE_FRAGMENTS: 8 } },
  { level: 'IPPROTO_IP', number: 0, of: inet, options: IP_OPTIONS },
  { level: 'IPPROTO_IPV6', number: 41, of: ({ domain }) => domain === AF_INET6, options: IPV6_OPTIONS },
  {
    level: 'SOL_RAW',
    number: 255,
    of: (s) => s.type === SOCK_RAW && s.domain === AF_INET && s.protocol === ICMP,
    options: { ICMP_FILTER: 1 },
  },
  {
    level: 'IPPROTO_ICMPV6',
    number: ICMPV6,
    of: (s) => s.type === SOCK_RAW && s.domain === AF_INET6 && s.protocol === ICMPV6,
    options: { ICMPV6_FILTER: 1 },
  },
  {
    level: 'SOL_NETLINK',
    number: 270,
    of: ({ domain }) => domain === AF_NETLINK,
    options: {
      NETLINK_PKTINFO: 3,
      NETLINK_BROADCAST_ERROR: 4,
      NETLINK_NO_ENOBUFS: 5,
      NETLINK_LISTEN_ALL_NSID: 8,
      NETLINK_LIST_MEMBERSHIPS: 9,
      NETLINK_CAP_ACK: 10,
      NETLINK_EXT_ACK: 11,
      NETLINK_GET_STRICT_CHK: 12,
    },
  },
  {
    level: 'SOL_PACKET',
    number: 263,
    of: ({ domain }) => domain === AF_PACKET,
    options: {
      PACKET_COPY_THRESH: 7,
      PACKET_AUXDATA: 8,
      PACKET_ORIGDEV: 9,
      PACKET_VERSION: 10,
      PACKET_RESERVE: 12,
      PACKET_LOSS: 14,
      PACKET_VNET_HDR: 15,
      PACKET_TIMESTAMP: 17,
      PACKET_FANOUT: 18,
      PACKET_TX_HAS_OFF: 19,
      PACKET_QDISC_BYPASS: 20,
      PACKET_ROLLOVER_STATS: 21,
      PACKET_IGNORE_OUTGOING: 23,
      PACKET_VNET_HDR_SZ: 24,
    },
  },
  {
    level: 'AF_VSOCK',
    number: AF_VSOCK,
    of: ({ domain }) => domain === AF_VSOCK,
    options: {
      SO_VM_SOCKETS_BUFFER_SIZE: 0,
      SO_VM_SOCKETS_BUFFER_MIN_SIZE: 1,
      SO_VM_SOCKETS_BUFFER_MAX_SIZE: 2,
      SO_VM_SOCKETS_CONNECT_TIMEOUT: 6,
    },
  },
  { level: 'SOL_XDP', number: 283, of: ({ domain }) => domain === AF_XDP, options: { XDP_STATISTICS: 7, XDP_OPTIONS: 8 } },
];
