import { expect, test } from 'vitest';
import type { Given } from './options.ts';
import { grammar } from './options.ts';
import { planOf } from './plan.ts';

const NOW = Date.UTC(2026, 0, 31, 12, 0, 0);

function plan(...args: string[]): ReturnType<typeof planOf> {
  const command = grammar('0').configureOutput({ writeErr: () => undefined });
  command.parse(args, { from: 'user' });
  return planOf(command.opts<Given>(), NOW);
}

test.each([
  [['--every', '5s', '--count', '20'], { everyMs: 5000, count: 20, light: false }],
  [['--every', '500ms'], { everyMs: 500, count: null, light: false }],
  [['--every', '1.5', '--light', '--until', '1m'], { everyMs: 1500, count: 41, light: true }],
  [['--every', '1m', '--until', '2026-01-31T12:10:30Z'], { everyMs: 60_000, count: 11, light: false }],
  [['--every', '1m', '--until', '2026-01-31T13:00Z', '--count', '5'], { everyMs: 60_000, count: 5, light: false }],
  [['--every', '1h', '--until', '2026-01-31T12:00:00Z'], { everyMs: 3_600_000, count: 1, light: false }],
  [['--light'], null],
  [[], null],
] as const)('%j', (args, schedule) => expect(plan(...args)).toEqual(schedule));

test.each([
  [['--count', '3'], /need --every/],
  [['--until', '5m'], /need --every/],
  [['--light', '--sockopt'], /leaves out/],
  [['--light', '--with', 'environ'], /leaves out/],
  [['--every', '1s', '--until', '2026-01-31T11:59:59Z'], /is over/],
  [['--every', '1s', '--base64', '-o', 'dir'], /standard output/],
  [['--every', '1s', '-o', '-', '--encrypt-to', 'age1x'], /age -r/],
] as const)('%j go not together', (args, message) => expect(plan(...args)).toMatch(message));

test.each([
  ['--every', '0'],
  ['--every', '5x'],
  ['--every', '-1s'],
  ['--every', ''],
  ['--every', '3000000s'],
  ['--count', '0'],
  ['--count', '1000000'],
  ['--count', '1.5'],
  ['--until', '2026-02-30T00:00:00Z'],
  ['--until', '2026-01-31T24:61:00Z'],
  ['--until', '2026-01-31 12:00:00'],
  ['--until', 'tomorrow'],
])('%s %j is refused', (option, value) => expect(() => plan('--every', '1s', option, value)).toThrow());
