import { expect, test } from 'vitest';
import { isBetween } from './threads.ts';

const links = (text: string): Map<string, string> =>
  new Map(
    text
      .split(' ')
      .filter(Boolean)
      .map((pair) => pair.split('=') as [string, string]),
  );

test.each([
  ['equal', '0=a 1=b', '0=a 1=b', '0=a 1=b', true],
  ['one was opened in between', '0=a 1=b', '0=a', '0=a 1=b', true],
  ['one was closed in between', '0=a', '0=a 1=b', '0=a', true],
  ['one was opened after', '0=a', '0=a', '0=a 1=b', true],
  ['one became another', '0=c', '0=a', '0=c', true],
  ['one that neither has', '0=a 5=x', '0=a', '0=a', false],
  ['one is missing that both have', '0=a', '0=a 1=b', '0=a 1=b', false],
  ['the same number, something else', '0=z', '0=a', '0=a', false],
  ['empty beside full', '', '0=a', '0=a', false],
] as const)('a thread between two readings of the leader: %s', (_, x, before, after, same) => {
  expect(isBetween(links(x), links(before), links(after))).toBe(same);
});
