/** Numbers as the kernel prints them; null for anything else, never a part of it (Number('') is 0, parseInt('1x') is 1). */

/** Decimal with an optional `-`, exact in a double. */
export function decimalOf(text: string | undefined): number | null {
  if (text === undefined || !/^-?\d{1,20}$/.test(text)) return null;
  const n = Number(text);
  return Number.isSafeInteger(n) ? n + 0 : null;
}

/** Hexadecimal without prefix, exact in a double. */
export function hexOf(text: string | undefined): number | null {
  if (text === undefined || !/^[0-9a-fA-F]{1,16}$/.test(text)) return null;
  const n = Number.parseInt(text, 16);
  return Number.isSafeInteger(n) ? n : null;
}

/** Hexadecimal after `0x`. */
export function prefixedHexOf(text: string | undefined): number | null {
  return text?.startsWith('0x') ? hexOf(text.slice(2)) : null;
}

/** Decimal of up to 64 bits, with an optional `-`. */
export function wideOf(text: string | undefined): bigint | null {
  if (text === undefined || !/^-?\d{1,20}$/.test(text)) return null;
  const n = BigInt(text);
  return n < 1n << 64n && n >= -(1n << 63n) ? n : null;
}

/** A 32-bit number that some kernels print with %d: the upper half shows as negative. */
export function unsigned32Of(text: string | undefined): number | null {
  const n = decimalOf(text);
  return n !== null && n < 0 && n >= -0x8000_0000 ? n + 0x1_0000_0000 : n;
}

/** Bytes of a latin1 string. */
export function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** A whole number in decimal, or in hexadecimal after `0x`, known to be one: a bigint only where a number is not exact. */
export function exactOf(text: string): number | bigint {
  const n = Number(text);
  return Number.isSafeInteger(n) ? n + 0 : BigInt(text);
}
