import { FORGED_MARK } from '../../db/forged.ts';
import { terminal } from '../../render/cell.ts';
import type { Owners } from '../tool.ts';
import { type DiagTextOptions, diagText } from './diag-text.ts';
import { type Diag, num } from './dumped.ts';
import type { Holder } from './holders.ts';
import type { InetExtra, Sock } from './sock.ts';
import { whyOf } from './why.ts';

/** What of the command line changes the cells. */
export interface TextOptions extends DiagTextOptions {
  readonly processes: boolean;
  readonly threads: boolean;
  readonly contexts: boolean;
  /** iproute2 7 writes `sec` where 6 leaves the fraction bare. */
  readonly seconds: boolean;
  readonly ticksPerSecond: number | null;
  /** Null without --why. */
  readonly owners: Owners | null;
}

/** Everything of the last column: holders, timer, details, in ss's order, a blank before each part. */
export function processCell(sock: Sock, holders: readonly Holder[], o: TextOptions): string {
  const parts: string[] = [];
  if (o.processes && holders.length > 0) parts.push(usersText(holders, o));
  const inet = sock.inet;
  if (sock.diag !== undefined) return dumpedCell(parts, sock, sock.diag, o);
  const plainUdp = o.strict && sock.netid !== 'tcp' && sock.family === 'inet';
  if ((o.timers || o.extended) && inet !== undefined && sock.netid === 'tcp') parts.push(timerText(inet, o));
  if (o.extended && !plainUdp) parts.push(detailText(sock, o.strict));
  if (o.info && inet !== undefined && sock.netid === 'tcp') parts.push(infoText(inet, o));
  if (sock.forged && !o.strict) parts.push(FORGED_MARK);
  if (o.owners !== null) parts.push(`why:${whyOf(sock, o.owners) ?? '-'}`);
  return parts.map((p) => (p === '' ? '' : ` ${p}`)).join('');
}

/** The same of a socket of the kernel's own dump; its timer counts milliseconds. */
function dumpedCell(users: readonly string[], sock: Sock, diag: Diag, o: TextOptions): string {
  const timer = sock.inet === undefined || !(o.timers || o.extended) ? '' : dumpedTimer(sock.netid, sock.inet, diag, o);
  const why = o.owners === null ? '' : ` why:${whyOf(sock, o.owners) ?? '-'}`;
  return `${[...users, timer].map((p) => (p === '' ? '' : ` ${p}`)).join('')}${diagText(sock, diag, o)}${why}`;
}

function dumpedTimer(netid: string, inet: InetExtra, diag: Diag, o: TextOptions): string {
  if (inet.timer === null || inet.timer === 0) return '';
  const name = netid === 'sctp' ? 'T3_RTX' : TIMERS[Math.min(inet.timer, 5)];
  return `timer:(${name},${duration(num(diag.row, 'expires_ms') ?? 0, o)},${inet.retransmits ?? '?'})`;
}

function usersText(holders: readonly Holder[], o: TextOptions): string {
  const entries = holders.map((h) => {
    const cut = o.strict ? strictName(h.name) : h.name;
    const tid = o.threads ? `,tid=${h.tid === 0 ? h.pid : h.tid}` : h.tid === 0 ? '' : `,tid=${h.tid}`;
    const label = o.contexts && h.label !== null ? `,proc_ctx=${terminal(h.label)}` : '';
    return `("${terminal(cut)}",pid=${h.pid}${tid}${label},fd=${h.fd})`;
  });
  return `users:(${entries.join(',')})`;
}

/** ss reads the name up to the first closing parenthesis. */
function strictName(name: Holder['name']): Holder['name'] {
  if (typeof name !== 'string' && !(name instanceof Uint8Array)) return name;
  const bytes = typeof name === 'string' ? Buffer.from(name) : Buffer.from(name);
  const end = bytes.indexOf(0x29);
  return end < 0 ? name : bytes.subarray(0, end).toString('latin1');
}

