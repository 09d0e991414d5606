import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { masked, parseAddress, parseBlock } from './address.ts';

test('forms of one address are one', () => {
  expect(parseAddress('1.2.3.4')).toBe(0x01020304);
  expect(parseAddress('::ffff:1.2.3.4')).toBe(0x01020304);
  expect(parseAddress('::ffff:102:304')).toBe(0x01020304);
  expect(parseAddress('2001:DB8:0:0:0:0:0:1')).toBe(parseAddress('2001:db8::1'));
  expect(parseAddress('fe80::1%eth0')).toBe(parseAddress('fe80::1'));
  expect(parseAddress('64:ff9b::1.2.3.4')).toBe(parseAddress('64:ff9b::102:304'));
});

test('what is no address is none', () => {
  for (const text of [
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.',
    '.1.2.3',
    '1..2.3',
    ':',
    ':::',
    '1::2::3',
    'g::1',
    '1.2.3.4 ',
  ])
    expect(parseAddress(text), text).toBeNull();
});

test('blocks: bits behind the prefix do not count, mapped ones are of IPv4', () => {
  expect(parseBlock('10.1.2.3/8')).toEqual({ base: 0x0a000000, bits: 8 });
  expect(parseBlock('::ffff:10.0.0.0/104')).toEqual({ base: 0x0a000000, bits: 8 });
  expect(parseBlock('0.0.0.0/0')).toEqual({ base: 0, bits: 0 });
  for (const text of ['10.0.0.0/33', '::/129', '10.0.0.0', '10.0.0.0/', '::ffff:1.2.3.4/64']) expect(parseBlock(text), text).toBeNull();
});

test('every address that node takes is read, and a block holds what node says it holds', () => {
  const v4 = fc.ipV4();
  const v6 = fc.ipV6();
  fc.assert(
    fc.property(fc.oneof(v4, v6), fc.oneof(v4, v6), fc.nat(128), (a, b, n) => {
      const [x, y] = [parseAddress(a), parseAddress(b)];
      expect(x, a).not.toBeNull();
      if (x === null || y === null || typeof x !== typeof y || isIP(a) !== isIP(b)) return;
      const bits = typeof x === 'number' ? n % 33 : n;
      const list = new BlockList();
      list.addSubnet(a, bits, isIP(a) === 4 ? 'ipv4' : 'ipv6');
      if (typeof x === 'number' && isIP(a) === 6) return;
      expect(masked(x, bits) === masked(y, bits)).toBe(list.check(b, isIP(b) === 4 ? 'ipv4' : 'ipv6'));
    }),
    { numRuns: 500 },
  );
});
