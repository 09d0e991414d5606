import { addressText } from './address.ts';
import { type Attribute, attributesOf } from './messages.ts';
import { Reader } from './reader.ts';
import type { Cells, Draft, Taker } from './record.ts';
import { members, memory, raw, set, text, u8, u32, u64, words } from './take.ts';
import { tcpInfo } from './tcp-info.ts';

/** struct inet_diag_msg (include/uapi/linux/inet_diag.h): 72 bytes, then attributes. */
export const INET_BYTES = 72;

const AF_INET = 2;
const AF_INET6 = 10;

export function inetCells(payload: Buffer, reader: Reader): Cells {
  const raw = reader.u8(0);
  const family = raw === AF_INET ? 4 : raw === AF_INET6 ? 6 : null;
  const address = (at: number): string | null => (family === null ? null : addressText(payload, at, family));
  return {
    family,
    state_raw: reader.u8(1),
    timer: reader.u8(2),
    retransmits: reader.u8(3),
    local_port: reader.be16(4),
    remote_port: reader.be16(6),
    local_address: address(8),
    remote_address: address(24),
    interface: reader.u32(40),
    cookie: reader.cookie(44),
    expires_ms: reader.u32(52),
    rx_queue: reader.u32(56),
    tx_queue: reader.u32(60),
    uid: reader.u32(64),
    inode: reader.u32(68),
  };
}

const VEGAS = ['vegas_enabled', 'vegas_rttcnt', 'vegas_rtt_us', 'vegas_minrtt_us'];

/** INET_DIAG_VEGASINFO, in the row of the TCP details. */
const vegas: Taker = {
  name: 'VEGASINFO',
  bytes: 16,
  take: (a, draft) => {
    const reader = new Reader(a.bytes, draft.order);
    VEGAS.forEach((column, i) => {
      details(draft)[column] = reader.u32(4 * i);
    });
  },
};

const dctcp: Taker = {
  name: 'DCTCPINFO',
  bytes: 16,
  take: (a, draft) => {
    const reader = new Reader(a.bytes, draft.order);
    Object.assign(details(draft), {
      dctcp_enabled: reader.u16(0),
      dctcp_ce_state: reader.u16(2),
      dctcp_alpha: reader.u32(4),
      dctcp_ab_ecn: reader.u32(8),
      dctcp_ab_tot: reader.u32(12),
    });
  },
};

const bbr: Taker = {
  name: 'BBRINFO',
  bytes: 20,
  take: (a, draft) => {
    const reader = new Reader(a.bytes, draft.order);
    const [low, high] = [reader.u32(0), reader.u32(4)];
    Object.assign(details(draft), {
      bbr_bandwidth: low === null || high === null ? null : (BigInt(high) << 32n) | BigInt(low),
      bbr_min_rtt_us: reader.u32(8),
      bbr_pacing_gain: reader.u32(12),
      bbr_cwnd_gain: reader.u32(16),
    });
    if (a.bytes.length > 20) draft.keep(a, 'BBRINFO');
  },
};

function details(draft: Draft): Cells {
  draft.tcpInfo ??= {};
  return draft.tcpInfo;
}

const info: Taker = {
  name: 'INFO',
  bytes: 1,
  take: (a, draft) => {
    const { cells, rest } = tcpInfo(a.bytes, draft.order);
    Object.assign(details(draft), cells);
    if (rest !== null) draft.keep({ number: a.number, bytes: rest }, 'INFO');
  },
};

/** struct inet_diag_sockopt: bit fields from the lowest bit on little-endian hosts, from the highest on big-endian ones. */
const FLAGS = [
  ['recverr', 'is_icsk', 'freebind', 'hdrincl', 'mc_loop', 'transparent', 'mc_all', 'nodefrag'],
  ['bind_address_no_port', 'recverr_rfc4884', 'defer_connect'],
] as const;

const sockopt: Taker = {
  name: 'SOCKOPT',
  bytes: 2,
  take: (a, draft) => {
    const bit = (byte: number, i: number): boolean => ((byte >> (draft.order === 'little' ? i : 7 - i)) & 1) === 1;
    set(draft, 'socket_flags', FLAGS.flatMap((names, at) => names.filter((_, i) => bit(a.bytes[at] ?? 0, i))).join(' '));
  },
};

