import { expect, test } from 'vitest';
import { parsePfiles } from './options.ts';

test.each([
  ['12', { pids: [12], brief: false, profile: 'solaris', help: false }],
  ['-Fn 1 /proc/22 /proc/3/', { pids: [1, 22, 3], brief: true }],
  ['--compat pfiles=illumos 7', { profile: 'illumos' }],
  ['7 --compat=pfiles=stap', { profile: 'stap', pids: [7] }],
  ['--help', { help: true, pids: [] }],
])('pfiles %s', (line, expected) => {
  expect(parsePfiles(line.split(' '))).toMatchObject(expected);
});

test.each([
  [[], 2, /^usage: coldstat pfiles /],
  [['-n'], 2, /^usage/],
  [['sshd'], 1, /^pfiles: cannot examine sshd: no such process$/],
  [['12x'], 1, /cannot examine 12x/],
  [['-x', '12'], 2, /^pfiles: invalid option -- 'x'\nusage/],
  [['--compat', 'pfiles=linux', '12'], 2, /takes pfiles=solaris, pfiles=illumos or pfiles=stap/],
  [['--compat'], 2, /requires an argument/],
])('pfiles %j is refused', (args, exit, message) => {
  expect(() => parsePfiles(args)).toThrow(expect.objectContaining({ exit, message: expect.stringMatching(message) }));
});