const TIMERS = ['off', 'on', 'keepalive', 'timewait', 'persist', 'unknown'] as const;

function timerText(inet: InetExtra, o: TextOptions): string {
  if (inet.timer === null || inet.timer === 0) return '';
  const left = inet.timerTicks === null || o.ticksPerSecond === null ? '?' : duration((inet.timerTicks * 1000) / o.ticksPerSecond, o);
  const retries = inet.timer === 1 ? inet.retransmits : inet.probes;
  return `timer:(${TIMERS[Math.min(inet.timer, 5)] ?? 'unknown'},${left},${retries ?? '?'})`;
}

/** ss's own spelling of milliseconds: 200ms, 2.904ms, 25sec, 1min30sec, 119min. */
function duration(ms: number, o: Pick<TextOptions, 'seconds'>): string {
  let millis = Math.floor(ms) % 1000;
  const allSeconds = Math.floor(ms / 1000);
  const minutes = Math.floor(allSeconds / 60);
  let seconds = allSeconds % 60;
  let out = '';
  if (minutes > 0) {
    millis = 0;
    if (minutes > 9) seconds = 0;
    out += `${minutes}min`;
  }
  if (seconds > 0) {
    if (seconds > 9) millis = 0;
    out += `${seconds}${millis > 0 ? '.' : 'sec'}`;
  }
  if (millis > 0) out += `${String(millis).padStart(3, '0')}${seconds > 0 && o.seconds ? 'sec' : 'ms'}`;
  return out;
}

/** Reading /proc, ss knows no pointer of packet sockets. */
function detailText(sock: Sock, strict: boolean): string {
  const pointer = sock.pointer === null ? '' : strict && sock.family === 'packet' ? '0' : sock.pointer.replace(/^(?:0x)?0*(?=.)/, '');
  if (sock.family === 'netlink') return `sk=${pointer} cb=0 groups=0x${sock.groups?.padStart(8, '0') ?? '?'}`;
  if (sock.family === 'unix') return '';
  const uid = sock.family === 'inet' && sock.uid !== null && sock.uid !== 0 ? `uid:${sock.uid} ` : '';
  return `${uid}ino:${sock.inode ?? '?'} sk:${pointer}`;
}

/** Ticks become milliseconds as netlink gives them; with --strict seconds, as ss prints them when it reads /proc. */
function infoText(inet: InetExtra, o: TextOptions): string {
  const hz = o.ticksPerSecond;
  const parts: string[] = [];
  const time = (ticks: number): string =>
    hz === null ? `${ticks}ticks` : String(o.strict ? Number((ticks / hz).toPrecision(6)) : (ticks * 1000) / hz);
  if (inet.rto !== null && inet.rto !== 0 && !(hz !== null && inet.rto === 3 * hz)) parts.push(`rto:${time(inet.rto)}`);
  if (inet.ato !== null && inet.ato !== 0) parts.push(`ato:${time(inet.ato)}`);
  if (inet.ack !== null && inet.ack >> 1 !== 0) parts.push(`qack:${inet.ack >> 1}`);
  // ss tests the wrong bit when it reads /proc.
  if (inet.ack !== null && ((o.strict ? inet.ack >> 1 : inet.ack) & 1) !== 0) parts.push('bidir');
  if (inet.cwnd !== null) parts.push(`cwnd:${inet.cwnd}`);
  else if (o.strict) parts.push('cwnd:2');
  if (inet.ssthresh !== null && inet.ssthresh !== -1 && inet.ssthresh !== 0) parts.push(`ssthresh:${inet.ssthresh}`);
  // ss takes unanswered probes for retransmissions, and prints 0 for the total, which is not in /proc.
  const retransmits = o.strict && inet.timer !== 1 ? inet.probes : inet.retransmits;
  if (retransmits) parts.push(`retrans:${retransmits}${o.strict ? '/0' : ''}`);
  if (o.strict) parts.push('reordering:0');
  return parts.join(' ');
}
