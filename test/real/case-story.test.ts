import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import type { Made } from '../support/scenario/made.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** Three captures of one host as one case: as it was, with owners of listeners on it, with one of them gone. */

let scene: Scene;
let made: Made[];
let dir: string;
let db: string;

beforeAll(async () => {
  scene = await startScene(['tcp', 'inet', 'unix']);
  const archives = [scene.capture('first').archive];
  dir = join(archives[0] ?? '', '..');
  db = join(dir, 'case.db');
  made = await scene.host.make('owners');
  archives.push(scene.capture('second').archive);
  scene.host.run('kill', [String(made.find((m) => m.what === 'zombie')?.pid)]);
  await sleep(300);
  archives.push(scene.capture('third').archive);
  const loaded = coldstat(['load', '-d', db, ...archives]);
  expect(loaded.code, loaded.err).toBeLessThan(2);
}, 120_000);
afterAll(() => scene?.stop());

type Row = Readonly<Record<string, string | number | null>>;

function rows(...argv: string[]): { readonly code: number | null; readonly rows: Row[]; readonly err: string } {
  const ran = coldstat([...argv, '-d', db, '--format', 'json']);
  expect(ran.code, ran.err).toBeLessThan(2);
  return { code: ran.code, rows: JSON.parse(ran.out) as Row[], err: ran.err };
}

test('a series compares neighbours, and each row leads to its bytes', () => {
  const series = rows('diff', '--series');
  expect(series.code).toBe(1);
  const pairs = new Set(series.rows.map((r) => `${r['before_capture']} ${r['after_capture']}`));
  expect([...pairs]).toEqual(['1 2', '2 3']);
  expect(series.rows.filter((r) => r['before_capture'] === 1)).toEqual(rows('diff', '1', '2').rows);
  const added = series.rows.find((r) => r['change'] === 'added' && r['kind'] === 'listener');
  expect(added?.['before_handle']).toBeNull();
  const raw = coldstat(['raw', '-d', db, String(added?.['after_handle'])]);
  expect(raw.code, raw.err).toBe(0);
  const text = coldstat(['diff', '-d', db, '--series', '--only', 'listener']).out;
  expect(text.match(/^======= capture/gm)).toHaveLength(2);
});

test('what is ignored by its key is no difference', () => {
  const { rows: all } = rows('diff', '1', '2');
  const file = join(dir, 'ignored');
  writeFileSync(file, `# known\n${[...new Set(all.map((r) => r['key']))].join('\n')}\n`);
  expect(rows('diff', '1', '2', '--ignore', file)).toMatchObject({ code: 0, rows: [] });
  const left = rows('diff', '1', '2', '--ignore', 'listener *').rows;
  expect(left).toEqual(all.filter((r) => r['kind'] !== 'listener'));
  expect(left.length).toBeLessThan(all.length);
});

test('a baseline holds for its own captures and tells a new listener', () => {
  const file = join(dir, 'good.txt');
  expect(coldstat(['baseline', 'create', '-d', db, '--capture', '1', '-o', file]).code).toBe(0);
  const text = readFileSync(file, 'utf8');
  expect(coldstat(['baseline', 'create', '-d', db, '--capture', '1', '-o', '-']).out).toBe(text);
  expect(text.split('\n').slice(1, -1)).toEqual([...text.split('\n').slice(1, -1)].sort((a, b) => (a.slice(4) < b.slice(4) ? -1 : 1)));
  expect(rows('baseline', 'check', file, '--capture', '1')).toMatchObject({ code: 0, rows: [] });
  const after = rows('baseline', 'check', file, '--capture', '2');
  expect(after.code).toBe(1);
  expect(after.rows.filter((r) => r['result'] === 'new').length).toBeGreaterThan(0);
  const reverse = join(dir, 'more.txt');
  coldstat(['baseline', 'create', '-d', db, '--capture', '2', '-o', reverse]);
  const missing = rows('baseline', 'check', reverse, '--capture', '1').rows;
  expect(missing.map((r) => r['key'])).toEqual(after.rows.map((r) => r['key']));
  expect(missing.every((r) => r['result'] === 'missing' && r['held'] === '1/1')).toBe(true);
});

test('a line of time: what was started between two captures appeared between them, and its start lies there', () => {
  const pid = made.find((m) => m.what === 'zombie')?.pid;
  const { rows: line } = rows('timeline', '--kind', 'process,capture');
  const at = (n: number, kind: string): string => String(line.find((r) => r['capture_id'] === n && r['kind'] === kind)?.['earliest']);
  const starts = line.filter((r) => r['kind'] === 'process-start' && r['capture_id'] === 2);
  expect(starts.length).toBeGreaterThan(0);
  for (const start of starts) {
    expect(String(start['latest']) >= at(1, 'capture-start')).toBe(true);
    expect(String(start['earliest']) <= at(2, 'capture-end')).toBe(true);
    expect(start['basis']).toBe('clocks of the capture');
  }
  const appeared = line.filter((r) => r['kind'] === 'appeared' && r['capture_id'] === 2);
  expect(appeared.length).toBe(starts.length);
  for (const row of appeared) expect([row['earliest'], row['latest']]).toEqual([at(1, 'capture-start'), at(2, 'capture-end')]);
  expect(typeof pid).toBe('number');
  const gone = line.filter((r) => r['kind'] === 'gone');
  for (const row of gone) expect([row['earliest'], row['latest']]).toEqual([at(2, 'capture-start'), at(3, 'capture-end')]);
  expect(gone.length).toBeGreaterThan(0);
  const times = line.map((r) => String(r['earliest'] ?? r['latest']));
  expect(times).toEqual([...times].sort());
  expect(rows('timeline', '--kind', 'process,capture').rows).toEqual(line);
});

test('a listener has its sights on the line of time, and --since and --until cut it', () => {
  const { rows: listeners } = rows('timeline', '--kind', 'listener');
  expect(listeners.some((r) => r['kind'] === 'appeared' && r['capture_id'] === 2)).toBe(true);
  expect(rows('timeline', '--until', '1999-01-01').rows).toEqual([]);
  expect(rows('timeline', '--kind', 'listener', '--since', '1999-01-01').rows).toEqual(listeners);
});
