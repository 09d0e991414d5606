import { addressText } from './address.ts';
import { type ByteOrder, Reader } from './reader.ts';

/** What getsockname or getpeername told, as far as the family is known (struct sockaddr_*). */
export interface SocketName {
  readonly family: string;
  readonly address: string | null;
  readonly port: number | null;
  readonly scopeId: number | null;
  /** Name of a unix socket without the NUL that ends a path; null when it has none. */
  readonly path: Buffer | null;
}

const FAMILIES: ReadonlyMap<number, string> = new Map([
  [1, 'AF_UNIX'],
  [2, 'AF_INET'],
  [10, 'AF_INET6'],
  [16, 'AF_NETLINK'],
  [17, 'AF_PACKET'],
  [40, 'AF_VSOCK'],
]);

/** Null when there are not even the two bytes of a family, or fewer than the family's address takes. */
export function socketName(bytes: Buffer, order: ByteOrder): SocketName | null {
  const reader = new Reader(bytes, order);
  const number = reader.u16(0);
  if (number === null) return null;
  const family = FAMILIES.get(number) ?? `AF_${number}`;
  const none = { family, address: null, port: null, scopeId: null, path: null };
  const text = (n: number | null): string | null => (n === null ? null : String(n));
  switch (number) {
    case 1:
      return { ...none, path: unixName(bytes.subarray(2)) };
    case 2:
      return whole({ ...none, address: addressText(bytes, 4, 4), port: reader.be16(2) });
    case 10:
      return whole({ ...none, address: addressText(bytes, 8, 6), port: reader.be16(2), scopeId: reader.u32(24) });
    case 16:
      return whole({ ...none, address: text(reader.u32(4)), port: reader.u32(8) });
    case 17:
      return whole({ ...none, address: text(reader.i32(4)), port: reader.be16(2) });
    case 40:
      return whole({ ...none, address: text(reader.u32(8)), port: reader.u32(4) });
    default:
      return none;
  }
}

const whole = (name: SocketName): SocketName | null => (name.address === null || name.port === null ? null : name);

/** A path ends at its NUL, an abstract name (NUL first) at its last byte (unix_mkname in net/unix/af_unix.c). */
function unixName(bytes: Buffer): Buffer | null {
  if (bytes.length === 0) return null;
  if (bytes[0] === 0) return bytes;
  const nul = bytes.indexOf(0);
  return nul < 0 ? bytes : bytes.subarray(0, nul);
}
