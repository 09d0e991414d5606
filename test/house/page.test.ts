import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const PAGE = join(import.meta.dirname, '../../packages/analyze/page');

test.each(['page.js', 'page.css'])('%s of reports is what the sources of the page make (npm run build:page)', (name) => {
  const directory = mkdtempSync(join(tmpdir(), 'coldstat-page-'));
  execFileSync(process.execPath, [join(PAGE, 'bundle.mjs'), directory]);
  expect(readFileSync(join(PAGE, 'made', name), 'utf8')).toBe(readFileSync(join(directory, name), 'utf8'));
  rmSync(directory, { recursive: true });
});
