import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, nearest } from './nearest.ts';

test.each([
  ['netstat', 'netstat', 0],
  ['netsat', 'netstat', 1],
  ['ent', 'net', 1],
  ['', 'abc', 3],
  ['kitten', 'sitting', 3],
])('%s to %s takes %i', (a, b, n) => expect(editDistance(a, b)).toBe(n));

test('distance is symmetric, and zero only for equals', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
    }),
  );
});

test('only what is like it, the likest first', () => {
  const names = ['netstat', 'lsof', 'ss', 'sockstat', 'processes', 'process_args'];
  expect(nearest('netsat', names)).toEqual(['netstat']);
  expect(nearest('proc', names)).toEqual(['process_args', 'processes']);
  expect(nearest('zzzz', names)).toEqual([]);
  expect(nearest('x'.repeat(5000), names)).toEqual([]);
});
