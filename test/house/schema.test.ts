import { expect, test } from 'vitest';
import { memoryCase } from '../../packages/analyze/src/db/open.ts';
import { PROBLEM_CODES } from '../../packages/analyze/src/db/problem-codes.ts';
import { TABLES } from '../../packages/analyze/src/tables/index.ts';
import { VIEWS } from '../../packages/analyze/src/tables/views.ts';
import { sources } from '../support/sources.ts';

const SENTENCE = /^\S.*\.$/s;

test('every table and view has its sentence', () => {
  expect([...TABLES, ...VIEWS].filter((t) => !SENTENCE.test(t.doc)).map((t) => t.name)).toEqual([]);
});

test('every column of a table has its sentence', () => {
  expect(TABLES.flatMap((t) => t.columns.filter(([, , doc]) => !SENTENCE.test(doc)).map(([name]) => `${t.name}.${name}`))).toEqual([]);
});

test('every column of a view has its sentence', () => {
  expect(VIEWS.flatMap((v) => v.columns.filter(([, doc]) => !SENTENCE.test(doc)).map(([name]) => `${v.name}.${name}`))).toEqual([]);
});

test('names are unique, and capture_id comes first', () => {
  const names = [...TABLES, ...VIEWS].map((t) => t.name);
  expect(new Set(names).size).toBe(names.length);
  for (const table of [...TABLES, ...VIEWS]) {
    const columns = table.columns.map(([name]) => name);
    expect(new Set(columns).size, table.name).toBe(columns.length);
    if (TABLES.some((t) => t === table)) expect(columns[0], table.name).toBe('capture_id');
  }
});

test('keys and indexes name columns that are there', () => {
  for (const table of TABLES) {
    const columns = table.columns.map(([name]) => name);
    for (const index of [...table.indexes, table.primaryKey ?? []]) expect(columns, table.name).toEqual(expect.arrayContaining([...index]));
  }
});

test('every row knows its source, or why it has none is in its table', () => {
  const unsourced = ['captures', 'sources', 'namespaces', 'ledger', 'socket_keys'];
  const without = TABLES.filter((t) => !t.columns.some(([name]) => name === 'source_id')).map((t) => t.name);
  expect(without.filter((name) => !unsourced.includes(name))).toEqual([]);
});

test('every view answers on an empty case, with the columns it declares', () => {
  const db = memoryCase();
  for (const view of VIEWS) {
    const statement = db.prepare(`SELECT * FROM "${view.name}"`);
    expect(
      statement.columns().map((c) => c.name),
      view.name,
    ).toEqual(view.columns.map(([name]) => name));
    expect(statement.all(), view.name).toEqual([]);
  }
  db.close();
});

/** Whole statements in quotes or backticks; those with a `${…}` in them are put together at run time and left to the tests of their files. */
const STATEMENT = /(['`])((?:\s*)(?:SELECT|WITH)\b(?:(?!\1|\$\{)[\s\S])*)\1/g;

test('every statement in the sources prepares', () => {
  const db = memoryCase();
  let seen = 0;
  const wrong: string[] = [];
  for (const file of sources('packages/analyze/src')) {
    if (file.path.endsWith('tables/views.ts')) continue;
    for (const [, , sql = ''] of file.code.matchAll(STATEMENT)) {
      seen++;
      const failed = prepareError(() => db.prepare(sql));
      if (failed !== undefined) wrong.push(`${file.path}: ${failed}: ${sql}`);
    }
  }
  db.close();
  expect(wrong).toEqual([]);
  expect(seen).toBeGreaterThan(0);
});

function prepareError(prepare: () => unknown): string | undefined {
  try {
    prepare();
    return undefined;
  } catch (e) {
    return String(e);
  }
}

test('every problem code has its sentence, and somebody who raises it', () => {
  const code = ['packages/capture/src', 'packages/analyze/src'].flatMap(sources);
  for (const [name, doc] of Object.entries(PROBLEM_CODES)) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(doc, name).toMatch(SENTENCE);
    const uses = code.reduce((n, f) => n + f.code.split(`'${name}'`).length - 1, 0);
    const declared = code.some((f) => f.code.includes(`'${name}': '`)) ? 1 : 0;
    expect(uses - declared, `${name} is raised nowhere`).toBeGreaterThan(0);
  }
});
