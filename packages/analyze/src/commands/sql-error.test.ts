import type Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { memoryCase } from '../db/open.ts';
import { TABLES } from '../tables/index.ts';
import { caret, explainSqlError } from './sql-error.ts';

let db: Database.Database;
beforeAll(() => {
  db = memoryCase();
});
afterAll(() => void db.close());

const tables = new Map(TABLES.map((t) => [t.name, t.columns.map(([name]) => name)]));

function attempt(sql: string): string | undefined {
  try {
    db.prepare(sql);
    return undefined;
  } catch (e) {
    return e instanceof Error ? e.message : String(e);
  }
}

/** The statement with `^` at the place that is named. */
function explained(sql: string) {
  const { at, near } = explainSqlError(sql, attempt(sql) ?? '', { tables }, attempt);
  return { marked: at === undefined ? undefined : `${sql.slice(0, at)}^${sql.slice(at)}`, near };
}

test.each([
  ['SELECT * FORM processes', 'SELECT * ^FORM processes', []],
  ['SELECT pid FROM processes WHERE FROM pid', 'SELECT pid FROM processes WHERE ^FROM pid', []],
  ['SELECT * FROM proceses', 'SELECT * FROM ^proceses', ['processes']],
  ['SELECT p.pidd FROM processes p', 'SELECT p.^pidd FROM processes p', ['pid']],
  ["SELECT 'fdd', (SELECT fdd FROM fds) FROM processes", "SELECT 'fdd', (SELECT ^fdd FROM fds) FROM processes", ['fd']],
  ['SELECT (SELECT fd FROM fds), fd FROM processes', 'SELECT (SELECT fd FROM fds), ^fd FROM processes', ['fds.fd']],
  ['SELECT uuidd', 'SELECT ^uuidd', ['captures.uuid']],
  ['SELECT 1 WHERE', 'SELECT 1 WHERE^', []],
  ["SELECT 'open", "SELECT ^'open", []],
])('%s', (sql, marked, near) => {
  const found = explained(sql);
  expect(found.marked).toBe(marked);
  for (const name of near) expect(found.near).toContain(name);
});

test('the caret stands below the place, and hostile text stays text', () => {
  expect(caret('SELECT 1,\n  foo\nFROM x', 12)).toEqual(['  foo', '  ^']);
  expect(caret('foo', 0)).toEqual(['foo', '^']);
  const [line = '', mark = ''] = caret(`SELECT '\x1b[2J', ${'x'.repeat(200)} foo`, 216);
  expect(line).not.toMatch(/[\x00-\x1f]/);
  expect(line.slice(mark.length - 1)).toMatch(/^ ?foo/);
});
