import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Kin, tree } from './tree.ts';

const lines = (kin: readonly Kin[]): string[] =>
  [...tree(kin, new Set(kin.map((k) => k.pid)))].map((n) => `${' '.repeat(n.depth)}${n.process.pid}${n.root === null ? '' : ` ${n.root}`}`);

test('children stand below their parents, orphans at the root', () => {
  const kin = [
    { pid: 1, parent: 0 },
    { pid: 2, parent: 1 },
    { pid: 3, parent: 77 },
    { pid: 4, parent: 2 },
    { pid: 5, parent: 1 },
    { pid: 6, parent: null },
  ];
  expect(lines(kin)).toEqual(['1 none', ' 2', '  4', ' 5', '3 missing', '6 none']);
});

test('parents that form a circle, and one that is its own', () => {
  expect(
    lines([
      { pid: 1, parent: 2 },
      { pid: 2, parent: 1 },
      { pid: 3, parent: 2 },
      { pid: 9, parent: 9 },
    ]),
  ).toEqual(['9 circle', '1 circle', ' 2', '  3']);
});

test('a parent that was not selected is not missing', () => {
  expect([...tree([{ pid: 2, parent: 1 }], new Set([1, 2]))].map((n) => n.root)).toEqual(['unselected']);
});

test('a chain of 100,000 does not exhaust the stack', () => {
  const kin = Array.from({ length: 100_000 }, (_, i) => ({ pid: i + 1, parent: i }));
  expect([...tree(kin, new Set())].at(-1)?.depth).toBe(99_999);
});

test('whatever the parents claim, each stands there once', () => {
  const pid = fc.integer({ min: 0, max: 12 });
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.record({ pid: fc.integer({ min: 1, max: 12 }), parent: fc.option(pid) }), { selector: (k) => k.pid }),
      (kin) => {
        const shown = [...tree(kin, new Set(kin.map((k) => k.pid)))].map((n) => n.process.pid);
        expect(shown.toSorted((a, b) => a - b)).toEqual(kin.map((k) => k.pid).toSorted((a, b) => a - b));
      },
    ),
  );
});
