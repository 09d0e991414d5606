import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Value } from '../render/value.ts';
import { mappedFiles } from '../tables/mapped-files.ts';
import { mounts } from '../tables/mounts.ts';
import { TableWriter } from './insert.ts';
import { memoryCase } from './open.ts';

function written(rows: readonly (readonly Value[])[]): unknown[] {
  const db = memoryCase();
  const refused: unknown[] = [];
  const writer = new TableWriter(db, mounts, 3, (_, row) => refused.push(row));
  for (const row of rows) writer.add(row);
  writer.flush();
  const found = db.prepare('SELECT * FROM mounts ORDER BY rowid').raw().all();
  db.close();
  expect(refused).toEqual([]);
  return found;
}

describe('rows on their way into a table', () => {
  it('come out as they went in, in order, whatever stays the same and for how long', () => {
    const small = fc.constantFrom<Value>(null, 1, 2);
    const text = fc.constantFrom<Value>(null, 'a', 'b', Buffer.from([0xff]), Buffer.from('c'));
    const row = fc.tuple(
      small,
      small,
      small,
      small,
      fc.constantFrom<Value>('0:1', '0:2'),
      text,
      text,
      text,
      text,
      text,
      text,
      text,
      small,
      small,
    );
    const run = fc.tuple(row, fc.integer({ min: 1, max: 150 }));
    fc.assert(
      fc.property(fc.array(run, { maxLength: 6 }), (runs) => {
        // Runs of equal rows that differ in their line, as tables of the kernel have them.
        const rows = runs.flatMap(([r, n]) => Array.from({ length: n }, (_, i) => r.with(13, i)));
        expect(written(rows)).toEqual(rows.map((r) => [3, ...r]));
      }),
      { numRuns: 60 },
    );
  });

  it('has whole numbers in columns of unsigned 64-bit numbers', () => {
    const db = memoryCase();
    const writer = new TableWriter(db, mappedFiles, 1, () => expect.unreachable());
    const at = (inode: Value): Value[] => ['0:1', inode, null, null, 1, null, null, null, null, 2n ** 63n - 1n, null, 1, 1];
    for (const inode of [1, 2n ** 40n, '18446744073709551615']) writer.add(at(inode));
    writer.flush();
    expect(db.prepare('SELECT typeof(inode), inode, typeof(st_nlink) FROM mapped_files').safeIntegers().raw().all()).toEqual([
      ['integer', 1n, 'integer'],
      ['integer', 2n ** 40n, 'integer'],
      ['text', '18446744073709551615', 'integer'],
    ]);
    db.close();
  });

  it('tells of the rows that the table refuses, and only those; a value that no integer is costs its cell alone', () => {
    const db = memoryCase();
    const refused: [Value | undefined, string][] = [];
    const writer = new TableWriter(db, mappedFiles, 1, (_, row, message) => refused.push([row[1], message]));
    const at = (inode: Value, mode: Value = 1): Value[] => ['0:1', inode, null, mode, null, null, null, null, null, null, null, 1, 1];
    for (let i = 0; i < 200; i++) writer.add(at(i));
    writer.add(at(5));
    writer.add(at(1000, 'x'));
    writer.add(at(1001, 2n ** 64n));
    for (let i = 200; i < 400; i++) writer.add(at(i));
    writer.flush();
    expect(refused.map(([inode]) => Number(inode))).toEqual([5, 1000, 1001]);
    expect(refused.map(([, message]) => message)).toEqual([
      expect.stringMatching(/UNIQUE.*[^L]$/),
      expect.stringMatching(/cannot store TEXT.*: the cell is NULL$/),
      expect.stringMatching(/too big.*: the cell is NULL$/),
    ]);
    expect(db.prepare('SELECT count(*) FROM mapped_files').pluck().get()).toBe(402);
    expect(db.prepare('SELECT inode FROM mapped_files WHERE st_mode IS NULL').pluck().all()).toEqual([1000, 1001]);
    db.close();
  });

  it('does not take a row of another width', () => {
    const db = memoryCase();
    const writer = new TableWriter(db, mounts, 1, () => {});
    expect(() => writer.add([1, 2])).toThrow(/2 values, not 14/);
    db.close();
  });
});
