import type { Env } from '../procfs/lines.ts';

export type ByteOrder = NonNullable<Env['byteOrder']>;

/** Numbers of a structure in the byte order of the host; null where the structure ends before them, so that a short one is no lie. */
export class Reader {
  readonly bytes: Buffer;
  readonly #little: boolean;

  constructor(bytes: Buffer, order: ByteOrder) {
    this.bytes = bytes;
    this.#little = order === 'little';
  }

  u8(at: number): number | null {
    return this.bytes[at] ?? null;
  }

  u16(at: number): number | null {
    if (at + 2 > this.bytes.length) return null;
    return this.#little ? this.bytes.readUInt16LE(at) : this.bytes.readUInt16BE(at);
  }

  /** Network order, whatever the host's is. */
  be16(at: number): number | null {
    return at + 2 > this.bytes.length ? null : this.bytes.readUInt16BE(at);
  }

  u32(at: number): number | null {
    if (at + 4 > this.bytes.length) return null;
    return this.#little ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at);
  }

  i32(at: number): number | null {
    const n = this.u32(at);
    return n === null ? null : n | 0;
  }

  u64(at: number): bigint | null {
    if (at + 8 > this.bytes.length) return null;
    return this.#little ? this.bytes.readBigUInt64LE(at) : this.bytes.readBigUInt64BE(at);
  }

  /** `__u32[2]`, the lower word first on every host, as sock_diag_save_cookie writes it; null for INET_DIAG_NOCOOKIE, which is none. */
  cookie(at: number): bigint | null {
    const [low, high] = [this.u32(at), this.u32(at + 4)];
    if (low === null || high === null) return null;
    return low === 0xffffffff && high === 0xffffffff ? null : (BigInt(high) << 32n) | BigInt(low);
  }
}
