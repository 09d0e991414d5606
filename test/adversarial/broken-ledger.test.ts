import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CaseDb } from '../../packages/analyze/src/db/query.ts';
import type { LedgerEntry } from '../../packages/analyze/src/ledger/entry.ts';
import { evidenceOf } from '../../packages/analyze/src/ledger/evidence.ts';
import { ledgerOf } from '../../packages/analyze/src/ledger/ledger.ts';
import type { ArchiveParts } from '../support/archive.ts';
import { loaded } from '../support/loaded.ts';
import { partsOf } from '../support/remade.ts';

/** Each check of the ledger is broken for once: by a real capture in which somebody changed bodies and made all hashes again, or by the fewest files it needs. */

let sample: Awaited<ReturnType<typeof partsOf>>;
let db: CaseDb | undefined;

beforeAll(async () => {
  sample = await partsOf(join(import.meta.dirname, '../../samples/busy-host/web1.tar.zst'));
});
afterEach(() => {
  db?.close();
  db = undefined;
});

type Change = (body: string) => string;

/** The sample with some bodies changed; `null` takes one out. */
async function changed(changes: Readonly<Record<string, Change | null>>): Promise<LedgerEntry[]> {
  const files = { ...sample.files };
  for (const [name, change] of Object.entries(changes)) {
    const body = files[name];
    if (body === undefined) throw new Error(`the sample has no ${name}`);
    if (change === null) delete files[name];
    else files[name] = Buffer.from(change(body.toString('latin1')), 'latin1');
  }
  return ledger({ ...sample, files });
}

async function ledger(parts: ArchiveParts): Promise<LedgerEntry[]> {
  db = await loaded(parts);
  return ledgerOf(db, 1);
}

/** Of one namespace where there are several: that of the capture. */
function one(entries: readonly LedgerEntry[], check: string): LedgerEntry {
  const own = db?.get<{ n: number }>('SELECT own_net_ns AS n FROM captures')?.n;
  const found = entries.filter((e) => e.check === check && (e.netNs === null || e.netNs === own));
  expect(found.length, check).toBe(1);
  // What is called broken is shown.
  const [entry] = found;
  if (entry?.result === 'broken') expect(rows(entry), check).not.toEqual([]);
  return found[0] as LedgerEntry;
}

function rows(entry: LedgerEntry): string[] {
  if (db === undefined) throw new Error('nothing is loaded');
  return [...evidenceOf(db, 1, entry)].map((e) => `${e.subject}: ${e.says} ${e.pass ?? '-'} line ${e.line}`);
}

const lines = (body: string): string[] => body.split('\n');
const without = (n: number) => (body: string) => lines(body).toSpliced(n, 1).join('\n');
const both = (name: string, change: Change) => ({ [`proc/net/${name}`]: change, [`pass-b/proc/net/${name}`]: change });

test('the sample as it is: nothing but the forged row', async () => {
  const entries = await ledger(sample);
  expect(entries.filter((e) => e.result === 'broken').map((e) => e.check)).toEqual([
    'UNIX',
    'unix rows that may be forged by a name',
    'forged',
  ]);
});

