import { expect, test } from 'vitest';
import { testCase } from '../../../../test/support/case.ts';
import { compare, counterChecks } from './counters.ts';
import { scan } from './scans.ts';

const pair = (counterA: number | null, rowsA: number | null, counterB: number | null = null, rowsB: number | null = null) => ({
  counterA,
  counterB,
  rowsA,
  rowsB,
});

test.each([
  ['equal', pair(5, 5, 5, 5), false, 'holds'],
  ['one pass agrees', pair(5, 4, 6, 6), false, 'holds'],
  ['a row is missing in both', pair(5, 4, 5, 4), false, 'broken'],
  ['less than what changed meanwhile', pair(50, 48, 60, 57), false, 'holds'],
  ['a steady row too many, whatever else changed', pair(50, 51, 60, 61), true, 'broken'],
  ['only one pass, unequal', pair(5, 4), false, 'broken'],
  ['only one pass, equal', pair(null, null, 5, 5), false, 'holds'],
  ['no counter', pair(null, 4, null, 4), false, 'blind'],
  ['no table', pair(4, null), false, 'blind'],
])('%s', (_, p, steady, result) => expect(compare(p, steady).result).toBe(result));

const source = (path: string, pass: string, more = {}) => ({
  source_id: Math.abs(hash(path + pass)),
  path,
  pass,
  net_ns: 7,
  bytes: 10,
  ...more,
});
const hash = (text: string): number => [...text].reduce((h, c) => (h * 31 + c.charCodeAt(0)) | 0, 7);

function checks(rows: number, unix: number, more = {}): Record<string, string> {
  const db = testCase({
    sources: [source('proc/net/tcp', 'A', more), source('proc/net/unix', 'A'), source('proc/net/netlink', 'A')],
    counters: [{ net_ns: 7, pass: 'A', file: 'sockstat', prefix: 'TCP', name: 'inuse', value: 2 }],
    net_protocols: [
      { net_ns: 7, pass: 'A', protocol: 'UNIX', sockets: 1 },
      { net_ns: 7, pass: 'A', protocol: 'UNIX-STREAM', sockets: 2 },
      { net_ns: 7, pass: 'A', protocol: 'NETLINK', sockets: 2 },
    ],
    sockets_inet: [
      ...Array.from({ length: rows }, () => ({ net_ns: 7, pass: 'A', proto: 'tcp', mini: 0 })),
      { net_ns: 7, pass: 'A', proto: 'tcp', mini: 1 },
    ],
    sockets_unix: Array.from({ length: unix }, () => ({ net_ns: 7, pass: 'A' })),
    sockets_netlink: [
      { net_ns: 7, pass: 'A', port_id: 0 },
      { net_ns: 7, pass: 'A', port_id: 9 },
    ],
  });
  const found = Object.fromEntries(counterChecks(db, 1, scan(db, 1).groups, new Map([[7, 1]]), false).map((e) => [e.check, e.result]));
  db.close();
  return found;
}

test('full rows of tcp, both kinds of unix, netlink but for the unbound', () => {
  expect(checks(2, 3)).toEqual({ 'TCP inuse': 'holds', UNIX: 'holds', NETLINK: 'holds' });
});

test('a hidden row and a forged one', () => {
  expect(checks(1, 4)).toMatchObject({ 'TCP inuse': 'broken', UNIX: 'broken' });
});

test('a table that was cut cannot be counted', () => {
  expect(checks(1, 3, { truncated: 'bytes' })).not.toHaveProperty('TCP inuse', 'broken');
});
