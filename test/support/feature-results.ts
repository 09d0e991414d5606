import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';
import { FEATURES } from '../../docs/features.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FILE = fileURLToPath(new URL('../../docs/feature-results.json', import.meta.url));

type Result = 'passed' | 'failed' | 'absent';

/** The words stand in the title as they are, not as the beginning of longer ones. */
function names(title: string, pattern: string): boolean {
  // What stands in place of %s differs from test to test: the words before it must do.
  const words = pattern.split('%s')[0] ?? '';
  if (words !== pattern) return title.includes(words);
  for (let at = title.indexOf(words); at >= 0; at = title.indexOf(words, at + 1)) {
    const [before, after] = [title[at - 1] ?? ' ', title[at + words.length] ?? ' '];
    if (/[\s'"`(]/.test(before) && !/[A-Za-z0-9=-]/.test(after)) return true;
  }
  return false;
}

function resultOf(tests: readonly TestCase[], words: string): Result {
  const named = tests.filter((t) => names(t.fullName, words));
  if (named.length === 0) return 'absent';
  return named.every((t) => t.result().state === 'passed') ? 'passed' : 'failed';
}

/** What this run says of every test that docs/features.mjs names, as the text of docs/feature-results.json; null when not all of their files ran. */
function results(modules: readonly TestModule[]): string | null {
  const ran = modules.map((m) => ({ file: relative(ROOT, m.moduleId), tests: [...m.children.allTests()] }));
  const told: Record<string, Result> = {};
  for (const [file, titles] of FEATURES.flatMap((f) => f.tests)) {
    const of = ran.filter((m) => (file.endsWith('/') ? m.file.startsWith(file) : m.file === file));
    if (of.length === 0) return null;
    const tests = of.flatMap((m) => m.tests);
    for (const words of titles) told[`${file}: ${words}`] = resultOf(tests, words);
  }
  const sorted = Object.fromEntries(Object.entries(told).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify(sorted, null, 2)}\n`;
}

function stored(): string {
  try {
    return readFileSync(FILE, 'utf8');
  } catch {
    return '';
  }
}

let update = false;

/**
 * At the end of a run of all tests: compares what docs/feature-results.json says of the tests behind the table of features in CLI.md with what this
 * run saw, and fails the run where they differ; with `-u` writes it.
 */
export const featureResults: Reporter = {
  onInit(vitest: Vitest) {
    update = vitest.config.snapshotOptions.updateSnapshot === 'all';
  },
  onTestRunEnd(modules) {
    const now = results(modules);
    if (now === null || now === stored()) return;
    if (update) {
      writeFileSync(FILE, now);
      process.stdout.write('docs/feature-results.json written: now `npm run docs`\n');
      return;
    }
    process.stdout.write('docs/feature-results.json does not say what these tests did: `npx vitest run -u`, then `npm run docs`\n');
    process.exitCode = 1;
  },
};
