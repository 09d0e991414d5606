import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import type { Made } from '../support/scenario/made.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** Four captures of one host: unchanged, then with more on it, then with that gone again. */

let scene: Scene;
let made: Made[];
const archives: string[] = [];

beforeAll(async () => {
  scene = await startScene(['tcp', 'inet', 'unix', 'files']);
  archives.push(scene.capture('first').archive, scene.capture('second').archive);
  made = await scene.host.make('owners');
  archives.push(scene.capture('third').archive);
  const program = made.find((m) => m.what === 'zombie')?.pid;
  scene.host.run('kill', [String(program)]);
  await sleep(300);
  archives.push(scene.capture('fourth').archive);
});
afterAll(() => scene?.stop());

type Row = Readonly<Record<string, string | number | null>>;

function diff(before: number, after: number, ...args: string[]): { readonly code: number | null; readonly rows: Row[] } {
  const which = [before, after].flatMap((i) => ['--archive', archives[i] ?? '']);
  const ran = coldstat(['diff', ...which, '--format', 'json', ...args]);
  expect(ran.code, ran.err).toBeLessThan(2);
  return { code: ran.code, rows: JSON.parse(ran.out) as Row[] };
}

test('two captures of an unchanged host differ in nothing', () => {
  const { code, rows } = diff(0, 1);
  expect(rows).toEqual([]);
  expect(code).toBe(0);
});

const listeners = (): string[] => [
  ...new Set(made.filter((m) => m.local !== undefined && m.what !== 'thread-own-net').map((m) => `${m.local?.[0]}:${m.local?.[1]}`)),
];

test('what was started is added: every listener and every process', () => {
  const { code, rows } = diff(1, 2);
  expect(code).toBe(1);
  expect(rows.filter((r) => r['kind'] === 'process' && r['change'] !== 'added')).toEqual([]);
  const text = JSON.stringify(rows.filter((r) => r['kind'] === 'listener' && r['change'] === 'added'));
  for (const address of listeners()) expect(text).toContain(address);
  const processes = rows.filter((r) => r['kind'] === 'process' && r['change'] === 'added');
  expect(processes.length).toBeGreaterThanOrEqual(new Set(made.map((m) => m.pid)).size);
});

test('what has ended is removed, and nothing else', () => {
  const { rows } = diff(2, 3);
  const text = JSON.stringify(rows.filter((r) => r['kind'] === 'listener' && r['change'] === 'removed'));
  for (const address of listeners()) expect(text).toContain(address);
  expect(rows.filter((r) => r['change'] === 'added')).toEqual([]);
});

test('before and after together are as before', () => {
  expect(diff(1, 3).rows).toEqual([]);
});
