import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coldstat, nodeArguments } from '../support/run.ts';

/** Captures in a network namespace whose /sys is still that of the one around it: sysfs belongs to whoever mounted it. */
const CAPTURE = [process.execPath, ...nodeArguments('coldstat-capture.mjs')].join(' ');
const OUTER =
  'set -e\nmount -t sysfs sysfs /sys\nip link add outer0 type veth peer name outer1\nip link set lo up\nip link set outer0 up\n';
const INNER =
  'ip link set lo up\nip link add inner0 type veth peer name inner1\nip link set inner0 up\nnetstat -i; echo ====; netstat -ai; echo ====; ';

let dir: string;
const live = new Map<string, string[]>();

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-sysfs-'));
  for (const [name, words] of [
    ['net', '-n'],
    ['all', '-npmf --mount-proc --kill-child'],
  ] as const) {
    const inner = `${INNER}${CAPTURE} --quiet --every 400ms --count 3 --light -o ${join(dir, name)} >&2 || test $? = 1`;
    // Without a process of its own the outer namespace would end, and its interfaces with it.
    const script = `${OUTER}unshare ${words} sh -c '${inner}'\ntrue\n`;
    const { status, stdout, stderr } = spawnSync('unshare', ['--net', '--mount', 'sh', '-c', script], {
      encoding: 'latin1',
      timeout: 120_000,
    });
    expect(status, stderr).toBe(0);
    live.set(name, stdout.split('====\n'));
    const loaded = coldstat(['load', name, '-d', `${name}.db`], { cwd: dir });
    expect(loaded.code, loaded.err).toBe(0);
  }
}, 300_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function ours(name: string, ...args: readonly string[]): string {
  const { code, out, err } = coldstat(['netstat', '--db', `${name}.db`, '--capture', '1', ...args], { cwd: dir });
  expect(code, err).toBe(0);
  return out;
}

/** Names and counters: no file of this namespace tells the MTU and the flags. */
const cells = (text: string): string[][] =>
  text
    .split('\n')
    .slice(2)
    .filter((line) => line !== '')
    .map((line) => line.trim().split(/ +/))
    .map(([name = '', , ...rest]) => [name, ...rest.slice(0, -1)]);

describe.each(['net', 'all'])('unshare, %s', (name) => {
  test('netstat -ai prints the interfaces of the namespace alone', () => {
    const real = cells(live.get(name)?.[1] ?? '');
    expect(real.map(([first]) => first)).toEqual(['inner0', 'inner1', 'lo']);
    expect(cells(ours(name, '-ai')).map(([first]) => first)).toEqual(['inner0', 'inner1', 'lo']);
    expect(ours(name, '-ie')).not.toContain('outer');
    expect(ours(name, '-ie')).not.toMatch(/ether|mtu \d/);
  });

  test('what /sys told is kept, of a namespace that nobody knows', () => {
    const sql =
      "SELECT count(*) AS n, count(net_ns) AS known FROM interfaces WHERE name IN ('outer0', 'outer1') AND mtu = 1500 AND capture_id = 1";
    const { out } = coldstat(['query', '-d', `${name}.db`, '--format', 'json', sql], { cwd: dir });
    expect(JSON.parse(out)).toEqual([{ n: 2, known: 0 }]);
  });

  test('a light moment, which does not look at /sys, removes none', () => {
    const { out, err, code } = coldstat(['diff', '-d', `${name}.db`, '1', '2', '--format', 'json'], { cwd: dir });
    expect(code, err).toBeLessThan(2);
    expect(out).not.toMatch(/outer\d|inner\d/);
  });
});