describe('rows that were taken out of a table', () => {
  test('in both passes: the running number and both counters say so', async () => {
    const entries = await changed(both('tcp', without(5)));
    for (const check of ['TCP inuse', 'protocols TCP', 'tcp rows numbered without gaps'])
      expect(one(entries, check).result, check).toBe('broken');
    const { expected, found } = one(entries, 'TCP inuse');
    expect((expected ?? 0) - (found ?? 0)).toBe(1);
    const shown = rows(one(entries, 'tcp rows numbered without gaps'));
    expect(shown.map((row) => row.replace(/^.*: sl/, 'sl'))).toEqual(['sl 5 after 3 A line 6', 'sl 5 after 3 B line 6']);
    expect(rows(one(entries, 'TCP inuse')).slice(0, 2)).toEqual([
      expect.stringMatching(/^sockstat TCP inuse: counts 203 A line 2$/),
      expect.stringMatching(/^sockstat TCP inuse: counts 203 B line 2$/),
    ]);
  });

  test('in one pass: not repeated, and not called broken', async () => {
    const entries = await changed({ 'proc/net/tcp': without(5) });
    expect(one(entries, 'TCP inuse').result).toBe('holds');
    expect(one(entries, 'tcp rows numbered without gaps')).toMatchObject({
      result: 'blind',
      basis: 'column sl of net/tcp: in one pass alone, not repeated',
    });
  });

  test('a line that was made unreadable accounts for the gap', async () => {
    const spoil = (body: string) => lines(body).with(5, 'x').join('\n');
    const entry = one(await changed(both('tcp', spoil)), 'tcp rows numbered without gaps');
    expect([entry.result, entry.basis]).toEqual(['blind', 'column sl of net/tcp: lines that could not be understood account for it']);
  });

  test.each([
    ['udp', 'UDP inuse'],
    ['udp', 'protocols UDP'],
    ['packet', 'PACKET'],
    ['raw', 'RAW inuse'],
  ])('%s: %s', async (name, check) => {
    expect(one(await changed(both(name, without(1))), check).result).toBe('broken');
  });
});

test('a UDP row with another port than its bucket has', async () => {
  const other: Change = (body) =>
    body.replace(/^( *\d+: [0-9A-F]{8}:)([0-9A-F]{4})/m, (_, head: string, port: string) => head + (port === '0035' ? '0036' : '0035'));
  const entry = one(await changed(both('udp', other)), 'udp buckets agree with ports');
  expect(entry.result).toBe('broken');
  expect(rows(entry).map((row) => row.replace(/.* (. line)/, '$1'))).toEqual(['A line 2', 'B line 2']);
});

test('a row of unix twice in both passes', async () => {
  const twice: Change = (body) => body.replace(/^.* carried\.sock$/m, '$&\n$&');
  expect(one(await changed(both('unix', twice)), 'no row stands twice in both passes')).toMatchObject({ result: 'broken', found: 1 });
  db?.close();
  expect(one(await changed({ 'proc/net/unix': twice }), 'no row stands twice in both passes').result).toBe('holds');
});

const stat = (pid: number, parent: number): string =>
  `${pid} (x) S ${parent} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0 0 18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0\n`;
const NETLINK = 'sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n';
const netlinkRow = `0000000000000000 0   666        00000000 0        0        0     2        0        77\n`;
const BARE: Readonly<Record<string, string>> = {
  'proc/loadavg': '0.00 0.00 0.00 1/2 900\n',
  'proc/1/stat': stat(1, 0),
  'proc/2/stat': stat(2, 0),
  'pass-b/proc/loadavg': '0.00 0.00 0.00 1/2 950\n',
};
const frame = (name: string, body: string): string => `== ${name} ${body.length}\n${body}\n`;

