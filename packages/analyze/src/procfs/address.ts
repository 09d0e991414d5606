import type { Env } from './lines.ts';
import { hex } from './scan.ts';

/**
 * Addresses as the kernel prints them in /proc/net, as text. Two shapes: words in the byte order of the host (`%08X` of a __be32: tcp, udp, raw,
 * route, igmp) and bytes in network order (if_inet6, ipv6_route, igmp6).
 */

type ByteOrder = Env['byteOrder'];

/** Every octet as text, alone and with its dot. */
const OCTET: readonly string[] = Array.from({ length: 256 }, (_, i) => String(i));
const DOTTED: readonly string[] = OCTET.map((octet) => `${octet}.`);

/** The same 32 bits with their bytes the other way round. */
function swap(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}

/** The word as bytes in network order, as one number; null when the host's byte order is unknown and it matters. */
function toNetwork(word: number, order: ByteOrder): number | null {
  if (order === 'big') return word;
  const swapped = swap(word);
  return order === 'little' || swapped === word ? swapped : null;
}

/** Dotted text of a 32-bit number whose highest byte is the first of the address. */
function ipv4Text(network: number): string {
  const [a, b, c] = [DOTTED[network >>> 24], DOTTED[(network >>> 16) & 255], DOTTED[(network >>> 8) & 255]] as [string, string, string];
  return a + b + c + OCTET[network & 255];
}

/** Dotted text of a word printed in host order; null when the byte order is unknown, unless the word reads the same both ways (0.0.0.0). */
export function ipv4FromHost(word: number, order: ByteOrder): string | null {
  const network = toNetwork(word, order);
  return network === null ? null : ipv4Text(network);
}

/** Text of an address of `%08X` words in host order, 8 or 32 digits at [start, end); undefined when it is neither, null when the byte order is unknown. */
export function addressFromHost(body: Buffer, start: number, end: number, order: ByteOrder): string | null | undefined {
  if (end - start === 8) {
    const word = hex(body, start, end);
    return word < 0 ? undefined : ipv4FromHost(word, order);
  }
  if (end - start !== 32) return undefined;
  let known = true;
  for (let i = 0; i < 4; i++) {
    const word = hex(body, start + 8 * i, start + 8 * i + 8);
    if (word < 0) return undefined;
    const network = toNetwork(word, order);
    if (network === null) known = false;
    else {
      GROUPS[2 * i] = network >>> 16;
      GROUPS[2 * i + 1] = network & 0xffff;
    }
  }
  return known ? ipv6Text(GROUPS) : null;
}

/** Text of 32 hexadecimal digits in network order at [start, end); undefined when it is not that. */
export function ipv6FromNetwork(body: Buffer, start: number, end: number): string | undefined {
  if (end - start !== 32) return undefined;
  for (let i = 0; i < 8; i++) {
    const group = hex(body, start + 4 * i, start + 4 * i + 4);
    if (group < 0) return undefined;
    GROUPS[i] = group;
  }
  return ipv6Text(GROUPS);
}

/** Scratch of the two functions above: eight 16-bit groups. */
const GROUPS: Uint16Array = new Uint16Array(8);

/**
 * Text of eight groups as glibc's inet_ntop gives it: lower case, no leading zeros, the first of the longest runs of at least two zero groups as `::`,
 * and the last four bytes dotted where the run is the first six groups (`::1.2.3.4`) or the first five before ffff (`::ffff:1.2.3.4`).
 */
function ipv6Text(groups: Uint16Array): string {
  const [base, length] = longestZeros(groups);
  const last = ((groups[6] as number) << 16) | (groups[7] as number);
  if (base === 0 && length === 6) return `::${ipv4Text(last >>> 0)}`;
  if (base === 0 && length === 5 && groups[5] === 0xffff) return `::ffff:${ipv4Text(last >>> 0)}`;
  let text = '';
  for (let i = 0; i < 8; ) {
    if (i === base) {
      text += '::';
      i += length;
      continue;
    }
    if (i > 0 && i !== base + length) text += ':';
    text += (groups[i] as number).toString(16);
    i++;
  }
  return text;
}

/** Start and length of the first longest run of zero groups; -1 and 0 when none is longer than one. */
function longestZeros(groups: Uint16Array): readonly [number, number] {
  let base = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (i + run < 8 && groups[i + run] === 0) run++;
    if (run > length) {
      base = i;
      length = run;
    }
    i += run;
  }
  return base < 0 ? [-1, 0] : [base, length];
}
