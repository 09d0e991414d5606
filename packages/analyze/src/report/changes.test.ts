import { expect, test } from 'vitest';
import { pairsOf } from './changes.ts';

const of = (host: string, ...ids: number[]): { id: number; host: string }[] => ids.map((id) => ({ id, host }));
const told = (...moments: { id: number; host: string }[]): string =>
  pairsOf(moments)
    .map((p) => p.join('-'))
    .join(' ');

test('captures of one host are compared, the first with the last in front', () => {
  expect(told()).toBe('');
  expect(told(...of('a', 1))).toBe('');
  expect(told(...of('a', 1, 2))).toBe('1-2');
  expect(told(...of('a', 1, 2, 3))).toBe('1-3 1-2 2-3');
  expect(told(...of('a', 1, 2, 3, 4, 5, 6))).toBe('1-6 1-2 2-3 3-4 4-5 5-6');
});

test('captures of different hosts are not', () => {
  expect(told({ id: 1, host: 'a' }, { id: 2, host: 'b' }, { id: 3, host: 'a' })).toBe('1-3');
});
