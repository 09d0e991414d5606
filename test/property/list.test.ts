import { formatListLine, type ListLine, type ListStat, parseList, type Taken } from '@coldstat/capture/archive';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((b) => Buffer.from(b).toString('latin1'));
const errno = fc.constantFrom('ENOENT', 'EACCES', 'E2BIG', '523').map((e) => ({ errno: e }));
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u64 = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
const device = fc.tuple(u32, u32);
const stat: fc.Arbitrary<ListStat> = fc.record({
  mode: fc.integer({ min: 0, max: 0o177777 }),
  nlink: u64,
  uid: u32,
  gid: u32,
  dev: device,
  ino: u64,
  rdev: device,
  size: u64,
});
const taken = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Taken<T>> => fc.oneof(value, errno, fc.constant(null));
const line: fc.Arbitrary<ListLine> = fc
  .record({
    name: bytes,
    lmode: taken(fc.integer({ min: 0, max: 0o7777 })),
    lmodeDerived: fc.boolean(),
    stat: taken(stat),
    statByName: fc.boolean(),
    target: taken(bytes),
  })
  .map((l) => ({
    ...l,
    lmodeDerived: l.lmodeDerived && typeof l.lmode === 'number',
    statByName: l.statByName && l.stat !== null && !('errno' in l.stat),
  }));

describe('lists', () => {
  it('write, then read: the same names, targets and numbers, whatever their bytes', () => {
    const property = fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
      const { lines: read, errors, total } = parseList(Buffer.from(lines.map(formatListLine).join(''), 'latin1'));
      expect(errors).toEqual([]);
      expect(total).toBe(lines.length);
      expect(read.map(({ line: _, ...rest }) => rest)).toEqual(lines);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('any bytes: every line is a line or an error', () => {
    const alphabet = fc.constantFrom(...['\n', '\t', '>', '!', '-', '=', '0', '7', ',', ':', '\\', 'x', 'f', ' ', '\xff', '\0']);
    const text = fc.array(alphabet, { maxLength: 200 }).map((c) => c.join(''));
    const property = fc.property(text, (t) => {
      const { lines, errors, total } = parseList(Buffer.from(t, 'latin1'));
      expect(lines.length + errors.length).toBe(total);
      expect(total).toBe(t.split('\n').length - (t.endsWith('\n') || t === '' ? 1 : 0));
    });
    fc.assert(property, { numRuns: 2000 });
  });
});
