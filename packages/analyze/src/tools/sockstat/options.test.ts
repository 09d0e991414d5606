import { describe, expect, test } from 'vitest';
import { parseSockstat } from './options.ts';

const parse = (line: string): ReturnType<typeof parseSockstat> => parseSockstat(line === '' ? [] : line.split(' '));

describe('which sockets', () => {
  test.each([
    ['', { ipv4: true, ipv6: true, unix: true, connected: true, listening: true }],
    ['-4', { ipv4: true, ipv6: false, unix: false }],
    ['-46c', { ipv4: true, ipv6: true, unix: false, connected: true, listening: false }],
    ['-ul', { ipv4: false, ipv6: false, unix: true, connected: false, listening: true }],
    ['-P TCP,udp', { protocols: ['tcp', 'udp'], process: undefined }],
    [
      '-p 22,8000-8010',
      {
        ports: [
          [22, 22],
          [8000, 8010],
        ],
      },
    ],
    ['-Lnqsw', { noLoopback: true, numeric: true, header: false, states: true, wide: true }],
    ['--compat sockstat=linux', { profile: 'linux', ipv4: true, ipv6: true, unix: false }],
    ['--compat=sockstat=linux -u', { ipv4: true, ipv6: true, unix: true }],
    ['--compat sockstat=linux -P sshd -R tcp -U www -G 33', { process: 'sshd', protocols: ['tcp'], user: 'www', group: '33' }],
  ])('sockstat %s', (line, expected) => {
    expect(parse(line)).toMatchObject(expected);
  });
});

describe('refused', () => {
  test.each([
    ['-p 70000', 1, /^sockstat: invalid port range: 70000$/],
    ['-p 20-10', 1, /invalid port range: 20-10/],
    ['-p ssh', 1, /invalid port range: ssh/],
    ['-j 3', 1, /no jails/],
    ['-x', 1, /^sockstat: invalid option -- 'x'\nusage/],
    ['-R tcp', 1, /invalid option -- 'R'/],
    ['--compat sockstat=linux -s', 1, /invalid option -- 's'/],
    ['--compat sockstat=solaris', 2, /takes sockstat=freebsd or sockstat=linux/],
    ['-4 22', 1, /^usage/],
  ])('sockstat %s', (line, exit, message) => {
    expect(() => parse(line)).toThrow(expect.objectContaining({ exit, message: expect.stringMatching(message) }));
  });
});
