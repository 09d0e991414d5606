import { expect, test } from 'vitest';
import { followsQuietly } from './through.ts';

test.each([
  ['nodev\tsysfs\nnodev\ttmpfs\n\text4\n\tfuseblk\nnodev\tfuse\nnodev\tautofs\n', true],
  ['nodev\ttmpfs\nnodev\tnfs4\n', false],
  ['nodev\ttmpfs\nnodev\t9p\n', false],
  ['nodev\ttmpfs\nnodev\tnobody-knows-it\n', false],
  ['', false],
])('file systems %j: %s', (text, quiet) => {
  expect(followsQuietly(text)).toBe(quiet);
});
