import { terminal } from '../../render/cell.ts';
import { big, type Diag, type DiagRow, num } from './dumped.ts';
import { bandwidth, general } from './number-text.ts';
import { LISTEN } from './states.ts';

export interface TcpTextOptions {
  readonly numeric: boolean;
  /** -o (and -e): the options that were agreed upon. */
  readonly options: boolean;
}

/** What ss -i writes of struct tcp_info and its congestion control, each part without the blank before it. Fields a kernel has not count as 0, as in ss. */
export function tcpParts(diag: Diag, state: number, o: TcpTextOptions): string[] {
  const info = diag.tcpInfo();
  if (info === undefined) return [];
  const n = (column: string): number => num(info, column) ?? 0;
  const wide = (column: string): bigint => big(info, column) ?? 0n;
  const congestion = diag.row['congestion'] ?? null;
  const parts: string[] = [];
  const counted = (label: string, value: number | bigint): void => {
    if (value) parts.push(`${label}:${value}`);
  };
  const milli = (label: string, column: string): void => {
    if (n(column) !== 0) parts.push(`${label}:${general(n(column) / 1000)}`);
  };
  if (o.options) parts.push(...optionWords(n('options')));
  if (congestion !== null && congestion !== '') parts.push(terminal(congestion));
  if ((n('options') & 4) !== 0) parts.push(`wscale:${n('snd_wscale')},${n('rcv_wscale')}`);
  if (n('rto_us') !== 3_000_000) milli('rto', 'rto_us');
  counted('backoff', n('backoff'));
  if (n('rtt_us') !== 0) parts.push(`rtt:${general(n('rtt_us') / 1000)}/${general(n('rttvar_us') / 1000)}`);
  milli('ato', 'ato_us');
  for (const [label, column] of SIZES) counted(label, n(column));
  if (n('snd_ssthresh') < 0xffff) counted('ssthresh', n('snd_ssthresh'));
  for (const column of ['bytes_sent', 'bytes_retrans', 'bytes_acked', 'bytes_received']) counted(column, wide(column));
  for (const column of ['segs_out', 'segs_in', 'data_segs_out', 'data_segs_in']) counted(column, n(column));
  parts.push(...controlParts(info, o.numeric), ...rateParts(info, o.numeric));
  parts.push(...lossParts(info, state));
  return parts;
}

const SIZES: readonly (readonly [label: string, column: string])[] = [
  ['mss', 'snd_mss'],
  ['pmtu', 'pmtu'],
  ['rcvmss', 'rcv_mss'],
  ['advmss', 'advmss'],
  ['cwnd', 'snd_cwnd'],
];

/** TCPI_OPT_* of include/uapi/linux/tcp.h. */
function optionWords(options: number): string[] {
  const words: readonly (readonly [number, string])[] = [
    [1, 'ts'],
    [2, 'sack'],
    [8, 'ecn'],
    [16, 'ecnseen'],
    [32, 'fastopen'],
  ];
  return words.filter(([bit]) => (options & bit) !== 0).map(([, word]) => word);
}

function controlParts(info: DiagRow, numeric: boolean): string[] {
  const n = (column: string): number => num(info, column) ?? 0;
  const parts: string[] = [];
  if (num(info, 'dctcp_enabled') !== null) {
    const values = `ce_state:${n('dctcp_ce_state')},alpha:${n('dctcp_alpha')},ab_ecn:${n('dctcp_ab_ecn')},ab_tot:${n('dctcp_ab_tot')}`;
    parts.push(n('dctcp_enabled') ? `dctcp:(${values})` : 'dctcp:fallback_mode');
  }
  const rate = big(info, 'bbr_bandwidth');
  if (rate !== null) {
    let text = `bbr:(bw:${bandwidth(Number(rate) * 8, numeric)}bps,mrtt:${general(n('bbr_min_rtt_us') / 1000)}`;
    if (n('bbr_pacing_gain')) text += `,pacing_gain:${general(n('bbr_pacing_gain') / 256)}`;
    if (n('bbr_cwnd_gain')) text += `,cwnd_gain:${general(n('bbr_cwnd_gain') / 256)}`;
    parts.push(`${text})`);
  }
  return parts;
}

const ALL_BITS = 2n ** 64n - 1n;

function rateParts(info: DiagRow, numeric: boolean): string[] {
  const n = (column: string): number => num(info, column) ?? 0;
  const wide = (column: string): bigint => big(info, column) ?? 0n;
  const rate = (bytes: bigint): string => `${bandwidth(Number(bytes) * 8, numeric)}bps`;
  const parts: string[] = [];
  const vegas = n('vegas_enabled') && n('vegas_rtt_us') !== 0x7fffffff ? n('vegas_rtt_us') : 0;
  const rtt = vegas || n('rtt_us');
  if (rtt > 0 && n('snd_mss') && n('snd_cwnd'))
    parts.push(`send ${bandwidth((n('snd_cwnd') * n('snd_mss') * 8_000_000) / rtt, numeric)}bps`);
  for (const [label, column] of SINCE) if (n(column)) parts.push(`${label}:${n(column)}`);
  const [pacing, most] = [wide('pacing_rate'), wide('max_pacing_rate')];
  if (pacing !== 0n && pacing !== ALL_BITS)
    parts.push(`pacing_rate ${rate(pacing)}${most === 0n || most === ALL_BITS ? '' : `/${rate(most)}`}`);
  if (wide('delivery_rate')) parts.push(`delivery_rate ${rate(wide('delivery_rate'))}`);
  for (const column of ['delivered', 'delivered_ce']) if (n(column)) parts.push(`${column}:${n(column)}`);
  if (n('app_limited')) parts.push('app_limited');
  const busy = wide('busy_time_us');
  if (busy) {
    parts.push(`busy:${busy / 1000n}ms`);
    for (const word of ['rwnd_limited', 'sndbuf_limited']) {
      const time = wide(`${word}_us`);
      if (time) parts.push(`${word}:${time / 1000n}ms(${((100 * Number(time)) / Number(busy)).toFixed(1)}%)`);
    }
  }
  return parts;
}

const SINCE: readonly (readonly [label: string, column: string])[] = [
  ['lastsnd', 'last_data_sent_ms'],
  ['lastrcv', 'last_data_recv_ms'],
  ['lastack', 'last_ack_recv_ms'],
];

function lossParts(info: DiagRow, state: number): string[] {
  const n = (column: string): number => num(info, column) ?? 0;
  const parts: string[] = [];
  const counted = (label: string, column: string): void => {
    if (n(column)) parts.push(`${label}:${n(column)}`);
  };
  counted('unacked', 'unacked');
  if (n('retrans') || n('total_retrans')) parts.push(`retrans:${n('retrans')}/${n('total_retrans')}`);
  counted('lost', 'lost');
  if (state !== LISTEN) counted('sacked', 'sacked');
  counted('dsack_dups', 'dsack_dups');
  counted('fackets', 'fackets');
  if (n('reordering') !== 3) parts.push(`reordering:${n('reordering')}`);
  counted('reord_seen', 'reord_seen');
  if (n('rcv_rtt_us')) parts.push(`rcv_rtt:${general(n('rcv_rtt_us') / 1000)}`);
  counted('rcv_space', 'rcv_space');
  counted('rcv_ssthresh', 'rcv_ssthresh');
  counted('notsent', 'notsent_bytes');
  if (n('min_rtt_us') !== 0xffffffff && n('min_rtt_us')) parts.push(`minrtt:${general(n('min_rtt_us') / 1000)}`);
  counted('rcv_ooopack', 'rcv_ooopack');
  counted('snd_wnd', 'snd_wnd');
  return parts;
}
