import { addressFromHost } from './address.ts';
import type { Counts, Env, LineProblem, LineProblemCode, Parser, Placed, Sink } from './lines.ts';
import { Repeating } from './repeating.ts';
import { Refusals, type Refused, TRUNCATED } from './rows.ts';
import { type Bounds, COLON, cut, decimal, hex, hexLong, LF, MAX_COLUMNS, newBounds, signed } from './scan.ts';
import { hashBytes, Seen, sameBytes } from './seen.ts';

/**
 * One row of tcp, tcp6 (net/ipv4/tcp_ipv4.c tcp4_seq_show, net/ipv6/tcp_ipv6.c) or of udp, udplite, raw, icmp and their v6 kin
 * (net/ipv4/udp.c udp4_format_sock, include/net/transp_v6.h IPV6_SEQ_DGRAM_HEADER).
 */
export interface InetSocket extends Placed {
  /** Running number (tcp) or hash bucket (datagram), first column. */
  readonly slot: number;
  /** Null when the byte order of the host is unknown. */
  readonly localAddress: string | null;
  readonly localPort: number | null;
  readonly remoteAddress: string | null;
  readonly remotePort: number | null;
  readonly state: number;
  readonly txQueue: number | null;
  readonly rxQueue: number | null;
  readonly timer: number | null;
  /** USER_HZ ticks (jiffies in 2.6.24); negative when overdue. */
  readonly timerTicks: number | null;
  readonly retransmits: number | null;
  readonly uid: number | null;
  readonly timeout: number | null;
  readonly inode: number | null;
  readonly refcount: number | null;
  readonly pointer: string;
  /** The last five of a full tcp row; null in time-wait and request rows and in datagram rows. */
  readonly rto: number | null;
  readonly ato: number | null;
  readonly ack: number | null;
  readonly cwnd: number | null;
  readonly ssthresh: number | null;
  /** Datagram rows of 3.0 and later. */
  readonly drops: number | null;
  /** Time-wait and request rows of tcp, which end after the pointer. */
  readonly mini: boolean;
}

/** Columns that every row has: sl, local, remote, st, tx:rx, tr:when, retrnsmt, uid, timeout, inode, ref, pointer. */
const COMMON = 12;
const LINE_END = 2 * MAX_COLUMNS;
const FULL_TCP = 17;
const TIME_WAIT = 6;

const NOT_A_ROW: Refused = { code: 'line-form', message: 'the line is not a row of a socket table' };
const FEW_COLUMNS: Refused = { code: 'line-columns', message: 'the row has fewer than 12 columns' };
const NO_HEADER: Refused = { code: 'header-form', message: 'the first line is not the header of a socket table' };

/**
 * tcp and tcp6. 17 columns for full sockets, 12 for time-wait and request sockets; what a vendor appended is left alone with the remark `line-columns`.
 * A jump of the running number is the remark `slot-gap`.
 */
export const parseTcp: Parser<InetSocket> = (body, env, sink) => new InetTable(body, env, sink, true).parse();

/** udp, udplite, raw, icmp, v4 and v6: 12 columns (2.6.24) or 13 with drops. */
export const parseDatagram: Parser<InetSocket> = (body, env, sink) => new InetTable(body, env, sink, false).parse();

class InetTable {
  private readonly body: Buffer;
  private readonly sink: Sink<InetSocket>;
  private readonly tcp: boolean;
  private readonly columns: Bounds = newBounds();
  private readonly seen: Seen;
  private readonly refusals: Refusals;
  private line = 0;
  private slot = 0;
  private bad = '';
  private unordered = false;
  private readonly local: Repeating<string | null | undefined>;
  private readonly remote: Repeating<string | null | undefined>;
  private readonly pointer: Repeating<string>;

  constructor(body: Buffer, env: Env, sink: Sink<InetSocket>, tcp: boolean) {
    this.body = body;
    this.sink = sink;
    this.tcp = tcp;
    this.refusals = new Refusals(sink);
    const address = (from: number, to: number) => addressFromHost(body, from, to, env.byteOrder);
    this.local = new Repeating(body, address);
    this.remote = new Repeating(body, address);
    this.pointer = new Repeating(body, (from, to) => body.toString('latin1', from, to));
    this.seen = new Seen((x, y) => sameSocket(body, x, y));
  }

  parse(): Counts {
    const { body, columns } = this;
    const whole = body.lastIndexOf(LF) + 1;
    let header = 0;
    for (let start = 0; start < whole; start = (columns[LINE_END] as number) + 1) {
      const n = cut(body, start, columns);
      this.line++;
      const why = this.row(start, n);
      if (why === null) {
        if (this.line === 1) this.remark('header-form', 'the table has no header; the line was read as a row');
      } else if (this.line === 1 && isHeader(body, start, columns[LINE_END] as number)) header = 1;
      else {
        this.slot++;
        this.refusals.add(this.line, this.line === 1 ? NO_HEADER : why);
      }
    }
    if (whole < body.length) this.refusals.add(++this.line, TRUNCATED);
    this.refusals.flush();
    return { lines: this.line, header };
  }

