import { expect, test } from 'vitest';
import { skeleton } from './names.ts';

test.each([
  ['sshd', 'ѕѕhd'],
  ['sshd', 'ssһd'],
  ['crond', 'cr0nd'],
  ['systemd', 'systernd'],
  ['nginx', 'ngіnх'],
  ['dockerd', 'd0ckerd '],
  ['sshd', 'ss\u200bhd'],
  ['mysqld', 'mуsqⅼd'],
])('%s and %s look alike', (a, b) => {
  expect(a).not.toBe(b);
  expect(skeleton(b)).toBe(skeleton(a));
});

test.each([
  ['sshd', 'ssh'],
  ['cron', 'crond'],
  ['nginx', 'nginz'],
  ['systemd', 'systemd-udevd'],
  ['grüße', 'grusse'],
])('%s and %s do not', (a, b) => {
  expect(skeleton(a)).not.toBe(skeleton(b));
});
