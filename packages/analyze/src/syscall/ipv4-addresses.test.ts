import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collect } from '../procfs/lines.ts';
import { parseIpv4Addresses } from './ipv4-addresses.ts';

/** Answer of a 6.18 kernel in a namespace with a veth link of two addresses and a tun link. */
const BODY = readFileSync(join(import.meta.dirname, '../../../../test/support/dumps/ipv4-addresses'));

test('addresses with their interface, peer and broadcast address, and the end', () => {
  const { records, problems, lines } = collect(parseIpv4Addresses, BODY, { byteOrder: 'little' });
  expect(problems).toEqual([]);
  expect(lines).toBe(records.length);
  const told = records.map((r) =>
    r.kind === 'end' ? r.word : [String(r.label), r.address, r.prefix, r.peer, r.broadcast, r.flags].join(' '),
  );
  expect(told).toEqual([
    'lo 127.0.0.1 8 127.0.0.1  128',
    'va 192.0.2.1 25 192.0.2.1 192.0.2.127 128',
    'va 192.0.2.9 25 192.0.2.9  129',
    'tun0 198.18.0.1 32 198.18.0.2  128',
    'done',
  ]);
});

test('any bytes: each message is a record or a problem', () => {
  const property = fc.property(fc.nat(BODY.length - 1), fc.nat(255), fc.nat(BODY.length), (at, byte, end) => {
    const body = Buffer.from(BODY);
    body[at] = byte;
    const { records, problems, lines } = collect(parseIpv4Addresses, body.subarray(0, end), { byteOrder: 'little' });
    expect(records.length + problems.reduce((n, p) => n + p.lines, 0)).toBe(lines);
  });
  fc.assert(property, { numRuns: 500 });
});
