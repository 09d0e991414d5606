import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loaded } from '../../../../../test/support/loaded.ts';
import type { CaseDb } from '../../db/query.ts';
import { ss } from './index.ts';
import { bandwidth, general } from './number-text.ts';

/** Dumps of a namespace made for it, and what the real ss 6.1 said of the same sockets at the same moment (test/support/dumps). */
const DUMPS = join(import.meta.dirname, '../../../../../test/support/dumps');
const NAMES = ['inet-tcp', 'inet6-tcp', 'inet-udp', 'inet6-udp', 'inet-mptcp', 'inet-raw', 'unix', 'netlink', 'packet'];
const NS = 4026531833;

let db: CaseDb;
beforeAll(async () => {
  const dumps = NAMES.map((name) => [`netlink/${NS}/${name}`, readFileSync(join(DUMPS, name))] as const);
  db = await loaded({
    header: { self: { namespaces: { net: String(NS) } } },
    files: { 'proc/net/dev_mcast': '1    lo              1     0     01005e000001\n', ...Object.fromEntries(dumps) },
  });
});
afterAll(() => db?.close());

function run(words: string, format: 'table' | 'json' = 'table') {
  const answer = ss(words.split(' '), { db, captureId: 1, netns: 'own', format });
  return { out: [...answer.out].join(''), err: answer.err.join(''), rows: answer.rows };
}

/** What stands behind `$ ss WORDS` in the record. */
const RECORD = new Map(
  readFileSync(join(DUMPS, 'ss.txt'), 'latin1')
    .split(/^\$ ss /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)] as const),
);

describe('as the real ss said', () => {
  test.each([...RECORD.keys()])('ss %s', (words) => {
    expect(RECORD.get(words)?.split('\n').length).toBeGreaterThan(2);
    expect(run(`--strict ${words}`).out).toBe(RECORD.get(words));
  });
});

test('what a dump answers is no longer said to be missing', () => {
  expect(run('-tanmi --tos --cgroup -b -M').err).toBe('');
  expect(run('--vsock -a').err).toContain('--vsock: ');
  expect(run('--tipc -a').err).toContain('--tipc: ');
});

test('the device of a unix name is right, unless the original is asked for', () => {
  expect(run('-xae').out).toContain(' dev:254/0');
  expect(run('--strict -xae').out).toContain(' dev:0/65024');
});

test('filters that only a dump answers', () => {
  const rows = (words: string): number => run(`-H ${words}`).out.split('\n').length - 1;
  expect([
    rows('-tan fwmark = 0x7'),
    rows('-tan fwmark = 7/0xf'),
    rows('-tan fwmark != 7') + 1 === rows('-tan'),
    rows('-uan dev = lo'),
  ]).toEqual([1, 1, true, 1]);
  expect(() => run('-tan cgroup = /')).toThrow('no numbers of control groups');
});

test('the other formats: cookie, peer, and what else a dump tells', () => {
  const { columns = [], rows = [] } = run('-xa', 'json').rows ?? {};
  const cells = [...rows].map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
  const pair = cells.filter((c) => c['netid'] === 'u_seq');
  expect(pair.map((c) => c['peer_inode'])).toEqual(pair.map((c) => c['inode']).reverse());
  expect(new Set(cells.map((c) => c['cookie'])).size).toBe(cells.length);
});

test.each([
  [0.045, '0.045'],
  [2.88671875, '2.88672'],
  [1234567, '1.23457e+06'],
  [100000, '100000'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [0, '0'],
])('%d as %%g', (n, text) => expect(general(n)).toBe(text));

test.each([
  [523856000000, false, '524G'],
  [1497102688120, false, '1.5T'],
  [999, false, '999'],
  [1500, false, '1.5k'],
  [2.5, true, '2'],
  [3.5, true, '4'],
  [436906666666.6667, true, '436906666667'],
])('%d bits a second', (n, numeric, text) => expect(bandwidth(n, numeric)).toBe(text));
