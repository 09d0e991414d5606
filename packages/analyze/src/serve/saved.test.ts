import { expect, test } from 'vitest';
import { memoryCase } from '../db/open.ts';
import { parseSaved, SAVED } from './saved.ts';

test('every saved query is one statement that reads, with a name and a sentence', () => {
  const db = memoryCase();
  for (const { name, doc, sql } of SAVED) {
    const statement = db.prepare(sql);
    expect(statement.readonly && statement.reader, name).toBe(true);
    expect(doc, name).toMatch(/\.$/);
    expect(statement.all()).toEqual([]);
  }
  db.close();
  expect(new Set(SAVED.map((q) => q.name)).size).toBe(SAVED.length);
});

test('a file of queries', () => {
  const text = `-- our own\n\n-- name: first of all\n-- What it asks,\n-- in two lines.\nSELECT 1;\n\n-- name: second\nSELECT 2\n-- not a name: this\nFROM captures\n`;
  expect(parseSaved(text, 'f')).toEqual([
    { name: 'first of all', doc: 'What it asks, in two lines.', sql: 'SELECT 1' },
    { name: 'second', doc: '', sql: 'SELECT 2\n-- not a name: this\nFROM captures' },
  ]);
});

test.each(['', 'SELECT 1', '-- name: x\n', '-- name: x\n-- only words\n', 'SELECT 1;\n-- name: x\nSELECT 2'])(
  '%j is no list of queries',
  (text) => {
    expect(() => parseSaved(text, 'f')).toThrow(/^f/);
  },
);
