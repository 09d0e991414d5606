import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeySet } from './key-set.ts';

const number = fc.constantFrom(0, 1, 2, -1, 0x7fffffff);
const key = fc.tuple(number, number, number, fc.constantFrom(0, 1, 2 ** 32, 2 ** 32 + 1, 2 ** 52));

test('tells keys apart as a set of texts does, and says which were never asked for', () => {
  fc.assert(
    fc.property(fc.array(key, { maxLength: 300 }), fc.array(key, { maxLength: 300 }), (added, asked) => {
      const set = new KeySet(added.length);
      const texts = new Map<string, number>();
      added.forEach((k, i) => {
        set.add(...k, i);
        if (!texts.has(String(k))) texts.set(String(k), i);
      });
      for (const k of asked) expect(set.meet(...k)).toBe(texts.has(String(k)));
      for (const k of asked) texts.delete(String(k));
      expect(set.unmet()).toEqual([...texts.values()]);
    }),
  );
});

test('holds as many as were announced, however they fall', () => {
  const set = new KeySet(20_000);
  for (let i = 0; i < 20_000; i++) set.add(1, 1, i * 65536, 0, i);
  expect(set.meet(1, 1, 65536 * 19_999, 0)).toBe(true);
  expect(set.unmet()).toHaveLength(19_999);
  expect(() => set.add(2, 2, 2, 2, 2)).toThrow('announced');
});
