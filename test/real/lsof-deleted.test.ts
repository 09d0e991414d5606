import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { followsQuietly } from '../../packages/capture/src/through.ts';
import { capture, coldstat, nodeArguments } from '../support/run.ts';

/** Working and root directories that were deleted: nobody bears their name, so what they are is asked through the link, where that is safe. */
const quiet = followsQuietly(readFileSync('/proc/filesystems', 'latin1'));
const STAYS =
  'import os, sys, time\nos.chdir(sys.argv[1])\nif len(sys.argv) > 2: os.chroot(".")\nprint("ready", flush=True)\ntime.sleep(300)';

let dir: string;
const children: ChildProcess[] = [];
const pids = { cwd: 0, rtd: 0 };
const live = new Map<string, string>();

async function inDeleted(name: string, ...more: string[]): Promise<number> {
  const place = join(dir, name);
  mkdirSync(place);
  const child = spawn('python3', ['-c', STAYS, place, ...more], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout, 'data');
  rmdirSync(place);
  return child.pid ?? 0;
}

const LISTS = ['-d cwd', '-d cwd,rtd', '-d cwd,rtd -F', '+L1'];
const words = (list: string, pid: number): string[] => ['-nP', '-a', '-p', String(pid), ...list.split(' ')];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-deleted-'));
  pids.cwd = await inDeleted('work');
  pids.rtd = await inDeleted('root', 'too');
  for (const [name, pid] of Object.entries(pids))
    for (const list of LISTS) live.set(`${name} ${list}`, spawnSync('lsof', words(list, pid), { encoding: 'utf8' }).stdout);
  const { code, err } = capture(['-o', join(dir, 'one.tar.zst')]);
  expect(code, err).toBeLessThan(2);
}, 120_000);
afterAll(() => {
  for (const child of children) child.kill();
  rmSync(dir, { recursive: true, force: true });
});

const ours = (list: string, pid: number): string =>
  coldstat(['lsof', '--archive', join(dir, 'one.tar.zst'), '--strict', '--quiet-ledger', ...words(list, pid)]).out;

describe.each(['cwd', 'rtd'] as const)('%s', (name) => {
  test.for(LISTS)('lsof %s', (list, { skip }) => {
    skip(!quiet, 'a file system of this kernel speaks to a server when such a link is followed');
    expect(live.get(`${name} ${list}`)).toContain(' (deleted)');
    expect(ours(list, pids[name])).toBe(live.get(`${name} ${list}`));
  });

  test('+L1 lists it, asked or not', () => {
    expect(ours('+L1', pids[name])).toMatch(/ DIR .*\(deleted\)$/m);
  });
});

test('on a mount that was lazily unmounted nothing is asked, whatever the path looks like', { timeout: 120_000 }, () => {
  const taken = join(dir, 'lazy.tar.zst');
  const program = [process.execPath, ...nodeArguments('coldstat-capture.mjs'), '--quiet', '-o', taken].join(' ');
  const script = `mkdir ${dir}/m ${dir}/gone; mount -t tmpfs t ${dir}/m; mkdir ${dir}/m/gone; cd ${dir}/m/gone; sleep 100 & p=$!; cd /
    rmdir ${dir}/m/gone ${dir}/gone; umount -l ${dir}/m; ${program} >&2; c=$?; kill $p; test $c -lt 2 && echo $p`;
  const { status, stdout, stderr } = spawnSync('unshare', ['-m', 'bash', '-c', script], { encoding: 'utf8', timeout: 100_000 });
  expect(status, stderr).toBe(0);
  const sql = `SELECT target, st_ino, st_dev FROM links WHERE pid = ${Number(stdout)} AND name = 'cwd'`;
  const { out } = coldstat(['query', '--archive', taken, '--format', 'json', sql]);
  expect(JSON.parse(out)).toEqual([{ target: '/gone (deleted)', st_ino: null, st_dev: null }]);
});
