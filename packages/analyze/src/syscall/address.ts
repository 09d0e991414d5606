import { ipv4FromHost, ipv6FromNetwork } from '../procfs/address.ts';

/** Text of an address in network order, as inet_ntop gives it; null when there are too few bytes. */
export function addressText(bytes: Buffer, at: number, family: 4 | 6): string | null {
  if (at + (family === 4 ? 4 : 16) > bytes.length) return null;
  if (family === 4) return ipv4FromHost(bytes.readUInt32BE(at), 'big');
  const digits = Buffer.from(bytes.toString('hex', at, at + 16), 'latin1');
  return ipv6FromNetwork(digits, 0, 32) ?? null;
}
