import type { Parser, Placed } from './lines.ts';
import { decimalOf, hexOf, unsigned32Of } from './number.ts';
import { byColumns } from './rows.ts';

/** One row of /proc/net/netlink (net/netlink/af_netlink.c netlink_native_seq_show; netlink_seq_show in 2.6 to 3.x). */
export interface NetlinkSocket extends Placed {
  readonly pointer: string;
  readonly protocol: number | null;
  /** Port id, unsigned 32 bits; kernels that print it with %d show the upper half as negative. */
  readonly portId: number | null;
  /** Hex as printed. */
  readonly groups: string;
  /** Bytes. */
  readonly rmem: number | null;
  readonly wmem: number | null;
  /** A flag in later kernels, a pointer in 2.6 to 3.x: as printed. */
  readonly dump: string;
  readonly refcount: number | null;
  /** Null in the 8 columns of 2.6.24. */
  readonly drops: number | null;
  readonly inode: number | null;
}

/** What %p and %pK print: digits, or a word in parentheses. */
export const POINTER: RegExp = /^(?:[0-9a-fA-F]{8,16}|\([_a-z]{4,18}\))$/;

/** 10 columns; 8 without Drops and Inode in 2.6.24. */
export const parseNetlink: Parser<NetlinkSocket> = byColumns<NetlinkSocket>({
  header: /^sk +Eth +Pid /,
  columns: [8, 10],
  row(c, line, doubts) {
    const [pointer = '', eth, pid, groups = '', rmem, wmem, dump = '', locks, drops, inode] = c;
    if (!POINTER.test(pointer) || hexOf(groups) === null) return null;
    const late = c.length >= 10;
    return {
      line,
      pointer,
      protocol: doubts.of('Eth', decimalOf(eth)),
      portId: doubts.of('Pid', unsigned32Of(pid)),
      groups,
      rmem: doubts.of('Rmem', decimalOf(rmem)),
      wmem: doubts.of('Wmem', decimalOf(wmem)),
      dump,
      refcount: doubts.of('Locks', decimalOf(locks)),
      drops: late ? doubts.of('Drops', decimalOf(drops)) : null,
      inode: late ? doubts.of('Inode', decimalOf(inode)) : null,
    };
  },
});
