import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import { again } from '../support/transcript.ts';

/** samples/intrusion: what its README shows is what the commands print, one after the other. `npx vitest run test/golden -u` writes it anew. */

const SAMPLES = join(import.meta.dirname, '../../samples');
const README = join(SAMPLES, 'intrusion/README.md');

let place: string;

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'coldstat-golden-'));
  symlinkSync(SAMPLES, join(place, 'samples'));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

test('the case is walked through in ten commands', async () => {
  const made = again(readFileSync(README, 'utf8'), place);
  expect(made.match(/^\$ coldstat /gm)).toHaveLength(10);
  expect(made.match(/^\[exit [^1].*/gm)).toBeNull();
  expect(readdirSync(place).sort()).toEqual(['case.db', 'case.html', 'samples']);
  await expect(made).toMatchFileSnapshot(README);
}, 180_000);

test('triage of the capture before finds nothing', () => {
  const { code, err } = coldstat(['triage', '--archive', join(SAMPLES, 'intrusion/before.tar.zst')], { cwd: place });
  expect(code, err).toBe(0);
});

test.each(['before.tar.zst', 'after.tar.zst'])('%s is small', (name) => {
  expect(statSync(join(SAMPLES, 'intrusion', name)).size).toBeLessThan(300_000);
});