describe('a process that others name and the listing leaves out', () => {
  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['parents are processes of the capture', { 'proc/2/stat': stat(2, 666) }, 'process 666: process 2 - line 1'],
    ['children are processes of the capture', { 'proc/children.pack': frame('1/1', '2 666 ') }, 'process 666: child of 1/1 - line 2'],
    [
      'members of control groups are processes of the capture',
      { 'sys/fs/cgroup.pack': frame('/sys/fs/cgroup/x', '2\n666\n') },
      'process 666: /sys/fs/cgroup/x - line 3',
    ],
    [
      'holders of file locks are processes of the capture',
      { 'proc/locks': '1: POSIX  ADVISORY  WRITE 666 08:01:5 0 EOF\n2: FLOCK  ADVISORY  WRITE 667 08:01:6 0 EOF\n' },
      'process 666: lock on 8:1:5 - line 1',
    ],
    ['tracers are processes of the capture', { 'proc/2/status': 'Name:\tx\nTracerPid:\t666\n' }, 'process 666: traces process 2 - line 1'],
    [
      'processes behind pidfds are processes of the capture',
      {
        'proc/2/fd.list': '3\t~700\t-\t>anon_inode:[pidfd]\n',
        'proc/2/fdinfo.pack': frame('3', 'pos:\t0\nflags:\t02000002\nmnt_id:\t15\nino:\t9\nPid:\t666\nNSpid:\t666\n'),
      },
      'process 666: pidfd 2/3 - line 1',
    ],
    [
      'netlink port numbers are processes of the capture',
      { 'proc/net/netlink': NETLINK + netlinkRow, 'pass-b/proc/net/netlink': NETLINK + netlinkRow },
      'process 666: netlink protocol 0 - line 2',
    ],
  ])('%s', async (check, files, row) => {
    const entry = one(await ledger({ files: { ...BARE, ...files } }), check);
    expect(entry.result).toBe('broken');
    expect(entry.tolerance).not.toBeNull();
    expect(rows(entry)).toEqual([row]);
    db?.close();
    // One that began after the first look is no accusation, nor is anything in an archive that is cut off.
    const younger = Object.fromEntries(Object.entries(files).map(([name, body]) => [name, body.replaceAll('666', '930')]));
    expect(one(await ledger({ files: { ...BARE, ...younger } }), check).result).toBe('holds');
    db?.close();
    expect(one(await ledger({ files: { ...BARE, ...files }, manifest: null }), check).result).toBe('blind');
    db?.close();
    const { 'proc/loadavg': _, ...unknown } = BARE;
    expect(one(await ledger({ files: { ...unknown, ...files } }), check).result).toBe('blind');
  });

  test('without the files that name them the check is blind', async () => {
    const entries = await ledger({ files: BARE });
    for (const check of ['children are processes of the capture', 'members of control groups are processes of the capture'])
      expect(one(entries, check).result).toBe('blind');
  });
});

test('fewer threads than the kernel counts', async () => {
  const files = { ...BARE, 'proc/loadavg': '0.00 0.00 0.00 1/3 900\n', 'pass-b/proc/loadavg': '0.00 0.00 0.00 1/3 900\n' };
  expect(one(await ledger({ files }), "threads listed against the kernel's count")).toMatchObject({
    result: 'broken',
    expected: 3,
    found: 2,
  });
});

test.each<[string, NonNullable<ArchiveParts['header']>, string]>([
  ['no library was put before those of the capture', { self: { environment: ['LD_PRELOAD=/x.so'] } }, 'broken'],
  ['no library was put before those of the capture', { self: { preload: '/x.so' } }, 'broken'],
  ['no library was put before those of the capture', { self: { environment: ['LANG=C'] } }, 'holds'],
  ['no library is preloaded on the host', { self: { preload_file: '/lib/evil.so\n' } }, 'broken'],
  ['libraries of the capture are its own', { self: { libraries: ['/usr/bin/node', '/lib/libc.so.6', '/tmp/evil.so'] } }, 'broken'],
  ['libraries of the capture are its own', { self: { libraries: [{ hex: 'ff' }] } }, 'broken'],
  [
    'libraries of the capture are its own',
    { self: { libraries: ['/usr/bin/node', '/lib/libstdc++.so.6.0.30', '/lib/ld-linux-x86-64.so.2'] } },
    'holds',
  ],
  ['libraries of the capture are its own', {}, 'blind'],
  ['nobody traced the capture', { self: { tracer_pid: 7 } }, 'broken'],
  ['nobody traced the capture', { self: { tracer_pid: 0 } }, 'holds'],
  ['nobody traced the capture', {}, 'blind'],
  ['no filter of system calls', { self: { seccomp: 2 } }, 'blind'],
  ['proc shows other users', { self: { hidepid: 'invisible', euid: 1000 } }, 'blind'],
  ['proc shows other users', { self: { hidepid: 'invisible', euid: 0 } }, 'holds'],
  ['proc shows other users', { self: { hidepid: 'invisible', euid: 0, others_hidden: true } }, 'blind'],
  ['proc shows other users', { self: { hidepid: 'invisible', euid: 1000, others_hidden: false } }, 'holds'],
  ['the capture saw every pid namespace', { self: { namespaces: { pid: '4026532000' } } }, 'blind'],
  ['the capture had the rights of the host', { self: { namespaces: { user: '4026532000' } } }, 'blind'],
])('%s: %j is %s', async (check, header, result) => {
  expect(one(await ledger({ files: BARE, header }), check).result).toBe(result);
});
