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

/** As numbered on all architectures but alpha, mips, parisc, powerpc and sparc (include/uapi/asm-generic/socket.h). */
const SOCKET: OptionGroup = {
  level: 'SOL_SOCKET',
  number: SOL_SOCKET,
  of: () => true,
  options: {
    SO_DEBUG: 1,
    SO_REUSEADDR: 2,
    SO_TYPE,
    SO_DONTROUTE: 5,
    SO_BROADCAST: 6,
    SO_SNDBUF: 7,
    SO_RCVBUF: 8,
    SO_KEEPALIVE: 9,
    SO_OOBINLINE: 10,
    SO_NO_CHECK: 11,
    SO_PRIORITY: 12,
    SO_LINGER: 13,
    SO_REUSEPORT: 15,
    SO_PASSCRED: 16,
    SO_PEERCRED: 17,
    SO_RCVLOWAT: 18,
    SO_SNDLOWAT: 19,
    SO_RCVTIMEO: 20,
    SO_SNDTIMEO: 21,
    SO_BINDTODEVICE: 25,
    SO_TIMESTAMP: 29,
    SO_ACCEPTCONN: 30,
    SO_PEERSEC: 31,
    SO_PASSSEC: 34,
    SO_TIMESTAMPNS: 35,
    SO_MARK: 36,
    SO_TIMESTAMPING: 37,
    SO_PROTOCOL,
    SO_DOMAIN,
    SO_RXQ_OVFL: 40,
    SO_WIFI_STATUS: 41,
    SO_PEEK_OFF: 42,
    SO_NOFCS: 43,
    SO_LOCK_FILTER: 44,
    SO_SELECT_ERR_QUEUE: 45,
    SO_BUSY_POLL: 46,
    SO_MAX_PACING_RATE: 47,
    SO_INCOMING_CPU: 49,
    SO_MEMINFO: 55,
    SO_INCOMING_NAPI_ID: 56,
    SO_COOKIE: 57,
    SO_PEERGROUPS: 59,
    SO_ZEROCOPY: 60,
    SO_TXTIME: 61,
    SO_BINDTOIFINDEX: 62,
    SO_PREFER_BUSY_POLL: 69,
    SO_NETNS_COOKIE: 71,
    SO_BUF_LOCK: 72,
    SO_RESERVE_MEM: 73,
    SO_TXREHASH: 74,
    SO_RCVMARK: 75,
    SO_PASSPIDFD: 76,
    SO_RCVPRIORITY: 82,
    SO_PASSRIGHTS: 83,
  },
};

const IP: OptionGroup = {
  level: 'IPPROTO_IP',
  number: 0,
  of: inet,
  options: {
    IP_TOS: 1,
    IP_TTL: 2,
    IP_HDRINCL: 3,
    IP_OPTIONS: 4,
    IP_ROUTER_ALERT: 5,
    IP_RECVOPTS: 6,
    IP_RETOPTS: 7,
    IP_PKTINFO: 8,
    IP_MTU_DISCOVER: 10,
    IP_RECVERR: 11,
    IP_RECVTTL: 12,
    IP_RECVTOS: 13,
    IP_MTU: 14,
    IP_FREEBIND: 15,
    IP_PASSSEC: 18,
    IP_TRANSPARENT: 19,
    IP_RECVORIGDSTADDR: 20,
    IP_MINTTL: 21,
    IP_NODEFRAG: 22,
    IP_CHECKSUM: 23,
    IP_BIND_ADDRESS_NO_PORT: 24,
    IP_RECVFRAGSIZE: 25,
    IP_RECVERR_RFC4884: 26,
    IP_MULTICAST_IF: 32,
    IP_MULTICAST_TTL: 33,
    IP_MULTICAST_LOOP: 34,
    IP_MULTICAST_ALL: 49,
    IP_UNICAST_IF: 50,
    IP_LOCAL_PORT_RANGE: 51,
  },
};

