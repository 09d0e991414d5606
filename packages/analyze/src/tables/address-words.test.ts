import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressFromHost } from '../procfs/address.ts';
import { addressWords } from './address-words.ts';

/** Of each 16 bits zero is the likeliest, so that every way to shorten comes up. */
const group = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.constant(0xffff), fc.integer({ min: 0, max: 0xffff }));

test.each([2, 8])('an address of %i groups gives the bits that its text was made of', (length) => {
  fc.assert(
    fc.property(fc.array(group, { minLength: length, maxLength: length }), (groups) => {
      const hex = groups.map((g) => g.toString(16).padStart(4, '0')).join('');
      const text = addressFromHost(Buffer.from(hex), 0, hex.length, 'big');
      const words = new Float64Array(length / 2);
      addressWords(String(text), words);
      expect([...words].map((w) => w.toString(16).padStart(8, '0')).join('')).toBe(hex);
    }),
  );
});
