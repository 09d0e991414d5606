import { isUtf8 } from 'node:buffer';
import type { Value } from '../render/value.ts';

/** A `BYTES` column: text where it is valid UTF-8 without NUL, else the bytes themselves. */
export function bytesValue(bytes: Uint8Array): Value {
  const b = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // ASCII is what it is in any encoding, and most of what the kernel prints.
  if (isPlain(b)) return b.toString('latin1');
  return isUtf8(b) && !b.includes(0) ? b.toString('utf8') : Buffer.from(b);
}

/** Short, and ASCII without NUL. */
function isPlain(bytes: Buffer): boolean {
  if (bytes.length > 256) return false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte === 0 || byte > 0x7e) return false;
  }
  return true;
}

const devices = new Map<number, string>();

/** A device as MAJOR:MINOR. A host has few of them: the text of each is made once. */
export function deviceValue(major: number, minor: number): string {
  if (minor > 0xfffff || major > 0xffffffff) return `${major}:${minor}`;
  const key = major * 0x100000 + minor;
  const known = devices.get(key);
  if (known !== undefined) return known;
  const text = `${major}:${minor}`;
  if (devices.size < 1000) devices.set(key, text);
  return text;
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const MAX_INTEGER = 2n ** 63n - 1n;

/** A `U64` column: a number where it is exact (as one that comes as a number must be), a bigint up to SQLite's largest integer, decimal text above. */
export function u64Value(n: number | bigint): Value {
  if (typeof n === 'number') return n;
  if (n <= MAX_SAFE && n >= -MAX_SAFE) return Number(n);
  return n <= MAX_INTEGER ? n : n.toString();
}
