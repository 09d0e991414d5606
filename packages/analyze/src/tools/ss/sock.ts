import type { Diag } from './dumped.ts';

/** What every family of socket comes down to before it is filtered and printed. */
export interface Sock {
  /** Netid as ss prints it: tcp, udp, raw, icmp6, u_str, u_dgr, u_seq, p_raw, p_dgr, nl, v_str, v_dgr, mptcp, dccp, sctp, xdp. */
  readonly netid: string;
  /** Number of include/net/tcp_states.h; 0 when unknown. */
  readonly state: number;
  readonly family: 'inet' | 'unix' | 'packet' | 'netlink' | 'vsock' | 'xdp';
  readonly recvQ: number | null;
  readonly sendQ: number | null;
  /** Textual IP address; name of a unix socket; protocol of packet and netlink. Null when unknown or absent. */
  readonly local: string | Uint8Array | null;
  /** Port; inode of a unix socket; ifindex of a packet socket; port id of a netlink socket; queue of an XDP socket. */
  readonly localPort: number | null;
  readonly peer: string | null;
  readonly peerPort: number | null;
  readonly inode: number | null;
  readonly uid: number | null;
  readonly pointer: string | null;
  readonly netNs: number | null;
  readonly sourceId: number;
  readonly line: number;
  readonly inet?: InetExtra;
  /** Multicast groups of a netlink socket, hex. */
  readonly groups?: string | null;
  /** A unix row that may be part of somebody's name and not the kernel's. */
  readonly forged?: boolean;
  /** Present where the socket comes from the kernel's own dump and not from /proc; `pointer` is its cookie then. */
  readonly diag?: Diag;
}

/** What only the inet tables tell. */
export interface InetExtra {
  readonly ipFamily: 4 | 6;
  readonly timer: number | null;
  readonly timerTicks: number | null;
  readonly retransmits: number | null;
  readonly probes: number | null;
  readonly rto: number | null;
  readonly ato: number | null;
  readonly ack: number | null;
  readonly cwnd: number | null;
  readonly ssthresh: number | null;
}
