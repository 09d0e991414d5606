import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { strftime } from '../../packages/analyze/src/tools/lsof/repeat.ts';
import { caseFile } from '../support/case-file.ts';
import { coldstat, type Ran } from '../support/run.ts';

/** A case of three captures: web1 twice, the later one loaded first, and another host in between. */

const HOUR = 3_600_000_000_000n;
const START = 1_790_000_000_000_000_000n;

let dir: string;
let file: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-series-'));
  const capture = (capture_id: number, host: string, hours: bigint) => ({
    capture_id,
    host,
    started_ns: START + hours * HOUR,
    own_net_ns: 1,
    kind: 'coldstat',
    byte_order: 'little',
    machine: 'x86_64',
  });
  const process = (capture_id: number, pid: number) => ({
    capture_id,
    pid,
    name: `proc${capture_id}`,
    state: 'S',
    parent: 1,
    owner_uid: 0,
  });
  const cwd = (capture_id: number, pid: number) => ({
    capture_id,
    pid,
    tid: 0,
    name: 'cwd',
    target: `/at/${capture_id}`,
    st_mode: 0o40755,
  });
  const tcp = (capture_id: number, local_port: number) => ({
    ...{
      capture_id,
      net_ns: 1,
      pass: 'A',
      proto: 'tcp',
      family: 4,
      source_id: capture_id,
      line: 2,
      inode: 10,
      rx_queue: 0,
      tx_queue: 0,
      uid: 0,
    },
    ...{ local_address: '127.0.0.1', local_port, remote_address: '0.0.0.0', remote_port: 0, state: 'LISTEN', state_raw: 10 },
  });
  file = caseFile(join(dir, 'case.db'), {
    captures: [capture(1, 'web1', 2n), capture(2, 'web1', 0n), capture(3, 'db1', 1n)],
    processes: [process(1, 50), process(2, 50), process(3, 50), process(1, 60)],
    links: [cwd(1, 50), cwd(2, 50), cwd(3, 50), cwd(1, 60)],
    sources: [1, 2, 3].map((capture_id) => ({ capture_id, source_id: capture_id, path: 'proc/net/tcp', pass: 'A', bytes: 300 })),
    sockets_inet: [tcp(1, 8001), tcp(2, 8002), tcp(3, 8003)],
  });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const ask = (line: string): Ran => coldstat([...line.split(' '), '--db', file, '--quiet-ledger']);
const AT = ['2026-09-21T14:13:20Z', '2026-09-21T15:13:20Z', '2026-09-21T16:13:20Z'];

describe('--capture all', () => {
  test('each tool lists every capture in order of time, behind a line that says which', () => {
    for (const [words, seen] of [
      ['netstat -tln', /:(8\d+)/g],
      ['ss -tln', /:(8\d+)/g],
      ['sockstat -4 -l', /:(8\d+)/g],
      ['ps -p 50', /(proc\d)/g],
    ] as const) {
      const { out, code, err } = ask(`${words} --capture all`);
      expect(code, err).toBe(0);
      const titles = out.split('\n').filter((line) => line.startsWith('======='));
      expect(titles).toEqual([
        `======= capture 2, web1 at ${AT[0]}`,
        `======= capture 3, db1 at ${AT[1]}`,
        `======= capture 1, web1 at ${AT[2]}`,
      ]);
      const found = [...out.matchAll(seen)].map((m) => m[1]);
      expect(found, words).toEqual(words.startsWith('ps') ? ['proc2', 'proc3', 'proc1'] : ['8002', '8003', '8001']);
    }
  });

  test('other formats are one document, with the capture and its start before the columns', () => {
    const rows = JSON.parse(ask('netstat -tln --capture all --format json').out) as Record<string, unknown>[];
    expect(rows.map((r) => [r['capture_id'], r['started'], r['local_port']])).toEqual([
      [2, AT[0], 8002],
      [3, AT[1], 8003],
      [1, AT[2], 8001],
    ]);
    const csv = ask('lsof -c proc -a -d cwd --capture all --format csv').out.trimEnd().split('\n');
    expect(csv[0]).toMatch(/^capture_id,started,command,pid,/);
    expect(csv.slice(1).map((line) => line.split(',')[0])).toEqual(['2', '3', '1', '1']);
  });

  test('the exit code is 0 when one capture had what was asked for, and notes are said once', () => {
    expect(ask('lsof -t -p 60 --capture all').code).toBe(0);
    expect(ask('lsof -t -p 61 --capture all').code).toBe(1);
    const { code, out, err } = ask('rpcinfo -p --capture all');
    expect([code, out.match(/^=======/gm)?.length]).toEqual([1, 3]);
    expect(err.match(/can't contact portmapper/g)).toHaveLength(1);
  });

  test('a ledger line for each', () => {
    const { err } = coldstat(['ss', '-tln', '--capture', 'all', '--db', file]);
    expect(err.match(/^ledger: capture \d: /gm)).toEqual(['ledger: capture 2: ', 'ledger: capture 3: ', 'ledger: capture 1: ']);
  });
});

describe('tools that repeat themselves go over the captures of the host', () => {
  test('netstat -c', () => {
    const { out, code } = ask('netstat -c -tln --capture latest');
    expect(code).toBe(0);
    expect(out.match(/^=======.*/gm)).toEqual([`======= capture 1, web1 at ${AT[2]}`]);
    const all = ask('netstat -ctln').out;
    expect([...all.matchAll(/:(8\d+)/g)].map((m) => m[1])).toEqual(['8002', '8001']);
  });

  test('lsof -r ends each listing with its line', () => {
    const { out, err } = ask('lsof -l -a -p 50 -d cwd -r');
    expect(out.split('\n').map((line) => line.split(' ').at(-1))).toEqual(['NAME', '/at/2', '=======', 'NAME', '/at/1', '=======', '']);
    expect(err).toBe('lsof: -r: one listing for each capture of the host, in order of time\n');
  });

  test.each([
    ['-r1mat%F_%T', 'p50\nfcwd\nmat2026-09-21_14:13:20\np50\nfcwd\nmat2026-09-21_16:13:20\n'],
    ['-r', 'p50\nfcwd\nm\np50\nfcwd\nm\n'],
    ['-rc1', 'p50\nfcwd\nm\n'],
    [
      '--capture=all',
      `mcapture 2, web1 at ${AT[0]}\np50\nfcwd\nmcapture 3, db1 at ${AT[1]}\np50\nfcwd\nmcapture 1, web1 at ${AT[2]}\np50\nfcwd\n`,
    ],
  ])('lsof -Ff %s', (words, out) => {
    expect(ask(`lsof -Ff -a -p 50 -d cwd ${words}`).out).toBe(out);
  });

  test('lsof +r ends with the first listing of nothing', () => {
    expect(ask('lsof -t -p 60 -r').out).toBe('=======\n60\n=======\n');
    expect(ask('lsof -t -p 60 +r').out).toBe('=======\n');
  });
});

test('strftime knows the C locale, in UTC', () => {
  const ms = Date.UTC(2026, 0, 4, 15, 5, 9);
  expect(strftime('%a %A %b %e|%I:%M:%S %p|%j|%D %T|%s|%y%%|%Q', ms)).toBe(
    'Sun Sunday Jan  4|03:05:09 PM|004|01/04/26 15:05:09|1767539109|26%|%Q',
  );
  expect(strftime('x%F', null)).toBe('x-----');
});
