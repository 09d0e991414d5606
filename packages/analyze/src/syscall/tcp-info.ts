import { type ByteOrder, Reader } from './reader.ts';
import type { Cells } from './record.ts';

/** struct tcp_info (include/uapi/linux/tcp.h) after its first eight bytes, in order; each kernel gives the beginning it knows. */
const FIELDS: readonly (readonly [size: 2 | 4 | 8, ...names: string[]])[] = [
  [4, 'rto_us', 'ato_us', 'snd_mss', 'rcv_mss', 'unacked', 'sacked', 'lost', 'retrans', 'fackets'],
  [4, 'last_data_sent_ms', 'last_ack_sent_ms', 'last_data_recv_ms', 'last_ack_recv_ms'],
  [4, 'pmtu', 'rcv_ssthresh', 'rtt_us', 'rttvar_us', 'snd_ssthresh', 'snd_cwnd', 'advmss', 'reordering', 'rcv_rtt_us', 'rcv_space'],
  [4, 'total_retrans'],
  [8, 'pacing_rate', 'max_pacing_rate', 'bytes_acked', 'bytes_received'],
  [4, 'segs_out', 'segs_in', 'notsent_bytes', 'min_rtt_us', 'data_segs_in', 'data_segs_out'],
  [8, 'delivery_rate', 'busy_time_us', 'rwnd_limited_us', 'sndbuf_limited_us'],
  [4, 'delivered', 'delivered_ce'],
  [8, 'bytes_sent', 'bytes_retrans'],
  [4, 'dsack_dups', 'reord_seen', 'rcv_ooopack', 'snd_wnd', 'rcv_wnd', 'rehash'],
  [2, 'total_rto', 'total_rto_recoveries'],
  [4, 'total_rto_time_ms', 'received_ce', 'delivered_e1_bytes', 'delivered_e0_bytes', 'delivered_ce_bytes'],
  [4, 'received_e1_bytes', 'received_e0_bytes', 'received_ce_bytes', 'accecn_bits'],
];

const BITS = ['state', 'ca_state', 'retransmits', 'probes', 'backoff', 'options'] as const;

/** The structure as far as the kernel gave it, and the bytes beyond what is known here (null when there are none). */
export function tcpInfo(bytes: Buffer, order: ByteOrder): { readonly cells: Cells; readonly rest: Buffer | null } {
  const reader = new Reader(bytes, order);
  const cells: Cells = {};
  BITS.forEach((name, at) => {
    cells[name] = reader.u8(at);
  });
  const [scale, limited] = [reader.u8(6), reader.u8(7)];
  // Bit fields begin at the lowest bit on little-endian hosts, at the highest on big-endian ones.
  const [first, second] = scale === null ? [null, null] : [scale & 15, scale >> 4];
  cells['snd_wscale'] = order === 'little' ? first : second;
  cells['rcv_wscale'] = order === 'little' ? second : first;
  cells['app_limited'] = limited === null ? null : order === 'little' ? limited & 1 : limited >> 7;
  let at = 8;
  for (const [size, ...names] of FIELDS) {
    for (const name of names) {
      cells[name] = size === 8 ? reader.u64(at) : size === 4 ? reader.u32(at) : reader.u16(at);
      at += size;
    }
  }
  return { cells, rest: bytes.length > at ? bytes.subarray(at) : null };
}
