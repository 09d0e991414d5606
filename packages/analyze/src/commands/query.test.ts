import { expect, test } from 'vitest';
import { UserError } from './io.ts';
import { parseParams } from './query.ts';

test('numbers are bound as numbers, the rest and what is quoted as text', () => {
  const params = parseParams(['n=22', ':neg=-7', 'big=9007199254740993', 'r=1.5', 'name=sshd', "digits='22'", 'empty=', 'eq=a=b']);
  expect({ ...params }).toEqual({ n: 22n, neg: -7n, big: 9007199254740993n, r: 1.5, name: 'sshd', digits: '22', empty: '', eq: 'a=b' });
});

test('a name may be one that objects have', () => {
  expect({ ...parseParams(['constructor=1']) }).toEqual({ constructor: 1n });
});

test.each(['x', '=1', '1a=2', ''])('%j is no parameter', (word) => expect(() => parseParams([word])).toThrow(UserError));
