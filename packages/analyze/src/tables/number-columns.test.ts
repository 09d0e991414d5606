import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packColumn, packedSize, unpackColumn } from './number-columns.ts';

const small = fc.integer({ min: 0, max: 300 });
const number = fc.oneof(
  small,
  fc.integer({ min: 0, max: 0x1_0000_0005 }),
  fc.integer({ min: -3, max: 70_000 }),
  fc.constant(Number.NaN),
  fc.maxSafeInteger(),
);
const column = fc.oneof(
  fc.array(number, { minLength: 1, maxLength: 40 }),
  fc.array(small, { minLength: 1, maxLength: 40 }),
  fc.tuple(number, fc.nat(40)).map(([first, more]) => Array.from({ length: more + 1 }, (_, i) => first + i)),
  fc.tuple(number, fc.nat(40)).map(([one, more]) => Array.from({ length: more + 1 }, () => one)),
);

function packed(columns: readonly (readonly number[])[]): DataView {
  const view = new DataView(new ArrayBuffer(columns.reduce((sum, c) => sum + packedSize(c.length), 0)));
  const end = columns.reduce((at, c) => packColumn(Float64Array.from(c), c.length, view, at), 0);
  return new DataView(view.buffer, 0, end);
}

test('columns come out as they went in, one behind the other', () => {
  fc.assert(
    fc.property(fc.array(column, { maxLength: 4 }), (columns) => {
      const view = packed(columns);
      let at = 0;
      for (const one of columns) {
        const out = new Float64Array(one.length);
        at = unpackColumn(view, at, one.length, out) ?? Number.NaN;
        expect([...out]).toEqual(one);
      }
      expect(at).toBe(view.byteLength);
    }),
  );
});

test('bytes that are cut off, or of no form, are no column', () => {
  const out = new Float64Array(100);
  for (const one of [
    [7, 7, 7],
    [1, 2, 3],
    [1, 300, 2],
    [9, 1],
    [0x1_0000_0000, 5],
    [Number.NaN, 2],
  ]) {
    const view = packed([one]);
    for (let length = 0; length < view.byteLength; length++)
      expect(unpackColumn(new DataView(view.buffer, 0, length), 0, one.length, out)).toBeNull();
  }
  expect(unpackColumn(new DataView(Uint8Array.of(3, 1, 1, 1, 1, 1, 1, 1, 1).buffer), 0, 1, out)).toBeNull();
});

test('numbers that are alike take few bytes', () => {
  const size = (numbers: readonly number[]): number => packed([numbers]).byteLength;
  expect(size(Array.from({ length: 100 }, () => 1e12))).toBe(9);
  expect(size(Array.from({ length: 100 }, (_, i) => 1e12 + i))).toBe(9);
  expect(size(Array.from({ length: 100 }, (_, i) => (i * 7) % 256))).toBe(101);
  expect(size(Array.from({ length: 100 }, (_, i) => (i * 700) % 65_536))).toBe(201);
  expect(size(Array.from({ length: 100 }, (_, i) => (i * 70_000_000) % 0xffff_ffff))).toBe(401);
});
