import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stamp } from './stamp.ts';

test('is what a Date says in UTC, from 1970 to 9999', () => {
  const basic = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }), (ms) => stamp(ms) === basic(ms)),
    { numRuns: 2000 },
  );
  for (const ms of [0, Date.UTC(2000, 1, 29), Date.UTC(2100, 2, 1) - 1, Date.UTC(2024, 11, 31, 23, 59, 59)])
    expect(stamp(ms)).toBe(basic(ms));
});
