import { isIPv6 } from 'node:net';

/** An IP address to compare by: a number is IPv4, a bigint IPv6. IPv4 in an IPv6 socket (`::ffff:1.2.3.4`) is IPv4. */
export type Address = number | bigint;

/** A block of addresses; `base` has no bit set behind the first `bits`. */
export interface Block {
  readonly base: Address;
  readonly bits: number;
}

const MAPPED = 0xffffn << 32n;
const DOT = 46;

/** Null when the text is no address. Octets have no leading zero: some programs take `010` for eight. */
export function parseAddress(text: string): Address | null {
  if (text.length < 2 || text.length > 45) return null;
  const v4 = parseV4(text);
  if (v4 !== null) return v4;
  return text.includes(':') && isIPv6(text) ? parseV6(text.replace(/%.*$/, '')) : null;
}

/** `ADDRESS/BITS`; null when it is none. Bits behind the prefix are cleared. */
export function parseBlock(text: string): Block | null {
  const parts = /^([^/]{2,45})\/(\d{1,3})$/.exec(text);
  const address = parts === null ? null : parseAddress(parts[1] ?? '');
  if (parts === null || address === null) return null;
  // A block of mapped addresses is the block of what is mapped.
  const mapped = typeof address === 'number' && parts[1]?.includes(':') ? 96 : 0;
  const bits = Number(parts[2]) - mapped;
  return bits < 0 || bits > (typeof address === 'number' ? 32 : 128) ? null : { base: masked(address, bits), bits };
}

/** The address with every bit behind the first `bits` cleared. */
export function masked(address: Address, bits: number): Address {
  if (typeof address === 'bigint') return (address >> BigInt(128 - bits)) << BigInt(128 - bits);
  return bits === 0 ? 0 : (address & (-1 << (32 - bits))) >>> 0;
}

/** The fewest blocks that hold the addresses from `first` to `last` and no others; none when they are of two families or the wrong way round. */
export function blocksBetween(first: Address, last: Address): readonly Block[] {
  if (typeof first !== typeof last) return [];
  const width = typeof first === 'number' ? 32 : 128;
  const blocks: Block[] = [];
  const end = BigInt(last);
  for (let at = BigInt(first); at <= end; ) {
    let free = 0;
    while (free < width && at % (2n << BigInt(free)) === 0n && at + (2n << BigInt(free)) - 1n <= end) free++;
    blocks.push({ base: typeof first === 'number' ? Number(at) : at, bits: width - free });
    at += 1n << BigInt(free);
  }
  return blocks;
}

function parseV4(text: string): number | null {
  let address = 0;
  let octet = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === DOT) {
      if (octet < 0 || ++dots > 3) return null;
      address = address * 256 + octet;
      octet = -1;
    } else {
      if (c < 48 || c > 57 || octet === 0) return null;
      octet = octet < 0 ? c - 48 : octet * 10 + c - 48;
      if (octet > 255) return null;
    }
  }
  return dots === 3 && octet >= 0 ? address * 256 + octet : null;
}

/** Of text that isIPv6 takes. */
function parseV6(text: string): Address {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const v4 = tail === null ? null : parseV4(tail[2] ?? '');
  const groups = v4 === null ? text : `${tail?.[1]}${(v4 >>> 16).toString(16)}:${(v4 & 0xffff).toString(16)}`;
  const [head = '', rest] = groups.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = rest === undefined || rest === '' ? [] : rest.split(':');
  const all = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  const address = BigInt(`0x${all.map((group) => group.padStart(4, '0')).join('')}`);
  return address >> 32n === MAPPED >> 32n ? Number(address & 0xffffffffn) : address;
}
