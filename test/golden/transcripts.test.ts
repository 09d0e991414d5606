import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import { again } from '../support/transcript.ts';

/**
 * Transcripts over samples/busy-host: each Markdown file of this folder holds commands in blocks, each followed by what they print. The commands
 * are run again and the whole file must come out the same. `npx vitest run test/golden -u` writes them anew; read the difference before keeping it.
 */
const HERE = import.meta.dirname;

/** Where the commands run: `samples` is there, and `case.db` with the sample in it. */
let place: string;

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'coldstat-golden-'));
  symlinkSync(join(HERE, '../../samples'), join(place, 'samples'));
  const { code, err } = coldstat(['load', 'samples/busy-host/web1.tar.zst', '-d', 'case.db'], { cwd: place });
  expect(code, err).toBe(0);
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

test.each(readdirSync(HERE).filter((name) => name.endsWith('.md')))('%s', async (name) => {
  const made = again(readFileSync(join(HERE, name), 'utf8'), place);
  expect(made).toContain('$ coldstat ');
  await expect(made).toMatchFileSnapshot(join(HERE, name));
});
