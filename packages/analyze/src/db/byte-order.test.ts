import { describe, expect, it } from 'vitest';
import { byteOrderOf } from './byte-order.ts';

const row = (local: string): Buffer =>
  Buffer.from(`   0: ${local}:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1\n`);

describe('byte order from a socket table', () => {
  it.each([
    ['0100007F', 'little'],
    ['7F000001', 'big'],
    ['00000000000000000000000001000000', 'little'],
    ['00000000000000000000000000000001', 'big'],
    ['0000000000000000FFFF00000201A8C0', 'little'],
    ['00000000000000000000FFFFC0A80102', 'big'],
    ['00000000', null],
    ['0201A8C0', null],
  ])('%s says %s', (address, order) => expect(byteOrderOf(row(address))).toBe(order));

  it('is unknown when both orders seem to be there', () => {
    expect(byteOrderOf(Buffer.concat([row('0100007F'), row('7F000001')]))).toBeNull();
  });
});
