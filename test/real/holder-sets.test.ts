import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { capture, coldstat } from '../support/run.ts';

/** A process with a socket, another one that shares its descriptor table (clone with CLONE_FILES), and a copy that fork made: alike in every file. */
const TABLES = `
import ctypes, os, platform, signal, socket, sys
held = socket.socket(); held.bind(('127.0.0.1', 0)); held.listen()
libc = ctypes.CDLL(None, use_errno=True)
CLONE = {'x86_64': 56, 'aarch64': 220}[platform.machine()]
CLONE_FILES = 0x400
def child(flags):
    pid = libc.syscall(CLONE, flags | signal.SIGCHLD, 0, 0, 0, 0)
    if pid == 0:
        while True: signal.pause()
    return pid
pids = [os.getpid(), child(CLONE_FILES), child(0), child(CLONE_FILES)]
sys.stdout.write(' '.join(map(str, [held.getsockname()[1], *pids])) + '\\n'); sys.stdout.flush()
sys.stdin.read()
for pid in pids[1:]: os.kill(pid, signal.SIGKILL); os.waitpid(pid, 0)
`;

let python: ChildProcess;
let dir: string;
let port: string;
let pids: readonly number[];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-tables-'));
  python = spawn('python3', ['-c', TABLES], { stdio: ['pipe', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve, reject) => {
    python.stdout?.on('data', (chunk) => resolve(String(chunk)));
    python.once('exit', () => reject(new Error('the process with the socket ended')));
  });
  const [first = '', ...rest] = line.trim().split(' ');
  [port, pids] = [first, rest.map(Number)];
  capture(['--netlink', '-o', join(dir, 'asked.tar')], { timeout: 120_000 });
  capture(['-o', join(dir, 'files.tar')], { timeout: 120_000 });
}, 300_000);
afterAll(async () => {
  const ended = new Promise((resolve) => python?.once('exit', resolve));
  python?.stdin?.end();
  await ended;
  rmSync(dir, { recursive: true, force: true });
}, 30_000);

interface Holder {
  readonly pid: number;
  readonly local: string;
  readonly holder_set: string;
}

function sets(archive: string): Map<number, string> {
  const { code, out, err } = coldstat(['ownership', '--archive', join(dir, archive), '--class', 'held', '--format', 'json'], {
    timeout: 120_000,
  });
  expect(code, err).toBe(0);
  const rows = (JSON.parse(out) as Holder[]).filter(({ local }) => local === `127.0.0.1:${port}`);
  return new Map(rows.map(({ pid, holder_set }) => [pid, holder_set]));
}

test('the kernel tells who shares a table and who has a copy', { timeout: 180_000 }, () => {
  const [one = 0, shared = 0, copy = 0, also = 0] = pids;
  expect(sets('asked.tar')).toEqual(
    new Map([
      [one, String(one)],
      [shared, String(one)],
      [copy, String(copy)],
      [also, String(one)],
    ]),
  );
  const { out } = coldstat(['raw', '--archive', join(dir, 'asked.tar'), 'listing/kcmp-files'], { timeout: 120_000 });
  expect(out).toMatch(new RegExp(`\\b${shared} ${one} 0\\b`));
});

test('files alone cannot: all have the look of one', { timeout: 180_000 }, () => {
  expect(new Set(sets('files.tar').values())).toEqual(new Set([String(pids[0])]));
});
