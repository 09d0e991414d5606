import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownRules } from '../../packages/analyze/src/triage/load-rules.ts';
import { coldstat } from '../support/run.ts';

/** What a rule says to do next is something coldstat does. */

const SAMPLE = join(import.meta.dirname, '../../samples/busy-host/web1.tar.zst');
/** A command in a sentence: its name, options, and what stands for a value. */
const ADVICE = /\bcoldstat ([a-z]+(?: (?:--(?:class|check) \w+|--?[A-Za-z+-]+|[A-Z]{3,}\b))*)/g;
const VALUES: Readonly<Record<string, string>> = { PID: '1', WORDS: 'inuse' };

const advice = new Set(ownRules().flatMap((rule) => [...rule.next.matchAll(ADVICE)].map((match) => match[1] ?? '')));

test('rules give advice', () => {
  expect(advice.size).toBeGreaterThan(5);
});

test.each([...advice])('coldstat %s', (line) => {
  const [command = '', ...words] = line.split(' ').map((word) => VALUES[word] ?? word);
  const { code, err } = coldstat(words.length === 0 ? [command, '--help'] : [command, '--archive', SAMPLE, ...words]);
  expect(code, err).toBeLessThan(2);
});
