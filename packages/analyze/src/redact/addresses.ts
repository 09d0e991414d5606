import type { Secret } from './secret.ts';

/**
 * Addresses, replaced so that what can be asked of them stays true: the same address becomes the same one, addresses that share a prefix share one
 * still (bit for bit after the part that tells the class), and the class stays: unspecified, loopback, private, link-local, shared, multicast, public.
 * Addresses are bytes in network order.
 */
export class Addresses {
  readonly #secret: Secret;
  readonly #known = new Map<string, Buffer>();
  readonly #octets: Buffer;

  constructor(secret: Secret) {
    this.#secret = secret;
    this.#octets = permuted(PUBLIC_OCTETS, secret.bytes('octets', ''));
  }

  /** 4 or 16 bytes. */
  replace(address: Buffer): Buffer {
    const key = address.toString('latin1');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = address.length === 4 ? this.#v4(address) : this.#v6(address);
    this.#known.set(key, made);
    return made;
  }

  #v4(a: Buffer): Buffer {
    const [first = 0, second = 0] = a;
    // Nothing of a host or a site is in these.
    if (first === 0 || first === 127 || first === 255 || (first === 224 && second === 0 && a[2] === 0)) return a;
    const fixed = fixedBits(first, second);
    if (fixed > 0) return this.#bits('4', a, fixed);
    if (first >= 224) return this.#bits('4', a, first < 240 ? 8 : 4);
    const out = Buffer.from(a);
    if (MIXED.has(first)) {
      // Of an octet that is in part private, the public part is kept public.
      const rest = OCTETS.filter((octet) => fixedBits(first, octet) === 0);
      out[1] = permuted(rest, this.#secret.bytes('second', String(first)))[rest.indexOf(second)] ?? second;
      return this.#bits('4', out, 16);
    }
    out[0] = this.#octets[PUBLIC_OCTETS.indexOf(first)] ?? first;
    return this.#bits('4', out, 8);
  }

  #v6(a: Buffer): Buffer {
    if (a.subarray(0, 15).equals(ZERO.subarray(0, 15)) && (a[15] ?? 0) <= 1) return a;
    for (const prefix of EMBEDDING) {
      if (a.subarray(0, 12).equals(prefix)) return Buffer.concat([prefix, this.replace(a.subarray(12))]);
    }
    const [first = 0, second = 0] = a;
    if (first === 0xff) {
      // Groups assigned by IANA are the same everywhere.
      if (a.subarray(2, 13).equals(ZERO.subarray(0, 11)) && a.readUInt32BE(12) < 0x1_0000 * 3) return a;
      return this.#bits('6', a, a.readUInt32BE(8) === 1 && a[12] === 0xff ? 104 : 16);
    }
    if (first === 0xfe && second >= 0x80) return this.#bits('6', a, a.readUInt32BE(4) === 0 ? 64 : 10);
    if (first >= 0xfc) return this.#bits('6', a, 8);
    return this.#bits('6', a, first >> 5 === 1 ? 3 : 16);
  }

  /** Flips each bit after the first `fixed` by what the bits before it and the key say. */
  #bits(kind: string, address: Buffer, fixed: number): Buffer {
    const out = Buffer.from(address);
    const text = Array.from(address, (byte) => byte.toString(2).padStart(8, '0')).join('');
    for (let bit = fixed; bit < text.length; bit++) {
      const flip = (this.#secret.bytes(kind, text.slice(0, bit))[0] ?? 0) & 1;
      out[bit >> 3] = (out[bit >> 3] ?? 0) ^ (flip << (7 - (bit & 7)));
    }
    return out;
  }

  /** The network part of an address: what is behind the prefix is zero as it was. */
  network(address: Buffer, prefix: number): Buffer {
    const made = Buffer.from(this.replace(address));
    for (let bit = prefix; bit < made.length * 8; bit++) {
      const mask = 1 << (7 - (bit & 7));
      if (((address[bit >> 3] ?? 0) & mask) === 0) made[bit >> 3] = (made[bit >> 3] ?? 0) & ~mask;
    }
    return made;
  }

  /** 6 bytes: group and local bits stay, and what every host has: zero, broadcast, the groups of IPv4 and IPv6. */
  hardware(mac: Buffer): Buffer {
    const text = mac.toString('hex');
    if (/^(0{12}|f{12}|01005e0000..|33330000....)$/.test(text)) return mac;
    const made = Buffer.from(this.#secret.bytes('hardware', text).subarray(0, mac.length));
    made[0] = ((made[0] ?? 0) & 0xfc) | ((mac[0] ?? 0) & 3);
    const kept = text.startsWith('3333') ? 2 : text.startsWith('01005e') ? 3 : 0;
    mac.copy(made, 0, 0, kept);
    return made;
  }
}

const ZERO = Buffer.alloc(16);
const OCTETS: readonly number[] = Array.from({ length: 256 }, (_, octet) => octet);
/** First octets that are public only in part. */
const MIXED: ReadonlySet<number> = new Set([100, 169, 172, 192]);
const PUBLIC_OCTETS: readonly number[] = OCTETS.filter((o) => o > 0 && o < 224 && o !== 10 && o !== 127 && !MIXED.has(o));
/** IPv4 within IPv6: mapped, compatible, NAT64. */
const EMBEDDING: readonly Buffer[] = ['00000000000000000000ffff', '000000000000000000000000', '0064ff9b0000000000000000'].map((hex) =>
  Buffer.from(hex, 'hex'),
);

/** Bits that make an address private, link-local or shared; 0 when it is none of these. */
function fixedBits(first: number, second: number): number {
  if (first === 10) return 8;
  if (first === 172 && second >> 4 === 1) return 12;
  if ((first === 192 && second === 168) || (first === 169 && second === 254)) return 16;
  return first === 100 && second >> 6 === 1 ? 10 : 0;
}

/** The same numbers in an order that the bytes decide (Fisher and Yates). */
function permuted(numbers: readonly number[], by: Buffer): Buffer {
  const out = Buffer.from(numbers);
  let state = by.readBigUInt64LE(0) | 1n;
  for (let i = out.length - 1; i > 0; i--) {
    state = BigInt.asUintN(64, state * 6364136223846793005n + by.readBigUInt64LE(8));
    const j = Number((state >> 33n) % BigInt(i + 1));
    [out[i], out[j]] = [out[j] ?? 0, out[i] ?? 0];
  }
  return out;
}
