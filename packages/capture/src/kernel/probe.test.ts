import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { confirm, sweep } from './probe.ts';

/** A tree like /proc in which every number answers, listed or not: what is listed is told. */
const proc = mkdtempSync(join(tmpdir(), 'coldstat-probe-'));

function task(pid: number, tgid: number, start: string): void {
  mkdirSync(join(proc, String(pid), 'task', String(pid)), { recursive: true });
  writeFileSync(join(proc, String(pid), 'status'), `Name:\tx\nTgid:\t${tgid}\nNgid:\t0\n`);
  writeFileSync(join(proc, String(pid), 'stat'), `${pid} (x) S ${'0 '.repeat(18)}${start} 0\n`);
}

beforeAll(() => {
  task(1, 1, '10');
  task(5, 1, '11'); // a thread that the listing of tasks names
  mkdirSync(join(proc, '1/task/5'));
  task(6, 1, '12'); // a thread that only its status shows to be one
  task(7, 7, '13'); // hidden
  task(2000, 2000, '14');
});
afterAll(() => rmSync(proc, { recursive: true }));

const still = (): void => undefined;

test('a process that no listing names is found, a thread is not one', () => {
  expect(sweep(proc, [1], 100, 1000, still)).toEqual({ suspects: [{ pid: 7, start: '13' }], reached: 100 });
});

test('nothing beyond the last number is tried', () => {
  expect(sweep(proc, [1, 7], 2000, 1000, still).suspects.map(({ pid }) => pid)).toEqual([2000]);
  expect(sweep(proc, [1, 7], 1999, 1000, still).suspects).toEqual([]);
});

test('the time is over: it says how far it came', () => {
  expect(sweep(proc, [1, 7], 1_000_000, 0, still).reached).toBeLessThan(2000);
});

test('who is listed by now, gone, or another process is not accused', () => {
  const suspects = [{ pid: 7, start: '13' }];
  expect(confirm(proc, suspects, [1])).toEqual(suspects);
  expect(confirm(proc, suspects, [1, 7])).toEqual([]);
  expect(confirm(proc, [{ pid: 7, start: '99' }], [1])).toEqual([]);
  expect(confirm(proc, [{ pid: 8, start: '13' }], [1])).toEqual([]);
});
