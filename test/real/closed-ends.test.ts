import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { coldstat, nodeArguments } from '../support/run.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'coldstat-ends-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A unix socket whose other end is closed: the kernel counts both, and lists one. */
const HALF = 'import socket, subprocess, sys; a, b = socket.socketpair(); a.close(); sys.exit(subprocess.run(sys.argv[1:]).returncode)';

function unixCheck(...options: string[]): { result: string; expected: number; found: number } {
  const archive = join(directory, `half${options.length}.tar.zst`);
  const words = [process.execPath, ...nodeArguments('coldstat-capture.mjs'), '--quiet', '-o', archive, ...options];
  const ran = spawnSync('unshare', ['-fpmn', '--kill-child', '--mount-proc', 'python3', '-c', HALF, ...words], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect(ran.status, ran.stderr).toBeLessThan(2);
  const { out } = coldstat(['ledger', '--archive', archive, '--format', 'jsonl']);
  const entries = out
    .trim()
    .split('\n')
    .map((l) => JSON.parse(l) as { check: string; result: string; expected: number; found: number });
  const check = entries.find((e) => e.check === 'UNIX');
  if (check === undefined) throw new Error('no check of unix sockets');
  return check;
}

test('a closed end that its open one keeps is no hidden socket: unknown without the dump, explained with it', () => {
  const without = unixCheck();
  expect(without.expected - without.found).toBeGreaterThan(0);
  expect(without.result).toBe('blind');
  const dumped = unixCheck('--netlink');
  expect(dumped.expected - dumped.found).toBeGreaterThan(0);
  expect(dumped.result).toBe('holds');
});
