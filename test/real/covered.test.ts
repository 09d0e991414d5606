import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** Process directories that a mount covers: each way is made on a real host, and the ledger names the process. */

let scene: Scene;
let archive: string;
let bound: number;
let covered: number;

beforeAll(async () => {
  scene = await startScene(['owners']);
  bound = scene.one('other-user').pid;
  covered = scene.one('made-as-root').pid;
  const mount = (...args: readonly string[]) => {
    const ran = scene.host.run('mount', args);
    if (ran.code !== 0) throw new Error(ran.stderr);
  };
  mount('--bind', '/proc/1', `/proc/${bound}`);
  mount('-t', 'tmpfs', 'tmpfs', `/proc/${covered}`);
  archive = scene.capture('covered').archive;
});
afterAll(() => scene?.stop());

/** With a library that leaves one process out of every listing; the probe, which would find it, is left out. */
async function hookedArchive(pid: number): Promise<string> {
  const library = join(scene.directory, 'hide.so');
  const source = join(import.meta.dirname, '../support/hide.c');
  execFileSync('gcc', ['-O1', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', '-o', library, source, '-ldl']);
  copyFileSync(library, `${scene.host.files}/srv/hide.so`);
  const file = '/tmp/hooked.tar.zst';
  const command = ['--conditions=source', '/opt/coldstat/capture.mjs', '--probe-time', '0', '-o', file];
  const ran = scene.host.run('/opt/node/bin/node', command, { LD_PRELOAD: '/srv/hide.so', HIDDEN_PID: String(pid) });
  expect(ran.code, ran.stderr).toBeLessThan(2);
  copyFileSync(scene.host.files + file, join(scene.directory, 'hooked.tar.zst'));
  return join(scene.directory, 'hooked.tar.zst');
}

test('a process that a preloaded library hides is named by its parent, and the library shows', async () => {
  const pid = scene.one('inner-pid-namespace').pid;
  const hooked = await hookedArchive(pid);
  const ran = coldstat(['ledger', '--archive', hooked, '--check', ' ', '--format', 'json']);
  const rows = JSON.parse(ran.out) as Row[];
  const broken = rows.filter((r) => r['result'] === 'broken').map((r) => r['check']);
  for (const name of ['children are processes of the capture', 'parents are processes of the capture'])
    expect(rows.filter((r) => r['check'] === name && r['subject'] === `process ${pid}`).length, name).toBeGreaterThan(0);
  expect(broken).toEqual(
    expect.arrayContaining(['no library was put before those of the capture', 'libraries of the capture are its own']),
  );
});

type Row = Readonly<Record<string, string | number | null>>;

function check(words: string): Row[] {
  const ran = coldstat(['ledger', '--archive', archive, '--check', words, '--format', 'json']);
  expect(ran.code, ran.err).toBe(1);
  return JSON.parse(ran.out) as Row[];
}

test('both mounts stand in mountinfo', () => {
  const [entry, ...rows] = check('nothing is mounted over a process directory');
  expect(entry?.['result']).toBe('broken');
  expect([...new Set(rows.map((r) => r['subject']))].sort()).toEqual([`/proc/${bound}`, `/proc/${covered}`].sort());
  expect(rows.every((r) => Number(r['source_id']) > 0 && Number(r['line']) > 0)).toBe(true);
});

test('the directory of another process tells of that one', () => {
  const [entry, ...rows] = check('process directories tell of their own process');
  expect(entry?.['result']).toBe('broken');
  expect(rows.map((r) => r['subject'])).toContain(`proc/${bound}/stat`);
});

test('the directory of another file system has another device', () => {
  const [entry, ...rows] = check('process directories are of one proc');
  expect(entry?.['result']).toBe('broken');
  expect(rows.map((r) => r['subject'])).toEqual([`/proc/${covered}`]);
});

test('the line under a listing says so', () => {
  const { err } = coldstat(['netstat', '-tan', '--archive', archive]);
  expect(err).toMatch(/cross-views BROKEN: .*nothing is mounted over a process directory/);
});

test('sockets of covered processes are said to be theirs, perhaps', () => {
  const ran = coldstat(['ownership', '--archive', archive, '--format', 'json']);
  const rows = JSON.parse(ran.out) as Row[];
  for (const what of ['other-user', 'made-as-root']) {
    const { inode } = scene.one(what);
    expect(rows.filter((r) => r['inode'] === inode).map((r) => r['class'])).toEqual(['covered']);
  }
});
