import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

test('the generated documents are what the program says', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=source', 'docs/generate.mjs', '--check'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(stdout + stderr).not.toMatch(/differs|missing/i);
  expect(status).toBe(0);
});

test('every file that a document links to is there', () => {
  const documents = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...readdirSync(join(ROOT, 'docs')).map((n) => `docs/${n}`)];
  const broken: string[] = [];
  for (const document of documents.filter((d) => d.endsWith('.md'))) {
    // Code is no link: SQL and patterns have brackets of their own.
    const text = readFileSync(join(ROOT, document), 'utf8')
      .replace(/^```[\s\S]*?^```/gm, '')
      .replace(/`[^`\n]*`/g, '');
    for (const [, target = ''] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      if (!existsSync(join(ROOT, dirname(document), target))) broken.push(`${document}: ${target}`);
    }
  }
  expect(broken).toEqual([]);
});
