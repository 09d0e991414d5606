import { expect, test } from 'vitest';
import { flagWords } from './words.ts';

test.each([
  [0o100002, 'x86_64', 'O_RDWR|O_LARGEFILE'],
  [0o200000, 'x86_64', 'O_RDONLY|O_DIRECTORY'],
  [0o40000, 'x86_64', 'O_RDONLY|O_DIRECT'],
  [0o40000, 'aarch64', 'O_RDONLY|O_DIRECTORY'],
  [0o200001, 'armv7l', 'O_WRONLY|O_DIRECT'],
  [0o20040002, 'aarch64', 'O_RDWR|O_TMPFILE'],
  [0o100000, 'ppc64le', 'O_RDONLY|O_NOFOLLOW'],
  [0o4010001, null, 'O_WRONLY|O_SYNC'],
  [0o2000000, 'x86_64', 'O_RDONLY'],
  [0o10000000003, 'x86_64', '0x3|0x40000000'],
])('flags %s of %s', (flags, machine, words) => {
  expect(flagWords(flags, machine)).toBe(words);
});
