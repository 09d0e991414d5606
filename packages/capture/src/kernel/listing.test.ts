import fc from 'fast-check';
import { expect, test } from 'vitest';
import { direntNames, nameLines } from './listing.ts';
import { putU16 } from './native.ts';

function dirent(name: string): Buffer {
  const out = Buffer.alloc((19 + name.length + 1 + 7) & ~7);
  putU16(out, 16, out.length);
  out.write(name, 19, 'latin1');
  return out;
}

test('names of a raw listing, of any length', () => {
  const names = ['.', '..', '1', '4194304', 'self', 'x'.repeat(255), '\xff\n'];
  expect(direntNames(Buffer.concat(names.map(dirent)))).toEqual(names);
});

test('a record without an end, without a length, or longer than there is, ends the listing', () => {
  const endless = Buffer.alloc(24, 0x61);
  putU16(endless, 16, 24);
  expect(direntNames(endless)).toEqual(['aaaaa']);
  expect(direntNames(Buffer.alloc(100))).toEqual([]);
  const long = dirent('1');
  putU16(long, 16, 4096);
  expect(direntNames(Buffer.concat([dirent('2'), long]))).toEqual(['2']);
});

test('any bytes: it ends, and gives no more names than there is room for', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => direntNames(Buffer.from(bytes)).length * 20 <= bytes.length));
});

test('names as lines keep every byte', () => {
  expect(nameLines(['1', 'a b', '\n\xff']).toString('latin1')).toBe('1\na\\x20b\n\\x0a\\xff\n');
});