/** Names of what is nested in INET_DIAG_ULP_INFO (TLS_INFO_* of linux/tls.h, MPTCP_SUBFLOW_ATTR_* of linux/mptcp.h). */
const TLS = ['', 'VERSION', 'CIPHER', 'TXCONF', 'RXCONF', 'ZC_RO_TX', 'RX_NO_PAD'];
const SUBFLOW = ' TOKEN_REM TOKEN_LOC RELWRITE_SEQ MAP_SEQ MAP_SFSEQ SSN_OFFSET MAP_DATALEN FLAGS ID_REM ID_LOC'.split(' ');

const ulp: Taker = {
  name: 'ULP_INFO',
  bytes: 4,
  take: (a, draft) => {
    const nested = (of: Attribute, name: string, names: readonly string[]): void => {
      const { list, rest } = attributesOf(of.bytes, draft.order);
      for (const inner of list) draft.keep(inner, `${name}.${names[inner.number] || inner.number}`);
      if (rest !== null) draft.doubt({ number: of.number, bytes: rest }, name);
    };
    const { list, rest } = attributesOf(a.bytes, draft.order);
    for (const inner of list) {
      if (inner.number === 1) text('ULP_INFO.NAME', 'ulp').take(inner, draft);
      else if (inner.number === 2) nested(inner, 'ULP_INFO.TLS', TLS);
      else if (inner.number === 3) nested(inner, 'ULP_INFO.MPTCP', SUBFLOW);
      else draft.keep(inner, `ULP_INFO.${inner.number}`);
    }
    if (rest !== null) draft.doubt({ number: a.number, bytes: rest }, 'ULP_INFO');
  },
};

/** struct mptcp_info of include/uapi/linux/mptcp.h. */
const mptcp: Taker = members('INFO', [
  ['subflows', 1, 0],
  ['add_addr_signal', 1, 1],
  ['add_addr_accepted', 1, 2],
  ['subflows_max', 1, 3],
  ['add_addr_signal_max', 1, 4],
  ['add_addr_accepted_max', 1, 5],
  ['flags', 4, 8],
  ['token', 4, 12],
  ['write_seq', 8, 16],
  ['snd_una', 8, 24],
  ['rcv_nxt', 8, 32],
  ['local_addr_used', 1, 40],
  ['local_addr_max', 1, 41],
  ['csum_enabled', 1, 42],
]);

const COMMON: ReadonlyMap<number, Taker> = new Map<number, Taker>([
  [1, words('MEMINFO', ['meminfo_rmem', 'meminfo_wmem', 'meminfo_fmem', 'meminfo_tmem'])],
  [3, vegas],
  [4, text('CONG', 'congestion')],
  [5, u8('TOS', 'tos')],
  [6, u8('TCLASS', 'tclass')],
  [7, memory('SKMEMINFO')],
  [8, u8('SHUTDOWN', 'shutdown')],
  [9, dctcp],
  [10, u8('PROTOCOL', 'sk_protocol')],
  [11, u8('SKV6ONLY', 'v6only')],
  [12, raw('LOCALS')],
  [13, raw('PEERS')],
  // 14 is PAD: zeros that align the next number.
  [14, { name: 'PAD', bytes: 0, take: () => {} }],
  [15, u32('MARK', 'mark')],
  [16, bbr],
  [17, u32('CLASS_ID', 'class_id')],
  [18, raw('MD5SIG')],
  [19, ulp],
  [20, raw('SK_BPF_STORAGES')],
  [21, u64('CGROUP_ID', 'cgroup_id')],
  [22, sockopt],
]);

/** By protocol, since INET_DIAG_INFO holds the structure of the protocol. */
export function inetTakers(protocol: string): ReadonlyMap<number, Taker> {
  return new Map([...COMMON, [2, protocol === 'mptcp' ? mptcp : protocol === 'tcp' ? info : raw('INFO')]]);
}
