import { describe, expect, it } from 'vitest';
import { addressFromHost, ipv4FromHost, ipv6FromNetwork } from './address.ts';

const network = (hex: string) => ipv6FromNetwork(Buffer.from(hex), 0, hex.length);
const host = (hex: string, order: 'little' | 'big' | null) => addressFromHost(Buffer.from(hex), 0, hex.length, order);

describe('addresses in the byte order of the host', () => {
  it('reads 127.0.0.1 on both kinds of host', () => {
    expect(ipv4FromHost(0x0100007f, 'little')).toBe('127.0.0.1');
    expect(ipv4FromHost(0x7f000001, 'big')).toBe('127.0.0.1');
    expect(host('0100007F', 'little')).toBe('127.0.0.1');
    expect(host('FFFFFFFE', 'little')).toBe('254.255.255.255');
  });

  it('never guesses: an unknown order gives null, but for words that read the same both ways', () => {
    expect(host('0100007F', null)).toBeNull();
    expect(host('00000000', null)).toBe('0.0.0.0');
    expect(host('00000000000000000000000000000000', null)).toBe('::');
    expect(host('00000000000000000000000001000000', null)).toBeNull();
  });

  it('reads IPv6 as four words', () => {
    expect(host('00000000000000000000000001000000', 'little')).toBe('::1');
    expect(host('00000000000000000000000000000001', 'big')).toBe('::1');
    expect(host('0000000000000000FFFF00000100007F', 'little')).toBe('::ffff:127.0.0.1');
    expect(host('B80D01200000000067452301EFCDAB89', 'little')).toBe('2001:db8::123:4567:89ab:cdef');
  });

  it('refuses other widths and other bytes', () => {
    expect(host('0100007', 'little')).toBeUndefined();
    expect(host('0100007G', 'little')).toBeUndefined();
    expect(host('0000000000000000FFFF0000010000', 'little')).toBeUndefined();
  });
});

describe('text as glibc inet_ntop gives it', () => {
  // Each right-hand side is what inet_ntop(AF_INET6) of glibc 2.36 printed for these bytes.
  it.each([
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000000000001', '::1'],
    ['00000000000000000000000000010000', '::0.1.0.0'],
    ['00000000000000000000000001020304', '::1.2.3.4'],
    ['00000000000000000000000000000102', '::102'],
    ['00000000000000000000ffff01020304', '::ffff:1.2.3.4'],
    ['00000000000000000000ffff00000000', '::ffff:0.0.0.0'],
    ['0000000000000000ffff000001020304', '::ffff:0:102:304'],
    ['00010000000000000000000000000000', '1::'],
    ['00010000000100000001000000010000', '1:0:1:0:1:0:1:0'],
    ['00000001000000010000000100000001', '0:1:0:1:0:1:0:1'],
    ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
    ['fe80000000000000000cfffffe000001', 'fe80::c:ffff:fe00:1'],
    ['00000000000000010000000000000000', '0:0:0:1::'],
    ['ff020000000000000000000000000000', 'ff02::'],
  ])('%s is %s', (hex, text) => expect(network(hex)).toBe(text));
});
