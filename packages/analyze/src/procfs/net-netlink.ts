import type { Parser, Placed } from './lines.ts';
import { byLine, type Refused } from './rows.ts';
import { cut, decimal, hex, newBounds, signed } from './scan.ts';

/** One row of /proc/net/netlink (net/netlink/af_netlink.c netlink_native_seq_show; netlink_seq_show in 2.6 to 3.x). */
export interface NetlinkSocket extends Placed {
  readonly pointer: string;
  readonly protocol: number | null;
  /** Port id, unsigned 32 bits; kernels that print it with %d show the upper half as negative. */
  readonly portId: number | null;
  /** Hex as printed. */
  readonly groups: string;
  readonly rmem: number | null;
  readonly wmem: number | null;
  /** A flag by 3.x, a pointer before: as printed. */
  readonly dump: string;
  readonly refcount: number | null;
  /** Null in the 8 columns of 2.6.24. */
  readonly drops: number | null;
  readonly inode: number | null;
}

const OLD = 8;
const NEW = 10;
const COLUMNS: Refused = { code: 'line-columns', message: 'the row has neither 8 nor 10 columns or more' };
const FORM: Refused = { code: 'line-form', message: 'the line is not a row of the netlink table' };
const HEADER: Refused = { code: 'header-form', message: 'the first line is not the header of the netlink table' };

/** 10 columns by 3.0; 8 without Drops and Inode in 2.6.24. Pointers may be `(null)` and the like. */
export const parseNetlink: Parser<NetlinkSocket> = byLine<NetlinkSocket>((sink) => {
  const c = newBounds();
  return ({ body, start, end, number }) => {
    const n = cut(body, start, end, c);
    const text = (i: number) => body.toString('latin1', c[2 * i], c[2 * i + 1]);
    if (number === 1) return n >= 2 && text(0) === 'sk' && text(1) === 'Eth' ? 'header' : HEADER;
    if (n < OLD || (n > OLD && n < NEW)) return COLUMNS;
    const groups = text(3);
    if (hex(body, c[6] as number, c[7] as number) < 0 || !/^(?:[0-9a-f]+|\([_a-z]+\))$/i.test(text(0))) return FORM;
    const bad: string[] = [];
    const value = (name: string, i: number): number | null => {
      const v = signed(body, c[2 * i] as number, c[2 * i + 1] as number);
      if (v === null) bad.push(name);
      return v;
    };
    const portId = value('Pid', 2);
    const rmem = value('Rmem', 4);
    const wmem = value('Wmem', 5);
    const inode = n >= NEW ? decimal(body, c[18] as number, c[19] as number) : null;
    if (inode === -1) bad.push('Inode');
    sink.record({
      line: number,
      pointer: text(0),
      protocol: value('Eth', 1),
      portId: portId !== null && portId < 0 ? portId + 0x1_0000_0000 : portId,
      groups,
      rmem,
      wmem,
      dump: text(6),
      refcount: value('Locks', 7),
      drops: n >= NEW ? value('Drops', 8) : null,
      inode: inode === -1 ? null : inode,
    });
    if (n > NEW)
      sink.problem({ code: 'line-columns', line: number, lines: 0, message: `the row has ${n - NEW} columns more than the kernel prints` });
    if (bad.length > 0)
      sink.problem({ code: 'line-value', line: number, lines: 0, message: `not a value of the kernel: ${bad.join(' ')}` });
    return 'row';
  };
});
