import type { Parser, Placed } from './lines.ts';
import { bytesOf, decimalOf, prefixedHexOf } from './number.ts';
import { byColumns } from './rows.ts';

/** One row of /proc/net/arp (net/ipv4/arp.c arp_format_neigh_entry). */
export interface Neighbour extends Placed {
  readonly address: string;
  readonly hwType: number | null;
  readonly flags: number | null;
  /** Null for a device without hardware addresses: the column is empty. */
  readonly hwAddress: string | null;
  readonly mask: string;
  readonly device: Buffer;
}

/** `IP type flags [address] mask device`, numbers with `0x`. */
export const parseArp: Parser<Neighbour> = byColumns<Neighbour>({
  header: /^IP address +HW type +Flags /,
  columns: [5, 6],
  row(c, line, doubts) {
    const [address = '', type, flags] = c;
    const hwAddress = c.length === 5 ? null : (c[3] ?? null);
    const [mask = '', device = ''] = c.slice(c.length === 5 ? 3 : 4);
    if (!isDotted(address)) return null;
    return {
      line,
      address,
      hwType: doubts.of('HW type', prefixedHexOf(type)),
      flags: doubts.of('Flags', prefixedHexOf(flags)),
      hwAddress,
      mask,
      device: bytesOf(device),
    };
  },
});

/** Whether the text is an IPv4 address as %pI4 prints it. */
export function isDotted(text: string): boolean {
  const octets = text.split('.');
  return octets.length === 4 && octets.every((o) => /^\d{1,3}$/.test(o) && (decimalOf(o) ?? 256) < 256);
}
