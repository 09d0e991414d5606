import fc from 'fast-check';
import { expect, test } from 'vitest';
import { handleOf, parseHandle, withHandles } from './handle.ts';

const number = fc.integer({ min: 1, max: 999_999_999 });

test('what is printed is read back', () => {
  fc.assert(
    fc.property(number, number, fc.option(number), (captureId, sourceId, line) => {
      expect(parseHandle(handleOf(captureId, sourceId, line) ?? '')).toEqual({ captureId, sourceId, line });
    }),
  );
});

test.each(['', '1', '1:', '1:0', '0:1', '1:2:0', '1:2:3:4', ' 1:2', '1:2:x', '-1:2', '01:2', 'proc/net/tcp:3', '1:2:3\n'])(
  '%j is none',
  (text) => {
    expect(parseHandle(text)).toBeNull();
  },
);

test('rows get theirs behind their own columns, those without a source none', () => {
  const rows = {
    columns: ['name', 'line', 'source_id'],
    rows: [
      ['a', 7, 3],
      ['b', null, 3],
      ['c', null, null],
    ],
  };
  const { columns, rows: longer } = withHandles(rows, 2);
  expect(columns).toEqual(['name', 'line', 'source_id', 'handle']);
  expect([...longer].map((row) => row.at(-1))).toEqual(['2:3:7', '2:3', null]);
  expect(withHandles({ columns: ['a'], rows: [] }, 1).columns).toEqual(['a']);
});
