import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../packages/analyze/src/commands/index.ts';
import type { Feed } from '../../packages/analyze/src/tables/feed.ts';
import { FEEDS } from '../../packages/analyze/src/tables/feeds.ts';
import { TABLES } from '../../packages/analyze/src/tables/index.ts';
import type { Table } from '../../packages/analyze/src/tables/table.ts';
import type { View } from '../../packages/analyze/src/tables/view.ts';
import { VIEWS } from '../../packages/analyze/src/tables/views.ts';
import { exportsOf, sources } from '../support/sources.ts';

function has(value: unknown, ...keys: readonly string[]): value is object {
  return typeof value === 'object' && value !== null && keys.every((key) => key in value);
}

test('every table, view and feed that a file of tables/ declares is on its list', async () => {
  const lists = { tables: new Set<Table>(TABLES), views: new Set<View>(VIEWS), feeds: new Set<Feed>(FEEDS) };
  const missing: string[] = [];
  for (const file of sources('packages/analyze/src/tables')) {
    for (const [name, value] of Object.entries(await exportsOf(file.path))) {
      for (const one of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
        const listed =
          (has(one, 'columns', 'indexes') && lists.tables.has(one as Table)) ||
          (has(one, 'columns', 'select') && lists.views.has(one as View)) ||
          (has(one, 'match', 'parser', 'read') && lists.feeds.has(one as Feed));
        const declares = has(one, 'columns', 'indexes') || has(one, 'columns', 'select') || has(one, 'match', 'parser', 'read');
        if (declares && !listed) missing.push(`${file.path}: ${name}`);
      }
    }
  }
  expect(missing).toEqual([]);
});

test('a table stands in the file of its name', () => {
  const files = sources('packages/analyze/src/tables').map((f) => basename(f.path, '.ts').replaceAll('-', '_'));
  expect(TABLES.map((t) => t.name).filter((name) => !files.includes(name))).toEqual([]);
});

test('the file of a table imports no feed and no parser, which answering would load with it', () => {
  const names = new Set(TABLES.map((t) => t.name));
  const files = sources('packages/analyze/src/tables').filter((f) => names.has(basename(f.path, '.ts').replaceAll('-', '_')));
  expect(files.length).toBe(names.size);
  // Beside the type of a table, columns that several tables share.
  const light = new Set(["from './table.ts'", "from './diag-memory.ts'"]);
  expect(files.filter((f) => f.code.match(/from '[^']*'/g)?.every((words) => light.has(words)) !== true).map((f) => f.path)).toEqual([]);
});

test('every feed fills tables that are there, and its pattern is anchored', () => {
  for (const feed of FEEDS) expect(feed.match.source, feed.parser).toMatch(/^\^.*\$$|^\(\?:\^.*\$\)$|^\^/s);
});

test('every parser of procfs/ is used by a feed or another parser', () => {
  const code = sources('packages/analyze/src');
  const unused = sources('packages/analyze/src/procfs').filter((file) => {
    const imported = new RegExp(`from '[^']*/${basename(file.path).replace('.', '\\.')}'`);
    return !code.some((other) => other.path !== file.path && imported.test(other.code));
  });
  expect(unused.map((f) => f.path)).toEqual([]);
});

test('every command is on the list under its own name, with one line about it', async () => {
  for (const [name, load] of COMMANDS) {
    const command = await load();
    expect(command.name).toBe(name);
    expect(command.summary, name).toMatch(/^[A-Za-z].{10,110}$/);
  }
  const listed = new Set(await Promise.all([...COMMANDS.values()].map((load) => load())));
  const missing: string[] = [];
  for (const file of sources('packages/analyze/src/commands')) {
    for (const [name, value] of Object.entries(await exportsOf(file.path))) {
      if (has(value, 'name', 'summary', 'run') && !listed.has(value as never)) missing.push(`${file.path}: ${name}`);
    }
  }
  expect(missing).toEqual([]);
});

test('nothing in the repository speaks of the place it was made at', () => {
  const words = new RegExp(['/work/' + 'main', '/work/' + 'shared', 'process' + '_api'].join('|'));
  const files = ['packages/capture/src', 'packages/analyze/src', 'test'].flatMap(sources);
  expect(files.filter((f) => words.test(readFileSync(f.path, 'utf8'))).map((f) => f.path)).toEqual([]);
});
