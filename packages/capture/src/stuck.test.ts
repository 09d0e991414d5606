import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { stuckOn } from './stuck.ts';

test.each([
  ['cmdline', true],
  ['maps', true],
  ['status', false],
])('what a process has open of another: %s', async (name, lock) => {
  const other = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(other, 'spawn');
  const fd = openSync(`/proc/${other.pid}/${name}`, 'r');
  expect(stuckOn(process.pid, '/proc')).toBe(lock ? `proc/${other.pid}/${name}` : null);
  expect(stuckOn(process.pid, '/elsewhere')).toBe(null);
  closeSync(fd);
  expect(stuckOn(process.pid, '/proc')).toBe(null);
  other.kill('SIGKILL');
  await once(other, 'exit');
});

test('of a process that is not there nothing is known', () => {
  expect(stuckOn(0, '/proc')).toBe(null);
});
