import type { Parser, Placed } from './lines.ts';
import { byLine, type Refused } from './rows.ts';
import { cut, decimal, hex, newBounds, signed } from './scan.ts';

/** One row of /proc/net/packet (net/packet/af_packet.c packet_seq_show). */
export interface PacketSocket extends Placed {
  readonly pointer: string;
  readonly refcount: number | null;
  /** SOCK_ number: 3 raw, 2 dgram, 10 packet. */
  readonly type: number | null;
  /** Ethertype, printed in hex; 3 is all. */
  readonly protocol: number | null;
  readonly ifindex: number | null;
  readonly running: number | null;
  /** Bytes. */
  readonly rmem: number | null;
  readonly uid: number | null;
  readonly inode: number | null;
}

const COLUMNS = 9;
const FEW: Refused = { code: 'line-columns', message: 'the row has fewer than 9 columns' };
const FORM: Refused = { code: 'line-form', message: 'the line is not a row of the packet table' };
const HEADER: Refused = { code: 'header-form', message: 'the first line is not the header of the packet table' };

/** The header differs in padding alone; rows have 9 columns and trailing blanks. */
export const parsePacket: Parser<PacketSocket> = byLine<PacketSocket>((sink) => {
  const c = newBounds();
  return ({ body, start, end, number }) => {
    const n = cut(body, start, end, c);
    const text = (i: number) => body.toString('latin1', c[2 * i], c[2 * i + 1]);
    if (number === 1) return n >= 2 && text(0) === 'sk' && text(1) === 'RefCnt' ? 'header' : HEADER;
    if (n < COLUMNS) return FEW;
    if (!/^(?:[0-9a-f]+|\([_a-z]+\))$/i.test(text(0))) return FORM;
    const bad: string[] = [];
    const value = (name: string, i: number, read: typeof signed): number | null => {
      const v = read(body, c[2 * i] as number, c[2 * i + 1] as number);
      if (v === null) bad.push(name);
      return v;
    };
    const unsigned = (b: Buffer, s: number, e: number) => nullable(decimal(b, s, e));
    sink.record({
      line: number,
      pointer: text(0),
      refcount: value('RefCnt', 1, signed),
      type: value('Type', 2, unsigned),
      protocol: value('Proto', 3, (b, s, e) => nullable(hex(b, s, e))),
      ifindex: value('Iface', 4, unsigned),
      running: value('R', 5, unsigned),
      rmem: value('Rmem', 6, unsigned),
      uid: value('User', 7, unsigned),
      inode: value('Inode', 8, unsigned),
    });
    if (n > COLUMNS)
      sink.problem({
        code: 'line-columns',
        line: number,
        lines: 0,
        message: `the row has ${n - COLUMNS} columns more than the kernel prints`,
      });
    if (bad.length > 0)
      sink.problem({ code: 'line-value', line: number, lines: 0, message: `not a value of the kernel: ${bad.join(' ')}` });
    return 'row';
  };
});

function nullable(n: number): number | null {
  return n < 0 ? null : n;
}
