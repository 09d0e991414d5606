import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Regex } from './regex.ts';
import { isRefused, type Truth } from './truth.ts';

const PLAIN = { ignoreCase: false, multiline: false, dotAll: false };

function ask(pattern: string, text: string, flags: Partial<typeof PLAIN> = {}): Truth {
  const regex = Regex.compile(pattern, { ...PLAIN, ...flags });
  if (isRefused(regex)) throw new Error(`${pattern}: ${regex.reason}`);
  return regex.test(text);
}

/** Patterns in the syntax that both understand. */
const pattern: fc.Arbitrary<string> = fc.letrec<{ re: string; atom: string }>((tie) => ({
  re: fc.oneof(
    { depthSize: 'small' },
    fc
      .array(
        fc
          .tuple(tie('atom'), fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,2}', '{0,}', '*?', '+?'))
          .map(([a, q]) => (/^(?:\^|\$|\\b|\\B)$/.test(a) ? a : a + q)),
        { maxLength: 4 },
      )
      .map((parts) => parts.join('')),
    fc.tuple(tie('re'), tie('re')).map(([a, b]) => `${a}|${b}`),
  ),
  atom: fc.oneof(
    { depthSize: 'small' },
    fc
      .constantFrom(
        'a',
        'b',
        'A',
        '.',
        '\\d',
        '\\w',
        '\\s',
        '\\W',
        '[ab]',
        '[^a]',
        '[a-b0]',
        '[\\d_-]',
        '[^]',
        '\\.',
        '-',
        '^',
        '$',
        '\\b',
        '\\B',
        '\\x61',
        '\\u0062',
        '\\n',
      )
      .filter((a) => a !== '[^]'),
    tie('re').map((re) => `(${re})`),
    tie('re').map((re) => `(?:${re})`),
  ),
})).re;

test('says what the expressions of JavaScript say', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'A', 'B', '0', ' ', '_', '-', '.', '\n'), { maxLength: 8 }).map((c) => c.join(''));
  fc.assert(
    fc.property(pattern, text, fc.boolean(), fc.boolean(), fc.boolean(), (re, subject, i, m, s) => {
      const regex = Regex.compile(re, { ignoreCase: i, multiline: m, dotAll: s });
      // A nest of repetitions beyond the stated limit is refused, and nothing else here may be.
      if (isRefused(regex)) expect(regex.reason).toBe('the expression repeats too much');
      fc.pre(!isRefused(regex));
      const expected = new RegExp(re, `${i ? 'i' : ''}${m ? 'm' : ''}${s ? 's' : ''}`).test(subject);
      expect(isRefused(regex) || regex.test(subject)).toBe(expected);
    }),
    { numRuns: 3000 },
  );
});

test('patterns that take others for ever are answered at once', () => {
  const started = process.hrtime.bigint();
  expect(ask('^(a+)+$', `${'a'.repeat(20_000)}!`)).toBe(false);
  expect(ask('(.*a){20}$', 'b'.repeat(20_000))).toBe(false);
  expect(ask('^(\\w|\\w\\w)*!$', 'a'.repeat(20_000))).toBe(false);
  expect(Number(process.hrtime.bigint() - started) / 1e9).toBeLessThan(20);
});

test('a text that costs too much is not decided', () => {
  expect(ask('(x?){900}y', 'x'.repeat(200_000))).toBeNull();
});

test.each([
  ['(?=a)', 'looks ahead or behind'],
  ['(?<!a)b', 'looks ahead or behind'],
  ['(a)\\1', 'refers back to a group'],
  ['(?P<x>a)\\k<x>', 'refers back to a group'],
  ['a**', 'repeats a repetition'],
  ['a++', 'possessive'],
  ['a{1001}', 'too large'],
  ['((a{100}){100}){100}', 'repeats too much'],
  ['(a', '( without )'],
  ['a)', ') without ('],
  ['[a', '[ without ]'],
  ['[[:alpha:]]', 'class of POSIX'],
  ['\\pL', 'has \\p'],
  ['*a', 'nothing before it'],
  ['(?i)a', 're|i'],
  ['a'.repeat(3000), 'longer than'],
  [`${'('.repeat(60)}a${')'.repeat(60)}`, 'too many groups'],
])('%s is refused', (re, reason) => {
  const regex = Regex.compile(re, PLAIN);
  expect(isRefused(regex) && regex.reason).toContain(reason);
});

test('any text is a pattern or refused', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (re, text) => {
      const regex = Regex.compile(re, PLAIN);
      if (!isRefused(regex)) regex.test(text);
    }),
  );
});
