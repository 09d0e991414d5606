import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { posixRegex } from './posix-regex.ts';

const test = (re: string, text: string, basic = false): boolean | undefined => posixRegex(re, basic, false)?.test(text);

describe('extended', () => {
  it.each([
    ['^ssh(d|-agent)$', 'sshd', true],
    ['^ssh(d|-agent)$', 'ssh', false],
    ['[[:digit:]]{2,}', 'a12', true],
    ['[]x]', ']', true],
    ['[^]x]', 'x', false],
    ['[a\\]', '\\', true],
    ['a\\.b', 'a.b', true],
    ['a\\.b', 'axb', false],
    ['a**', '', true],
    ['*a', '*a', true],
    ['\\d', 'd', true],
    ['.', '\n', true],
    ['[a-]', '-', true],
  ])('%s on %j', (re, text, hit) => expect(test(re, text)).toBe(hit));

  it.each(['a[', '(a', '[[:nope:]]', '[z-a]', 'a{2,1}', '+', 'a\\'])('%s is no expression', (re) =>
    expect(posixRegex(re, false, false)).toBeNull(),
  );
});

describe('basic', () => {
  it.each([
    ['a+', 'a+', true],
    ['a+', 'aa', false],
    ['\\(ab\\)\\{2\\}', 'abab', true],
    ['a|b', 'b', false],
    ['(x)', '(x)', true],
    ['a^b', 'a^b', true],
  ])('%s on %j', (re, text, hit) => expect(test(re, text, true)).toBe(hit));
});

it('never makes an expression JavaScript refuses', () => {
  const piece = fc.constantFrom(...'ab[]()^$.*+?{}|\\-,1:', '[[:alpha:]]');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, basic) => {
      const made = posixRegex(pieces.join(''), basic, false);
      expect(made === null || made instanceof RegExp).toBe(true);
    }),
    { numRuns: 5000 },
  );
});
