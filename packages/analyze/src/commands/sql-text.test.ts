import fc from 'fast-check';
import { expect, test } from 'vitest';
import { statements, tokenize } from './sql-text.ts';

const split = (sql: string): string[] => statements(sql).done.map((s) => s.sql.trim());

test.each([
  ['SELECT 1; SELECT 2;', ['SELECT 1', 'SELECT 2']],
  ['SELECT \';\' ; SELECT ";" ;', ["SELECT ';'", 'SELECT ";"']],
  ['SELECT 1 -- ; no\n ;', ['SELECT 1 -- ; no']],
  ['/* ; */ SELECT [a;b], `c;d`;', ['SELECT [a;b], `c;d`']],
  ["SELECT 'it''s; so';", ["SELECT 'it''s; so'"]],
  [';;;', []],
])('%j', (sql, expected) => expect(split(sql)).toEqual(expected));

test.each(['SELECT 1', "SELECT 'a; ", 'SELECT 1 /* ;', 'SELECT "x;'])('%j is not complete', (sql) => {
  expect(statements(sql)).toMatchObject({ done: [] });
  expect(statements(sql).rest).toBeDefined();
});

test('blank text and comments are nothing', () => {
  expect(statements(' \n -- x\n/* y */ ')).toEqual({ done: [], rest: undefined });
});

test('tokens are where they say, in order, on any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...`a1'"[]\`;-/* \n.,é`) }), (sql) => {
      let end = 0;
      for (const { text, at } of tokenize(sql).tokens) {
        expect(sql.slice(at, at + text.length)).toBe(text);
        expect(text.length).toBeGreaterThan(0);
        expect(at).toBeGreaterThanOrEqual(end);
        end = at + text.length;
      }
    }),
  );
});
