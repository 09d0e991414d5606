import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/**
 * Byte for byte: `coldstat netstat --strict` against the real netstat that finds the extracted capture where /proc and /etc were. Nothing is masked.
 * Two things are settled before: of processes that share a socket only the lowest keeps it in the tree (netstat names the one it meets first, and a
 * directory elsewhere has no order), and rows of unix sockets whose names hold bytes that are no text are left out of both (netstat writes them raw).
 * `-i` is not here: the real one asks the running kernel.
 */

const NAMES = ['passwd', 'services', 'hosts', 'protocols', 'networks'];
const OVER = `set -e; tree=$1; shift; mount --make-rprivate /; mount --bind "$tree/proc" /proc
for name in ${NAMES.join(' ')}; do [ ! -e "/etc/$name" ] || [ ! -e "$tree/etc/$name" ] || mount --bind "$tree/etc/$name" "/etc/$name"; done
exec netstat "$@"`;

/** Another version prints otherwise: then these tests say so and fail, they do not stand aside. */
test('root and net-tools 2.10 are there to compare with', () => {
  expect(process.getuid?.()).toBe(0);
  expect(spawnSync('netstat', ['--version']).stdout?.toString()).toContain('net-tools 2.10');
});

/** Sockets: which, how, in which words. */
const SOCKETS = [
  ...['-antup', '-antupeo', '-tulpn', '-an', '-a', '-l', '-t', '-u', '-w', '-x', '-e', '-o', '-W', '-p'],
  ...[
    '--inet',
    '--inet6',
    '--inet --listening',
    '--inet --all',
    '--inet -an',
    '--inet6 -anp',
    '-A inet -a',
    '-A unix -a',
    '-A inet,unix -l',
  ],
  ...['-tl', '-ul', '-wl', '-xl', '-ta', '-ua', '-wa', '-xa', '-xap', '-xanp', '-Ua', '-taeopW', '-uaeopW', '-waeopW', '-4an', '-6an'],
  ...['-a --numeric-hosts', '-a --numeric-ports', '-ae --numeric-users', '--tcp --listening --programs', '--all --ext --tim --wide'],
];
const OTHERS = ['-s', '-st', '-su', '-sw', '-s -6', '-r', '-rn', '-re', '-ren', '-6rn', '-g', '-gn', '-gn -6'];

describe('the real netstat over the extracted capture says the same', () => {
  let scene: Scene;
  let tree: string;
  let db: string;

  beforeAll(async () => {
    scene = await startScene(['tcp', 'inet', 'unix', 'owners', 'linger']);
    const { archive } = scene.capture('netstat');
    tree = join(scene.directory, 'tree');
    const extracted = coldstat(['extract', archive, '-C', tree]);
    expect(extracted.code, extracted.err).toBe(0);
    leaveToTheLowest(join(tree, 'proc'));
    db = join(scene.directory, 'case.db');
    const loaded = coldstat(['load', archive, '-d', db]);
    expect(loaded.code, loaded.err).toBe(0);
  });
  afterAll(async () => {
    await scene?.stop();
  });

  test.each([...SOCKETS, ...OTHERS])('netstat %s', (line) => {
    const args = line.split(' ');
    const real = spawnSync('unshare', ['-m', 'bash', '-c', OVER, 'over', tree, ...args], {
      timeout: 20_000,
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    });
    const ours = coldstat(['netstat', '--db', db, '--quiet-ledger', '--strict', ...args]);
    const theirs = real.stdout.toString('latin1');
    expect(theirs.split('\n').length).toBeGreaterThan(2);
    expect(ownText(ours.out)).toEqual(ownText(theirs));
    expect(ours.code).toBe(real.status);
  });
});

function leaveToTheLowest(proc: string): void {
  const held = new Set<string>();
  const pids = readdirSync(proc).filter((name) => /^\d+$/.test(name) && existsSync(join(proc, name, 'fd')));
  for (const pid of pids.sort((a, b) => Number(a) - Number(b))) {
    for (const fd of readdirSync(join(proc, pid, 'fd'))) {
      const link = join(proc, pid, 'fd', fd);
      const target = readlinkSync(link);
      if (target.startsWith('socket:') && held.has(target)) rmSync(link);
      held.add(target);
    }
  }
}

/** Lines but those of unix sockets with a name that the real netstat writes raw or we escape. */
function ownText(text: string): string[] {
  return text.split('\n').filter((line) => !/^unix .*(?:\\|[^ -~])/.test(line));
}
