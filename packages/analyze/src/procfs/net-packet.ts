import type { Parser, Placed } from './lines.ts';
import { POINTER } from './net-netlink.ts';
import { decimalOf, hexOf } from './number.ts';
import { byColumns } from './rows.ts';

/** One row of /proc/net/packet (net/packet/af_packet.c packet_seq_show). */
export interface PacketSocket extends Placed {
  readonly pointer: string;
  readonly refcount: number | null;
  /** SOCK_ number: 3 raw, 2 dgram, 10 packet. */
  readonly type: number | null;
  /** Ethertype, printed in hex; 3 is all. */
  readonly protocol: number | null;
  /** 0 for all. */
  readonly ifindex: number | null;
  readonly running: number | null;
  /** Bytes. */
  readonly rmem: number | null;
  readonly uid: number | null;
  readonly inode: number | null;
}

/** The header differs between kernels in padding alone; rows have 9 columns. */
export const parsePacket: Parser<PacketSocket> = byColumns<PacketSocket>({
  header: /^sk +RefCnt +Type /,
  columns: [9],
  row([pointer = '', refcount, type, protocol, ifindex, running, rmem, uid, inode], line, doubts) {
    if (!POINTER.test(pointer)) return null;
    return {
      line,
      pointer,
      refcount: doubts.of('RefCnt', decimalOf(refcount)),
      type: doubts.of('Type', decimalOf(type)),
      protocol: doubts.of('Proto', hexOf(protocol)),
      ifindex: doubts.of('Iface', decimalOf(ifindex)),
      running: doubts.of('R', decimalOf(running)),
      rmem: doubts.of('Rmem', decimalOf(rmem)),
      uid: doubts.of('User', decimalOf(uid)),
      inode: doubts.of('Inode', decimalOf(inode)),
    };
  },
});
