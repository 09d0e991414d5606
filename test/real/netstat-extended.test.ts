import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coldstat, nodeArguments } from '../support/run.ts';

/** `netstat -ie` in a network namespace of its own, where nothing moves: links of several kinds, none of which speaks by itself. */
const LINKS = [
  'mount -t sysfs sysfs /sys',
  'ip link set lo up',
  'ip link add va type veth peer name vb',
  'ip link add vc type veth peer name vd',
  'ip tuntap add tun0 mode tun',
  'for l in va vb vc vd tun0; do ip link set $l addrgenmode none; done',
  'ip address add 192.0.2.1/25 broadcast + dev va',
  'ip address add 198.51.100.1/24 dev vb',
  'ip address add 203.0.113.1/24 broadcast 203.0.113.77 dev vc',
  'ip address add 192.0.2.201 peer 192.0.2.202 dev vd',
  'ip address add 198.18.0.1 peer 198.18.0.2 dev tun0',
  'for l in va vb vc vd tun0; do ip link set $l up; done',
  'netstat -ie',
].join('\n');

let dir: string;
const archive = (name: string): string => join(dir, `${name}.tar.zst`);
const live = new Map<string, string>();

function taken(name: string, more: string, options: readonly string[]): void {
  const capture = ['node', ...nodeArguments('coldstat-capture.mjs'), ...options, '-o', archive(name)].join(' ');
  const script = `set -e\n${LINKS}\n${more}\n${capture} >&2 || test $? = 1\n`;
  const { status, stdout, stderr } = spawnSync('unshare', ['--net', '--mount', 'sh', '-c', script], {
    encoding: 'latin1',
    timeout: 120_000,
  });
  expect(status, stderr).toBe(0);
  live.set(name, stdout);
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-ie-'));
  taken('asked', '', ['--netlink']);
  taken('files', '', []);
  taken('second', 'ip address add 192.0.2.9/25 dev va', ['--netlink']);
}, 300_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function ours(name: string): string {
  const { code, out, err } = coldstat(['netstat', '--archive', archive(name), '-ie']);
  expect(code, err).toBe(0);
  return out;
}

describe('broadcast addresses and peers', () => {
  test('what the live tool prints has all kinds of them', () => {
    const text = live.get('asked') ?? '';
    for (const cell of ['broadcast 192.0.2.127', 'broadcast 0.0.0.0', 'broadcast 203.0.113.77', 'destination 198.18.0.2']) {
      expect(text).toContain(cell);
    }
  });

  test('byte for byte as netstat prints them, where the kernel was asked', () => {
    expect(ours('asked')).toBe(live.get('asked'));
  });

  test('left out where only files tell, and nothing else differs but addresses that no file ties to a link', () => {
    const steady = (text: string): string[] => text.split('\n').filter((line) => !line.includes(' inet '));
    expect(steady(ours('files'))).toEqual(steady(live.get('files') ?? ''));
    expect(ours('files')).toContain('inet 192.0.2.1  netmask 255.255.255.128\n');
    expect(ours('files')).not.toMatch(/broadcast \d|destination/);
  });

  test('a second address has a line too', () => {
    expect(ours('second').match(/inet 192\.0\.2\.\d+ .*/g)).toEqual([
      'inet 192.0.2.1  netmask 255.255.255.128  broadcast 192.0.2.127',
      'inet 192.0.2.9  netmask 255.255.255.128  broadcast 0.0.0.0',
      'inet 192.0.2.201  netmask 255.255.255.255  broadcast 0.0.0.0',
    ]);
  });
});
