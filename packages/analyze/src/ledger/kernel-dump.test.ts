import { expect, test } from 'vitest';
import { type TestRows, testCase } from '../../../../test/support/case.ts';
import type { LedgerEntry } from './entry.ts';
import { kernelDumpChecks } from './kernel-dump.ts';
import { listingChecks } from './listings.ts';

const NS = 7;
const at = { net_ns: NS, source_id: 3 };
const SOURCES = [
  { source_id: 1, path: 'proc/net/tcp', pass: 'A', net_ns: NS, bytes: 9 },
  { source_id: 2, path: 'pass-b/proc/net/tcp', pass: 'B', net_ns: NS, bytes: 9 },
  { source_id: 3, path: `netlink/${NS}/inet-tcp`, pass: 'A', net_ns: NS, bytes: 9 },
];
const DONE = { ...at, dump: 'inet-tcp', result: 'done', errno: 0, line: 9 };

/** Inodes by view; sockets of the first pass reach 1,000,000. */
function tcp(kernel: readonly number[], a: readonly number[], b: readonly number[], more: TestRows = {}): LedgerEntry[] {
  const rows = (inodes: readonly number[], pass: string) =>
    inodes.map((inode, i) => ({ net_ns: NS, pass, proto: 'tcp', inode, source_id: pass === 'A' ? 1 : 2, line: i + 2 }));
  const db = testCase({
    sources: SOURCES,
    diag_dumps: [DONE],
    diag_inet: kernel.map((inode, i) => ({ ...at, dump: 'inet-tcp', proto: 'tcp', state_raw: 1, inode, line: i + 1 })),
    sockets_inet: [...rows([...a, 1_000_000], 'A'), ...rows([...b, 1_000_000], 'B')],
    ...more,
  });
  const found = kernelDumpChecks(db, 1);
  db.close();
  return found;
}
const verdict = (entries: readonly LedgerEntry[]) => entries.map((e) => [e.check, e.result, e.found]);

test('both views show the same', () => {
  expect(verdict(tcp([5, 6, 1_000_000], [5, 6], [5, 6]))).toEqual([["kernel's own list of tcp", 'holds', 0]]);
});

test('sockets that came after the first pass, and those that went before the second', () => {
  expect(verdict(tcp([5, 6, 1_000_000], [5], [6]))).toEqual([["kernel's own list of tcp", 'holds', 0]]);
});

test('a socket that both passes of the table show and the kernel does not', () => {
  const [entry] = tcp([1_000_000], [5], [5]);
  expect(entry).toMatchObject({ result: 'broken', found: 1, netNs: NS });
  expect(entry?.basis).toContain('only /proc: inode 5 (1:1:2)');
});

test('an old socket that the kernel shows and the table does not', () => {
  const [entry] = tcp([66, 1_000_000], [], []);
  expect(entry).toMatchObject({ result: 'broken', found: 1 });
  expect(entry?.basis).toContain('only the kernel: inode 66 (1:3:1)');
});

test('a young one may have come and gone', () => {
  expect(verdict(tcp([999_999, 1_000_000], [], []))).toEqual([["kernel's own list of tcp", 'blind', 1]]);
});

test('a socket that is only bound stands in no table', () => {
  const bound = {
    diag_inet: [
      { ...at, proto: 'tcp', state_raw: 7, inode: 66, line: 1 },
      { ...at, proto: 'tcp', state_raw: 1, inode: 1_000_000, line: 2 },
    ],
  };
  expect(verdict(tcp([], [], [], bound))).toEqual([["kernel's own list of tcp", 'holds', 0]]);
});

test('a list that changed while it was made proves nothing', () => {
  const problems = [{ problem_id: 1, source_id: 3, line: 1, lines: 0, code: 'dump-interrupted', message: '' }];
  expect(verdict(tcp([66, 1_000_000], [], [], { problems }))).toEqual([["kernel's own list of tcp", 'blind', 1]]);
});

test('no dump, a refused one, a table without one', () => {
  const none = testCase({ sources: SOURCES.slice(0, 2) });
  expect(verdict(kernelDumpChecks(none, 1))).toEqual([["kernel's own list", 'blind', null]]);
  none.close();
  const refused = tcp([], [5], [5], {
    diag_dumps: [],
    sources: [...SOURCES.slice(0, 2), { source_id: 3, path: `netlink/${NS}/inet-tcp`, pass: 'A', net_ns: NS, errno: 'EPERM' }],
  });
  expect(verdict(refused)).toEqual([
    ["kernel's own list, EPERM", 'blind', 1],
    ["kernel's own list of tcp", 'blind', null],
  ]);
});

test('of a dump of netlink one socket is that which asked', () => {
  const db = testCase({
    sources: [
      { source_id: 1, path: 'proc/net/netlink', pass: 'A', net_ns: NS, bytes: 9 },
      { source_id: 3, path: `netlink/${NS}/netlink`, pass: 'A', net_ns: NS, bytes: 9 },
    ],
    diag_dumps: [{ ...at, dump: 'netlink', result: 'done', errno: 0, line: 9 }],
    diag_netlink: [8, 9].map((inode, line) => ({ ...at, protocol: 4, port_id: inode, inode, line })),
    sockets_netlink: [{ net_ns: NS, pass: 'A', inode: 1_000_000, source_id: 1, line: 2 }],
  });
  expect(verdict(kernelDumpChecks(db, 1))).toEqual([["kernel's own list of netlink", 'broken', 1]]);
  db.close();
});

const listing = (names: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(names).flatMap(([name, list]) => list.map((n, i) => ({ listing: name, name: n, source_id: 1, line: i + 1 })));
const RANGE = { listing: 'probe', first: 1, last: 400, source_id: 1, line: 9 };

function listed(rows: TestRows): (string | number | null)[][] {
  const db = testCase({ sources: [{ source_id: 1, path: 'listing/x', pass: 'A' }], ...rows });
  const found = listingChecks(db, 1).map((e) => [e.result, e.found]);
  db.close();
  return found;
}

test.each([
  ['all agree', { 'readdir-1': ['1', 'self'], getdents: ['1', '.', 'self'], 'readdir-2': ['1'] }, ['holds', 0]],
  ['one came', { 'readdir-1': ['1'], getdents: ['1', '9'], 'readdir-2': ['1', '9'] }, ['holds', 0]],
  ['one that readdir leaves out is there later', { 'readdir-1': ['1'], getdents: ['1', '5'], 'readdir-2': ['1'] }, ['broken', 1]],
  ['one that came and went', { 'readdir-1': ['1'], getdents: ['1', '6'], 'readdir-2': ['1'] }, ['holds', 0]],
  ['one that the system call leaves out', { 'readdir-1': ['1', '5'], getdents: ['1'], 'readdir-2': ['1', '5'] }, ['broken', 1]],
  ['no system call', { 'readdir-1': ['1'], 'readdir-2': ['1'] }, ['blind', null]],
])('listings of /proc: %s', (_, names, expected) => {
  expect(listed({ directory_listings: listing(names), processes: [{ pid: 5 }] })[0]).toEqual(expected);
});

test('process numbers that no listing names', () => {
  expect(listed({})[1]).toEqual(['blind', null]);
  expect(listed({ directory_listings: [RANGE] })[1]).toEqual(['holds', 0]);
  expect(listed({ directory_listings: [{ listing: 'probe', name: '66', source_id: 1, line: 1 }, RANGE] })[1]).toEqual(['broken', 1]);
  expect(listed({ sources: [{ source_id: 1, path: 'listing/probe', note: 'probe-cut' }], directory_listings: [RANGE] })[1]).toEqual([
    'blind',
    0,
  ]);
});
