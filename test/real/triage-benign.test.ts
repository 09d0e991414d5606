import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** A host on which nothing is wrong: daemons of packages, people logged in, a browser in its sandbox, a container. Triage finds nothing there that it calls high or critical. */

interface Row {
  readonly result: string;
  readonly severity: string;
  readonly rule: string;
  readonly finding: string | null;
  readonly missing: string | null;
}

let scene: Scene;
let alone: readonly Row[];
let compared: readonly Row[];
let planted: readonly Row[];
let archive: string;
let programs: string;

const rowsOf = (...args: string[]): Row[] => {
  const { code, out, err } = coldstat(['triage', ...args, '--format', 'jsonl']);
  expect(code, err).toBeLessThan(2);
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
};

const found = (rows: readonly Row[], severities: readonly string[]): string[] =>
  rows
    .filter((row) => row.result === 'found' && severities.includes(row.severity))
    .map((row) => `${row.severity} ${row.rule}: ${row.finding}`);

const SEVERE = ['high', 'critical'];

beforeAll(async () => {
  scene = await startScene([]);
  const script = readFileSync(join(import.meta.dirname, '../support/scenario/benign-host.sh'), 'utf8');
  const ran = scene.host.run('bash', ['-c', script]);
  const log = readFileSync(`${scene.host.files}/var/log/benign.log`, 'utf8');
  expect([ran.code, log.trim().split('\n').at(-1)], log).toEqual([0, 'up']);
  const options = ['--with', 'environ', '--with', 'exe-hash', '--netlink'];
  archive = scene.capture('first', options).archive;
  scene.host.run('sleep', ['2']);
  const second = scene.capture('second', options).archive;
  // What triage is for, among all that: the test would not notice a triage that finds nothing anywhere.
  scene.host.run('sh', ['-c', 'cp /usr/bin/sleep /dev/shm/.x && { setsid /dev/shm/.x 900 < /dev/null > /dev/null 2>&1 & }']);
  const third = scene.capture('third', options).archive;
  alone = rowsOf('--archive', archive);
  programs = coldstat(['query', '--archive', archive, '--format', 'tsv', 'SELECT name, path, cmdline FROM processes']).out;
  const pair = ['--archive', archive, '--archive', second, '--capture', '2'];
  compared = rowsOf(...pair);
  planted = rowsOf('--archive', third);
}, 240_000);
afterAll(async () => {
  await scene?.stop();
});

describe('a host where nothing is wrong', () => {
  test.each(['sshd', 'cron', 'rsyslogd', 'rpcbind', 'nginx', 'redis-server', 'dbus-daemon', 'chromium', 'containerd-shim', '/app/server'])(
    'has %s',
    (name) => {
      expect(programs).toContain(name);
    },
  );

  test('has what a desktop and a container have: sandboxes, deleted shared memory, many threads, a root of layers', () => {
    const sql = `SELECT
      (SELECT count(*) > 0 FROM processes p JOIN captures c USING (capture_id) WHERE p.path LIKE '%chromium' AND p.user_ns <> c.own_user_ns) AS sandboxed,
      (SELECT count(*) > 0 FROM fds f JOIN processes p USING (capture_id, pid) WHERE p.path LIKE '%chromium' AND f.deleted = 1) AS shared,
      (SELECT max(threads) > 10 FROM processes WHERE path LIKE '%chromium') AS threads,
      (SELECT count(*) > 0 FROM mounts WHERE fstype = 'overlay' AND mount_point = '/') AS layers,
      (SELECT count(*) FROM processes WHERE ns_pid LIKE '% 1' AND path = '/app/sh') AS first`;
    const { out } = coldstat(['query', '--archive', archive, '--format', 'jsonl', sql]);
    expect(JSON.parse(out)).toEqual({ sandboxed: 1, shared: 1, threads: 1, layers: 1, first: 1 });
  });

  test('is called nothing high or critical', () => {
    // What is medium is for the reader of the test's output, not for the test.
    process.stderr.write(
      found(alone, ['medium', 'low', 'info'])
        .map((line) => `benign host: ${line}\n`)
        .join(''),
    );
    expect(found(alone, SEVERE)).toEqual([]);
  });

  test('is called nothing high or critical beside an earlier capture', () => {
    process.stderr.write(
      found(compared, ['medium', 'low', 'info'])
        .map((line) => `benign host, twice: ${line}\n`)
        .join(''),
    );
    expect(found(compared, SEVERE)).toEqual([]);
  });

  test('is not judged blindly', () => {
    const blind = (rows: readonly Row[]): string[] => [
      ...new Set(rows.filter((row) => row.result === 'blind').map((row) => row.missing ?? '')),
    ];
    expect(blind(alone).filter((why) => !/no earlier capture|no \/proc\/modules|inner pid namespace/.test(why))).toEqual([]);
    expect(blind(compared).filter((why) => !/no \/proc\/modules|inner pid namespace/.test(why))).toEqual([]);
  });

  test('would be told from one where something is', () => {
    expect(found(planted, SEVERE)).toEqual([expect.stringMatching(/^high exe-in-temp: .* runs \/dev\/shm\/\.x$/)]);
  });
});