  /** Gives the record of the line that was cut into n columns, or says why it is none. */
  private row(start: number, n: number): Refused | null {
    const { body, columns: c } = this;
    if (n < COMMON) return n > 0 && n < 3 ? NOT_A_ROW : FEW_COLUMNS;
    const slotEnd = (c[1] as number) - 1;
    const slot = decimal(body, c[0] as number, slotEnd);
    const state = hex(body, c[6] as number, c[7] as number);
    const local = portColon(body, c[2] as number, c[3] as number);
    const remote = portColon(body, c[4] as number, c[5] as number);
    if (slot < 0 || body[slotEnd] !== COLON || state < 0 || local < 0 || remote < 0) return NOT_A_ROW;
    const localAddress = this.local.at(c[2] as number, local);
    const remoteAddress = this.remote.at(c[4] as number, remote);
    if (localAddress === undefined || remoteAddress === undefined) return NOT_A_ROW;
    if (local - (c[2] as number) !== remote - (c[4] as number)) return NOT_A_ROW;
    const queues = colonIn(body, c[8] as number, c[9] as number);
    const timer = colonIn(body, c[10] as number, c[11] as number);
    if (queues < 0 || timer < 0) return NOT_A_ROW;
    this.bad = '';
    const mini = this.tcp && (n < FULL_TCP || state === TIME_WAIT);
    const full = this.tcp && !mini;
    this.refusals.flush();
    const localPort = this.port(local + 1, c[3] as number);
    const remotePort = this.port(remote + 1, c[5] as number);
    const inode = this.number('inode', 9);
    this.sink.record({
      line: this.line,
      slot,
      localAddress,
      localPort,
      remoteAddress,
      remotePort,
      state,
      txQueue: this.hex('tx_queue', c[8] as number, queues),
      rxQueue: this.hex('rx_queue', queues + 1, c[9] as number),
      timer: this.hex('tr', c[10] as number, timer),
      timerTicks: this.ticks(timer + 1, c[11] as number),
      retransmits: this.hex('retrnsmt', c[12] as number, c[13] as number),
      uid: this.uid(),
      timeout: this.number('timeout', 8),
      inode,
      refcount: this.number('ref', 10),
      pointer: this.pointer.at(c[22] as number, c[23] as number),
      rto: full ? this.number('rto', 12) : null,
      ato: full ? this.number('ato', 13) : null,
      ack: full ? this.number('ack', 14) : null,
      cwnd: full ? this.number('cwnd', 15) : null,
      ssthresh: full ? this.number('ssthresh', 16) : null,
      drops: !this.tcp && n > COMMON ? this.number('drops', 12) : null,
      mini,
    });
    if (this.tcp && slot !== this.slot) this.remark('slot-gap', `row ${slot} where ${this.slot} was due`);
    this.slot = slot + 1;
    this.odd(n - (this.tcp ? (mini ? COMMON : FULL_TCP) : COMMON + 1), localAddress === null || remoteAddress === null);
    // Rows without an inode differ in the last digits of their remote address or in a port.
    const hash = Math.imul(inode ?? 0, 0x9e3779b1) ^ Math.imul((localPort ?? 0) * 65_536 + (remotePort ?? 0), 0x85ebca6b);
    const first = this.seen.add(hashBytes(body, remote - 8, remote, hash), start, this.line);
    if (first !== null) this.remark('line-duplicate', `the same socket stands in line ${first.line}`);
    return null;
  }

  /** Remarks on the row just given: columns too many, values that are none, addresses that cannot be read. */
  private odd(more: number, noAddress: boolean): void {
    if (more > 0) this.remark('line-columns', `the row has ${more} columns more than the kernel prints`);
    if (this.bad !== '') this.remark('line-value', `not a value of the kernel:${this.bad}`);
    if (noAddress && !this.unordered) {
      this.unordered = true;
      this.remark('line-value', 'the byte order of the host is unknown: addresses from here on are NULL');
    }
  }

  private remark(code: LineProblemCode, message: string): void {
    const problem: LineProblem = { code, line: this.line, lines: 0, message };
    this.sink.problem(problem);
  }

  private hex(name: string, start: number, end: number): number | null {
    const n = hex(this.body, start, end);
    if (n >= 0) return n;
    this.bad += ` ${name}`;
    return null;
  }

  private ticks(start: number, end: number): number | null {
    const n = hexLong(this.body, start, end);
    if (n === null) this.bad += ' tm->when';
    return n;
  }

  private port(start: number, end: number): number | null {
    const n = hex(this.body, start, end);
    if (n >= 0 && n <= 0xffff) return n;
    this.bad += ' port';
    return null;
  }

  private number(name: string, column: number): number | null {
    const n = signed(this.body, this.columns[2 * column] as number, this.columns[2 * column + 1] as number);
    if (n === null) this.bad += ` ${name}`;
    return n;
  }

  /** Kernels that print a uid with %d show the upper half as negative: the same 32 bits. */
  private uid(): number | null {
    const n = this.number('uid', 7);
    return n !== null && n < 0 && n >= -0x8000_0000 ? n + 0x1_0000_0000 : n;
  }
}

/** Position of the only colon before the last digits, searched from the end because ports are short; -1 when there is none. */
function portColon(body: Buffer, start: number, end: number): number {
  for (let i = end - 1; i > start && i > end - 10; i--) if (body[i] === COLON) return i;
  return -1;
}

function colonIn(body: Buffer, start: number, end: number): number {
  for (let i = start; i < end && i < start + 20; i++) if (body[i] === COLON) return i;
  return -1;
}

/** Every kernel begins with blanks, `sl` and `local_address`; what follows differs. */
function isHeader(body: Buffer, start: number, end: number): boolean {
  return /^ *sl +local_address +rem(?:ote)?_address +st /.test(body.toString('latin1', start, Math.min(end, start + 200)));
}

/** Whether the rows that begin at two offsets are the same socket: both ends, inode and pointer; queues, timers and references may have moved on. */
function sameSocket(body: Buffer, x: number, y: number): boolean {
  const [a, b] = [newBounds(), newBounds()];
  cut(body, x, a);
  cut(body, y, b);
  return [1, 2, 9, 11].every((i) => {
    const [as, ae, bs, be] = [a[2 * i], a[2 * i + 1], b[2 * i], b[2 * i + 1]] as [number, number, number, number];
    return sameBytes(body, as, ae, bs, be);
  });
}
