import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Condition, evaluate, parseCondition } from './condition.ts';
import { isRefused, type Truth } from './truth.ts';

const NAMES = ['selection', 'selection_a', 'selection_b', 'filter', '_own'];

function read(text: string): Condition {
  const condition = parseCondition(text, NAMES);
  if (isRefused(condition)) throw new Error(`${text}: ${condition.reason}`);
  return condition;
}

test.each([
  ['selection and not filter', 'selection', true],
  ['selection and not filter', 'selection filter', false],
  ['selection or selection_a and filter', 'selection', true],
  ['(selection or selection_a) and filter', 'selection', false],
  ['not not selection', 'selection', true],
  ['not selection or filter', '', true],
  ['1 of selection*', 'selection_b', true],
  ['1 of selection_*', 'selection', false],
  ['any of selection_*', 'selection_a', true],
  ['all of selection_*', 'selection_a', false],
  ['all of selection_*', 'selection_a selection_b', true],
  ['all of them', 'selection selection_a selection_b filter', true],
  ['1 of them', '_own', false],
  ['1 of _own', '_own', true],
  ['SELECTION_A AND filter'.replace('SELECTION_A', 'selection_a'), 'selection_a filter', true],
  ['1 of selection* and not 1 of filter*', 'selection_a filter', false],
])('%s of "%s" is %s', (text, names, expected) => {
  const true_ = new Set(names.split(' '));
  expect(evaluate(read(text), (name) => true_.has(name))).toBe(expected);
});

test.each([
  ['selection | count() > 5', 'aggregations (| count, | near …) ask about many events; a capture is one moment'],
  ['selection near filter', 'in the condition near is not expected'],
  ['near selection', 'near asks about many events; a capture is one moment'],
  ['2 of selection*', '2 of: only 1, any or all of selections'],
  ['1 of other*', 'other* names no selection'],
  ['other', 'the condition names other, which is no selection'],
  ['(selection', 'in the condition ) is missing'],
  ['selection)', 'in the condition ) is not expected'],
  ['selection and', 'the condition ends too early'],
  ['', 'the condition ends too early'],
  ['selection & filter', 'the condition cannot be read at character 10'],
  [`${'('.repeat(200)}selection${')'.repeat(200)}`, 'the condition has too many parentheses in each other'],
])('%s is refused', (text, reason) => {
  expect(parseCondition(text, NAMES)).toEqual({ reason });
});

type Tree = { readonly text: string; readonly of: (values: ReadonlyMap<string, Truth>) => Truth };

/** A condition as text, with its parentheses, and what it means in Kleene's logic, worked out on its own. */
const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('selection', 'selection_a', 'filter').map((name): Tree => ({ text: name, of: (values) => values.get(name) ?? null })),
    tie('tree').map(
      (t): Tree => ({ text: `not (${t.text})`, of: (v) => ({ true: false, false: true, null: null })[String(t.of(v)) as 'true'] }),
    ),
    fc.tuple(fc.constantFrom('and', 'or'), tie('tree'), tie('tree')).map(
      ([op, a, b]): Tree => ({
        text: `(${a.text}) ${op} (${b.text})`,
        of: (v) => {
          const rank = (t: Truth): number => (t === false ? 0 : t === null ? 1 : 2);
          const [x, y] = [rank(a.of(v)), rank(b.of(v))];
          return [false, null, true][op === 'and' ? Math.min(x, y) : Math.max(x, y)] ?? null;
        },
      }),
    ),
  ),
})).tree;

test('a condition means what its parts mean, unknown among them', () => {
  const truth = fc.constantFrom<Truth>(true, false, null);
  fc.assert(
    fc.property(tree, truth, truth, truth, (t, a, b, c) => {
      const values = new Map<string, Truth>([
        ['selection', a],
        ['selection_a', b],
        ['filter', c],
      ]);
      expect(evaluate(read(t.text), (name) => values.get(name) ?? null)).toBe(t.of(values));
    }),
  );
});

test('any words are a condition or are refused', () => {
  const word = fc.constantFrom('and', 'or', 'not', '(', ')', '1', 'all', 'of', 'them', 'selection', 'selection*', '*', 'filter');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(word).map((words) => words.join(' ')),
      ),
      (text) => {
        const condition = parseCondition(text, NAMES);
        if (!isRefused(condition)) expect(evaluate(condition, () => null)).toBeNull();
      },
    ),
  );
});
