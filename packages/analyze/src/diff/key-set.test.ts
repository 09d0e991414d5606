import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeySet } from './key-set.ts';

const WIDTH = 3;
const part = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }));
const keys = fc.array(fc.array(part, { minLength: WIDTH, maxLength: WIDTH }), { maxLength: 60 });

/** Keys of `first` that are not in `second`, the first of equal ones, by their places; and whether each of `second` was met. */
function compared(first: readonly number[][], second: readonly number[][], seed: number): readonly [readonly number[], readonly boolean[]] {
  const set = new KeySet(WIDTH, first.length, seed);
  for (const [n, key] of first.entries()) set.keys.set(key, n * WIDTH);
  // The first alone, then the others; nothing is left out.
  set.add(0, Math.min(1, first.length), new Uint8Array(1));
  set.add(Math.min(1, first.length), Math.max(0, first.length - 1), new Uint8Array(first.length));
  const others = Int32Array.from(second.flat());
  const met = second.map((_, n) => set.meet(others, n * WIDTH));
  return [set.unmet(), met];
}

test('is what comparing texts would be', () => {
  fc.assert(
    fc.property(keys, keys, fc.integer(), fc.boolean(), (some, others, seed, shared) => {
      const second = shared ? [...others, ...some.slice(1)] : others;
      const [unmet, met] = compared(some, second, seed);
      const [a, b] = [some, second].map((list) => list.map((key) => key.join(' ')));
      expect(unmet).toEqual(a?.flatMap((key, n) => (a.indexOf(key) === n && !b?.includes(key) ? [n] : [])));
      expect(met).toEqual(b?.map((key) => a?.includes(key)));
    }),
  );
});

test('many keys, in another order', () => {
  const most = 50_000;
  const key = (n: number): number[] => [n & 7, Math.imul(n, 0x10001), n];
  const all = Array.from({ length: most }, (_, n) => key(n));
  const [unmet, met] = compared(all, all.slice(5).reverse(), 1);
  expect(unmet).toEqual([0, 1, 2, 3, 4]);
  expect(met.every((one) => one)).toBe(true);
});

test('a key that is left out is not there', () => {
  const set = new KeySet(1, 3, 0);
  set.keys.set([5, 6, 5]);
  set.add(0, 3, Uint8Array.of(1, 0, 0));
  expect([5, 6, 7].map((key) => set.meet(Int32Array.of(key), 0))).toEqual([true, true, false]);
  expect(set.unmet()).toEqual([]);
});

test('an empty set has nothing', () => {
  expect(compared([], [[0, 0, 0]], 7)).toEqual([[], [false]]);
});
