import { describe, expect, test } from 'vitest';
import { Failure } from '../attempt.ts';
import type { Walked } from '../wire.ts';
import type { Libc } from './libc.ts';
import { alike, compareTables, type WhoseTable } from './tables.ts';

const walked = (pid: number, ...sockets: readonly (readonly [string, string, string])[]): Walked => ({
  pid,
  threads: 1,
  descriptors: sockets.length,
  kernelThread: false,
  start: '77',
  seat: '',
  local: true,
  errors: {},
  pinned: [],
  sockets,
});

test('tables with the same sockets under the same numbers are compared, those of threads too', () => {
  const groups = alike([
    walked(1, ['', '3', '70'], ['', '4', '71'], ['task/9/', '3', '70'], ['task/9/', '4', '71']),
    walked(2, ['', '3', '70'], ['', '4', '71']),
    walked(3, ['', '4', '70'], ['', '3', '71']),
    walked(4),
    walked(5),
  ]);
  expect(groups).toEqual([
    [
      { pid: 1, tid: 0, start: '77' },
      { pid: 1, tid: 9, start: '77' },
      { pid: 2, tid: 0, start: '77' },
    ],
  ]);
});

describe('comparing', () => {
  /** A kernel where tables are the numbers that `tables` gives. */
  const kernel = (tables: (pid: number) => number, calls: number[] = []): Libc =>
    ({
      compareFiles: (a: number, b: number) => {
        calls.push(a);
        if (tables(a) < 0) return new Failure('EPERM');
        return tables(a) === tables(b) ? 0 : tables(a) < tables(b) ? 1 : 2;
      },
    }) as unknown as Libc;
  const group = (n: number): WhoseTable[] => Array.from({ length: n }, (_, i) => ({ pid: i + 1, tid: 0, start: 'gone' }));
  const compared = (libc: Libc, n: number): string[] =>
    compareTables(libc, '/nowhere', [group(n)], () => undefined)
      .body.toString()
      .split('\n')
      .filter((line) => line !== '' && !line.endsWith('!ESRCH'));

  test('each shared table is found, with some comparisons each', () => {
    const calls: number[] = [];
    const lines = compared(
      kernel((pid) => (pid * 7919) % 500, calls),
      1000,
    );
    expect(lines.filter((line) => line.endsWith(' 0'))).toHaveLength(500);
    expect(calls.length).toBeLessThan(10_000);
  });

  test('what cannot be compared is told with its errno and leaves the others alone', () => {
    expect(
      compared(
        kernel((pid) => (pid === 2 ? -1 : 5)),
        3,
      ),
    ).toEqual(['2 1 !EPERM', '3 1 0']);
  });

  test('a process that is another one by now is told', () => {
    const { body } = compareTables(
      kernel(() => 5),
      '/nowhere',
      [group(2)],
      () => undefined,
    );
    expect(body.toString()).toBe('2 1 0\n1 1 !ESRCH\n2 2 !ESRCH\n');
  });

  test('an end is put to it between two tables', () => {
    const { limit } = compareTables(
      kernel((pid) => pid),
      '/nowhere',
      [group(6000)],
      () => undefined,
    );
    expect(limit).toBeDefined();
  });
});
