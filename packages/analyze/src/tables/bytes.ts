import { isUtf8 } from 'node:buffer';
import type { Value } from '../render/value.ts';

/** A `BYTES` column: text where it is valid UTF-8 without NUL, else the bytes themselves. */
export function bytesValue(bytes: Uint8Array): Value {
  const b = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return isUtf8(b) && !b.includes(0) ? b.toString('utf8') : Buffer.from(b);
}

/** The same of the bytes [start, end) of a body. */
export function textValue(body: Buffer, start: number, end: number): Value {
  // ASCII is what it is in any encoding, and most of what the kernel prints.
  for (let i = start; i < end; i++) {
    const byte = body[i] as number;
    if (byte === 0 || byte > 0x7e) return bytesValue(body.subarray(start, end));
  }
  return body.toString('latin1', start, end);
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const MAX_INTEGER = 2n ** 63n - 1n;

/** A `U64` column: a number where it is exact (as one that comes as a number must be), a bigint up to SQLite's largest integer, decimal text above. */
export function u64Value(n: number | bigint): Value {
  if (typeof n === 'number') return n;
  if (n <= MAX_SAFE && n >= -MAX_SAFE) return Number(n);
  return n <= MAX_INTEGER ? n : n.toString();
}
