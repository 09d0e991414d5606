/** Nanoseconds since 1970 as `2026-11-21T14:05:00.123456+00:00`, rounded down to microseconds; null beyond the years that this form can say. */
export function isoMicroseconds(ns: bigint): string | null {
  const us = ns / 1000n - (ns % 1000n < 0n ? 1n : 0n);
  const rest = ((us % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const ms = Number((us - rest) / 1000n);
  if (ms < -62_135_596_800_000 || ms > 253_402_300_799_000) return null;
  return `${new Date(ms).toISOString().slice(0, 19)}.${String(rest).padStart(6, '0')}+00:00`;
}
