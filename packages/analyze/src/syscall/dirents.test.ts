import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collect } from '../procfs/lines.ts';
import { direntRanges, parseDirents } from './dirents.ts';
import { socketName } from './sockaddr.ts';

const LITTLE = { byteOrder: 'little' } as const;
const getdents = (): Buffer => readFileSync(join(import.meta.dirname, '../../../../test/support/dumps/getdents'));

describe('entries of a directory', () => {
  test('as getdents64 gave them', () => {
    const { records, problems, lines } = collect(parseDirents, getdents(), LITTLE);
    expect(problems).toEqual([]);
    expect(lines).toBe(7);
    expect(records.map((r) => r.name.toString()).sort()).toEqual(['.', '..', '1', '22', '333', 'a name', 'self']);
    expect(records.find((r) => r.name.toString() === 'self')?.type).toBe(8);
    expect(collect(parseDirents, getdents()).records).toEqual(records);
  });

  test('cut off anywhere, and any bytes: nothing thrown, nothing lost, each piece found', () => {
    const holds = (bytes: Buffer): void => {
      const { records, problems, lines } = collect(parseDirents, bytes, LITTLE);
      expect(records.length + problems.reduce((n, p) => n + p.lines, 0)).toBe(lines);
      expect([...direntRanges(bytes, 'little')]).toHaveLength(lines);
    };
    const whole = getdents();
    for (let end = 0; end <= whole.length; end++) holds(whole.subarray(0, end));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => holds(Buffer.from(bytes))));
  });
});

describe('addresses of sockets', () => {
  const name = (hex: string) => socketName(Buffer.from(hex, 'hex'), 'little');
  test.each([
    [`02000050c0a80001${'00'.repeat(8)}`, { family: 'AF_INET', address: '192.168.0.1', port: 80 }],
    [
      '0a0001bb00000000' + 'fe80000000000000' + '0000000000000001' + '02000000',
      { family: 'AF_INET6', address: 'fe80::1', port: 443, scopeId: 2 },
    ],
    ['01002f746d702f78' + '00', { family: 'AF_UNIX', path: Buffer.from('/tmp/x') }],
    ['0100006162' + '00', { family: 'AF_UNIX', path: Buffer.from('\0ab\0') }],
    ['0100', { family: 'AF_UNIX', path: null }],
    ['100000002a00000001000000', { family: 'AF_NETLINK', address: '42', port: 1 }],
    ['28000000d2040000ffffffff00000000', { family: 'AF_VSOCK', address: '4294967295', port: 1234 }],
    ['63000102', { family: 'AF_99', address: null }],
  ])('%s', (hex, expected) => expect(name(hex)).toMatchObject(expected));

  test('shorter than its family, or not even a family', () => {
    expect([name('02000050c0a8'), name('02'), name('')]).toEqual([null, null, null]);
  });

  test('any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => socketName(Buffer.from(bytes), 'big') !== undefined));
  });
});
