import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collect } from './lines.ts';
import { parseRpcDump } from './rpc-dump.ts';

const u32 = (...n: readonly number[]): Buffer =>
  Buffer.concat(n.map((v) => Buffer.from([v >>> 24, (v >>> 16) & 255, (v >>> 8) & 255, v & 255])));
const text = (s: string): Buffer => Buffer.concat([u32(s.length), Buffer.from(s), Buffer.alloc((4 - (s.length % 4)) % 4)]);
const ACCEPTED = u32(7, 1, 0, 0, 0, 0);
const marked = (body: Buffer, last = true): Buffer => Buffer.concat([u32(((last ? 0x80000000 : 0) | body.length) >>> 0), body]);

describe('version 2', () => {
  const list = Buffer.concat([ACCEPTED, u32(1, 100000, 4, 6, 111, 1, 200100, 1, 6, 2222, 0)]);
  const expected = [
    { program: 100000, version: 4, protocol: 6, port: 111, netid: null, address: null, owner: null, line: 1 },
    { program: 200100, version: 1, protocol: 6, port: 2222, netid: null, address: null, owner: null, line: 2 },
  ];
  test('mappings', () => {
    expect(collect(parseRpcDump(2), marked(list))).toMatchObject({ records: expected, problems: [], lines: 2 });
  });
  test('an answer in two fragments', () => {
    const split = Buffer.concat([marked(list.subarray(0, 30), false), marked(list.subarray(30))]);
    expect(collect(parseRpcDump(2), split).records).toMatchObject(expected);
  });
  test('cut off within the list: what came before it stays', () => {
    const cut = collect(parseRpcDump(2), marked(list.subarray(0, list.length - 8)));
    expect(cut.records).toHaveLength(1);
    expect(cut.problems).toHaveLength(1);
  });
  test.each([
    ['denied', u32(7, 1, 1, 0, 0, 0), /denied/],
    ['a call', u32(7, 0, 2), /no reply/],
    ['not carried out', u32(7, 1, 0, 0, 0, 1), /accept_stat 1/],
  ])('%s', (_, body, message) => {
    const { records, problems } = collect(parseRpcDump(2), marked(body));
    expect(records).toEqual([]);
    expect(problems[0]?.message).toMatch(message);
  });
});

test('version 4 gives network ids, universal addresses and owners as bytes', () => {
  const body = Buffer.concat([ACCEPTED, u32(1, 100003, 3), text('tcp6'), text('::.8.1'), text('super\x1buser'), u32(0)]);
  const { records, problems } = collect(parseRpcDump(4), marked(body));
  expect(problems).toEqual([]);
  expect(records.map((r) => [r.netid, r.address, r.owner].map(String))).toEqual([['tcp6', '::.8.1', 'super\x1buser']]);
});

test('any bytes: nothing thrown, entries and problems are all there is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom(2 as const, 3 as const, 4 as const), (bytes, version) => {
      const { records, problems, lines } = collect(parseRpcDump(version), marked(Buffer.concat([ACCEPTED, bytes])));
      expect(records.length + problems.length).toBe(lines);
      expect(collect(parseRpcDump(version), Buffer.from(bytes)).problems.length).toBeLessThanOrEqual(1);
    }),
    { numRuns: 300 },
  );
});