const IPV6: OptionGroup = {
  level: 'IPPROTO_IPV6',
  number: 41,
  of: ({ domain }) => domain === AF_INET6,
  options: {
    IPV6_CHECKSUM: 7,
    IPV6_UNICAST_HOPS: 16,
    IPV6_MULTICAST_IF: 17,
    IPV6_MULTICAST_HOPS: 18,
    IPV6_MULTICAST_LOOP: 19,
    IPV6_MTU_DISCOVER: 23,
    IPV6_MTU: 24,
    IPV6_RECVERR: 25,
    IPV6_V6ONLY: 26,
    IPV6_MULTICAST_ALL: 29,
    IPV6_ROUTER_ALERT_ISOLATE: 30,
    IPV6_RECVERR_RFC4884: 31,
    IPV6_FLOWINFO_SEND: 33,
    IPV6_HDRINCL: 36,
    IPV6_RECVPKTINFO: 49,
    IPV6_RECVHOPLIMIT: 51,
    IPV6_RECVHOPOPTS: 53,
    IPV6_RECVRTHDR: 56,
    IPV6_RECVDSTOPTS: 58,
    IPV6_RECVPATHMTU: 60,
    IPV6_DONTFRAG: 62,
    IPV6_RECVTCLASS: 66,
    IPV6_TCLASS: 67,
    IPV6_AUTOFLOWLABEL: 70,
    IPV6_ADDR_PREFERENCES: 72,
    IPV6_MINHOPCOUNT: 73,
    IPV6_RECVORIGDSTADDR: 74,
    IPV6_TRANSPARENT: 75,
    IPV6_UNICAST_IF: 76,
    IPV6_RECVFRAGSIZE: 77,
    IPV6_FREEBIND: 78,
  },
};

const TCP_OPTIONS: OptionGroup = {
  level: 'IPPROTO_TCP',
  number: TCP,
  of: carries(TCP, MPTCP),
  options: {
    TCP_NODELAY: 1,
    TCP_MAXSEG: 2,
    TCP_CORK: 3,
    TCP_KEEPIDLE: 4,
    TCP_KEEPINTVL: 5,
    TCP_KEEPCNT: 6,
    TCP_SYNCNT: 7,
    TCP_LINGER2: 8,
    TCP_DEFER_ACCEPT: 9,
    TCP_WINDOW_CLAMP: 10,
    TCP_INFO: 11,
    TCP_QUICKACK: 12,
    TCP_CONGESTION: 13,
    TCP_THIN_LINEAR_TIMEOUTS: 16,
    TCP_THIN_DUPACK: 17,
    TCP_USER_TIMEOUT: 18,
    TCP_REPAIR: 19,
    TCP_FASTOPEN: 23,
    TCP_TIMESTAMP: 24,
    TCP_NOTSENT_LOWAT: 25,
    TCP_CC_INFO: 26,
    TCP_SAVE_SYN: 27,
    TCP_FASTOPEN_CONNECT: 30,
    TCP_ULP: 31,
    TCP_FASTOPEN_NO_COOKIE: 34,
    TCP_INQ: 36,
    TCP_TX_DELAY: 37,
    TCP_IS_MPTCP: 43,
    TCP_RTO_MAX_MS: 44,
    TCP_RTO_MIN_US: 45,
    TCP_DELACK_MAX_US: 46,
  },
};

export const OPTION_GROUPS: readonly OptionGroup[] = [
  SOCKET,
  TCP_OPTIONS,
  { level: 'SOL_MPTCP', number: 284, of: carries(MPTCP), options: { MPTCP_INFO: 1 } },
  {
    level: 'IPPROTO_UDP',
    number: UDP,
    of: carries(UDP),
    options: { UDP_CORK: 1, UDP_ENCAP: 100, UDP_NO_CHECK6_TX: 101, UDP_NO_CHECK6_RX: 102, UDP_SEGMENT: 103, UDP_GRO: 104 },
  },
  { level: 'IPPROTO_UDPLITE', number: UDPLITE, of: carries(UDPLITE), options: { UDPLITE_SEND_CSCOV: 10, UDPLITE_RECV_CSCOV: 11 } },
  { level: 'IPPROTO_SCTP', number: SCTP, of: carries(SCTP), options: { SCTP_NODELAY: 3, SCTP_AUTOCLOSE: 4, SCTP_DISABLE_FRAGMENTS: 8 } },
  IP,
  IPV6,
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
