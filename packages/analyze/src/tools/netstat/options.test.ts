import { expect, test } from 'vitest';
import { parseNetstat } from './options.ts';

test.each([
  ['-Q', 3, /^netstat: invalid option -- 'Q'\nusage/],
  ['--num', 3, /ambiguous; possibilities: '--numeric' '--numeric-hosts'/],
  ['-ir', 3, /^usage/],
  ['-A foo', 1, /^Unknown address family `foo'\.$/],
  ['-s -4 -6', 1, /one family/],
  ['-M', 1, /^netstat: no support for `ip_masquerade' on this system\.$/],
  ['--compat netstat=1.60 -ie', 1, /2\.10 only/],
])('netstat %s is refused', (line, exit, message) => {
  expect(() => parseNetstat(line.split(' '))).toThrow(expect.objectContaining({ exit, message: expect.stringMatching(message) }));
});
