import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FieldValue, fieldTest } from './field-test.ts';
import { globTest, parseGlob } from './glob.ts';
import { isRefused, type Truth } from './truth.ts';

const of = (...texts: readonly string[]): FieldValue => ({ texts, more: false });
const UNKNOWN: FieldValue = { texts: [], more: true };

function ask(key: string, wanted: unknown, value: FieldValue): Truth {
  const test = fieldTest(key, wanted);
  if (isRefused(test)) throw new Error(test.reason);
  return test.test(value);
}

test.each([
  ['Image', '/bin/SH', of('/bin/sh'), true],
  ['Image|cased', '/bin/SH', of('/bin/sh'), false],
  ['Image', ['/bin/a', '/bin/sh'], of('/bin/sh'), true],
  ['Image|endswith', '/sh', of('/bin/sh'), true],
  ['Image|endswith', '/sh', of('/bin/bash'), false],
  ['Image|startswith', '/tmp/', of('/tmp/x'), true],
  ['CommandLine|contains', 'a*c', of('xxabbbcxx'), true],
  ['CommandLine|contains', 'a\\*c', of('xxabcxx'), false],
  ['CommandLine|contains', 'a\\*c', of('xxa*cxx'), true],
  ['CommandLine|contains|all', ['a', 'b'], of('xbxa'), true],
  ['CommandLine|contains|all', ['a', 'c'], of('xbxa'), false],
  ['CommandLine', 'a?c', of('abc'), true],
  ['CommandLine', 'a?c', of('ac'), false],
  ['CommandLine|re', '\\bnc\\s+-e', of('nc  -e /bin/sh'), true],
  ['CommandLine|re', 'NC', of('nc'), false],
  ['CommandLine|re|i', 'NC', of('nc'), true],
  ['CommandLine|contains|windash', ' -e ', of('nc /e x'), true],
  ['CommandLine|contains|windash', ' -e ', of('nc \u2013e x'), true],
  ['CommandLine|base64|contains', 'hello', of('echo aGVsbG8= | base64 -d'), true],
  ['CommandLine|base64offset|contains', 'secret', of(`x ${Buffer.from('my secret').toString('base64')}`), true],
  ['CommandLine|base64offset|contains', 'secret', of(`x ${Buffer.from('a secret!').toString('base64')}`), true],
  ['CommandLine|base64offset|contains', 'secret', of(`x ${Buffer.from('thesecrets').toString('base64')}`), true],
  ['DestinationIp|cidr', ['10.0.0.0/8', '2001:db8::/32'], of('10.200.0.1'), true],
  ['DestinationIp|cidr', '10.0.0.0/8', of('11.0.0.1'), false],
  ['DestinationPort', [4444, 5555], of('4444'), true],
  ['DestinationPort|gt', 1023, of('1024'), true],
  ['DestinationPort|lte', 1023, of('1024'), false],
  ['Image', null, of(), true],
  ['Image', null, of('x'), false],
  ['Image', null, UNKNOWN, null],
  ['Image', '', of('x'), false],
  ['Image|exists', true, of('x'), true],
  ['Image|exists', false, of(), true],
  ['Image|exists', true, UNKNOWN, null],
  ['Image', 'x', of(), false],
  ['Image', 'x', UNKNOWN, null],
  ['Image', 'x', { texts: ['x'], more: true }, true],
  ['Image', 'x', { texts: ['y'], more: true }, null],
  ['User', ['a', 'b'], of('b', 'c'), true],
] as const)('%s: %j of %j is %s', (key, wanted, value, expected) => {
  expect(ask(key, wanted, value)).toBe(expected);
});

test.each([
  ['Image|expand', '%x%', 'Image: the modifier expand is not understood'],
  ['Image|fieldref', 'User', 'Image: the modifier fieldref is not understood'],
  ['Image|contains|startswith', 'x', 'Image: contains and startswith exclude each other'],
  ['Image|i', 'x', 'Image: i, m and s go with re'],
  ['Image|re', '(?=x)', 'Image: the expression looks ahead or behind, or has a group of a kind that is not understood'],
  ['Ip|cidr', '10.0.0.0/64', 'Ip: cidr: 10.0.0.0/64 is no block of addresses'],
  ['Image|contains', null, 'Image: null goes with no modifier'],
  ['Image', { a: 1 }, 'Image: a value is neither text nor number nor null'],
  ['Image', [], 'Image: a value is neither text nor number nor null'],
  ['Image|exists', 'maybe', 'Image: exists needs true or false'],
  ['Port|gt', 'x', 'Port: gt: x is no number'],
  ['Image|base64', 'a*', 'Image: base64 of a value with wildcards'],
  ['Image|base64|re', 'a', 'Image: base64 does not go with re'],
])('%s: %j is refused', (key, wanted, reason) => {
  expect(fieldTest(key, wanted)).toEqual({ reason });
});

test('wildcards say what an expression of the same meaning says', () => {
  const piece = fc.constantFrom('*', '?', 'a', 'b', '.', '\\*', '\\?', '\\\\', '\\a');
  const text = fc.array(fc.constantFrom('a', 'b', '.', '*', '?', '\\'), { maxLength: 8 }).map((c) => c.join(''));
  const meaning: Record<string, string> = {
    '*': '[^]*',
    '?': '[^]',
    '\\*': '\\*',
    '\\?': '\\?',
    '\\\\': '\\\\',
    '\\a': '\\\\a',
    '.': '\\.',
  };
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), text, (pieces, subject) => {
      const expected = new RegExp(`^${pieces.map((p) => meaning[p] ?? p).join('')}$`).test(subject);
      expect(globTest(parseGlob(pieces.join('')), true)(subject)).toBe(expected);
    }),
    { numRuns: 2000 },
  );
});
