import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { READER_ARGUMENT } from '../../packages/capture/src/wire.ts';
import { type Captured, readCaptured } from '../support/captured.ts';
import { coldstat, nodeArguments } from '../support/run.ts';

/**
 * Captures of hosts that do not hold still for it. Each ends in bounded time, leaves no process behind, and what it wrote is loaded and
 * says what happened. (A stuck FUSE file system: test/e2e/capture-stuck.test.ts; a command line of 64 GiB: test/e2e/capture.test.ts.)
 */

/** A machine under load may be several times slower than what is seen. */
const TIME = 120_000;
const directory = mkdtempSync(join(tmpdir(), 'coldstat-attack-'));
const attack = join(directory, 'attack');
const at = (name: string): string => join(directory, name);
/** By a name of its own, which its children bear too: other tests capture at the same time. */
const own = at('own-capture.mjs');
const program = [process.execPath, ...nodeArguments('coldstat-capture.mjs').slice(0, -1), own];

beforeAll(() => {
  symlinkSync(nodeArguments('coldstat-capture.mjs').at(-1) ?? '', own);
  const source = join(import.meta.dirname, '../support/attack/attack.c');
  execFileSync('gcc', ['-O1', '-Wall', '-Wextra', '-Werror', '-pthread', '-o', attack, source], { stdio: ['ignore', 'ignore', 'inherit'] });
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Reading children of the captures of this file. */
function readers(): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name) || !existsSync(`/proc/${name}/cmdline`)) return false;
    return spawnSync('cat', [`/proc/${name}/cmdline`], { encoding: 'latin1' }).stdout.includes(`${own}\0${READER_ARGUMENT}`);
  });
}

interface Ran {
  readonly code: number | null;
  readonly err: string;
  readonly out: string;
}

/** Runs a script by bash in namespaces of its own; `capture` stands for the program. */
function inside(flags: readonly string[], script: string, env: Readonly<Record<string, string>> = {}): Ran {
  const words = [...flags, '--kill-child', 'bash', '-c', `capture() { ${program.map((w) => `'${w}'`).join(' ')} "$@"; }\n${script}`];
  const ran = spawnSync('unshare', words, {
    encoding: 'latin1',
    timeout: TIME,
    env: { ...process.env, ATTACK: attack, DIR: directory, ...env },
  });
  return { code: ran.status, err: ran.stderr, out: ran.stdout };
}

const PRIVATE = ['--pid', '--mount', '--fork', '--mount-proc'];

/** Loads what was written, and gives what a reader of archives makes of it. */
async function taken(name: string, codes: readonly number[] = [0]): Promise<Captured> {
  const loaded = coldstat(['load', at(name), '-d', at(`${name}.db`)], { timeout: TIME });
  expect(codes, loaded.err).toContain(loaded.code);
  const asked = coldstat(['ledger', '-d', at(`${name}.db`)], { timeout: TIME });
  expect([0, 1], asked.err).toContain(asked.code);
  return readCaptured(at(name));
}

describe('processes that do not hold still', () => {
  test('forks and exits all the time', { timeout: 2 * TIME }, async () => {
    const before = performance.now();
    const script = `"$ATTACK" forks | head -1 > /dev/null & "$ATTACK" forks > /dev/null & sleep 0.3
capture -o "$DIR/forks"; echo "code $?"; sleep 1; for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < "$f"; echo; done 2>/dev/null | grep -c '[m]js ${READER_ARGUMENT}'`;
    const { out, err } = inside(PRIVATE, script);
    expect(out, err).toMatch(/^code [01]\n0\n/m);
    expect(performance.now() - before).toBeLessThan(60_000);
    const got = await taken('forks');
    expect(got.problems).toEqual([]);
    expect(got.manifest?.exit).toMatch(/^(complete|refused)$/);
    // Some of what was listed was gone when its turn came, and that is on record.
    expect(got.records.some((r) => r.note === 'vanished' || r.errno === 'ESRCH' || r.errno === 'ENOENT')).toBe(true);
  });

  test('numbers that become other processes every few milliseconds are never mixed', { timeout: 2 * TIME }, async () => {
    mkdirSync(at('letters'));
    const script = `"$ATTACK" reuse "$DIR/letters" > "$DIR/reuse.out" & for n in $(seq 100); do [ -s "$DIR/reuse.out" ] && break; sleep 0.05; done
for n in 1 2 3; do capture -o "$DIR/reuse$n" --quiet; echo "code $?"; done; cat "$DIR/reuse.out"`;
    const { out, err } = inside(PRIVATE, script);
    expect(out, err).toMatch(/^(code [01]\n){3}ready\n/);
    let whole = 0;
    for (const name of ['reuse1', 'reuse2', 'reuse3']) {
      const got = await taken(name);
      expect(got.problems).toEqual([]);
      for (let pid = 500; pid < 540; pid++) {
        const letters = lettersOf(got, pid);
        expect(new Set(letters.values()).size, `${name} ${pid}: ${JSON.stringify([...letters])}`).toBeLessThanOrEqual(1);
        if (letters.size >= 4) whole++;
      }
    }
    expect(whole).toBeGreaterThan(10);
  });

  test('20,000 threads in one process', { timeout: 2 * TIME }, async () => {
    const before = performance.now();
    const script = `"$ATTACK" threads 20000 > "$DIR/threads.out" & for n in $(seq 400); do grep -q ready "$DIR/threads.out" && break; sleep 0.05; done
capture -o "$DIR/threads"; echo "code $?"; cat "$DIR/threads.out"; echo "pid $(cat /proc/[0-9]*/stat 2>/dev/null | grep '(attack)' | head -1)"`;
    const { out, err } = inside(PRIVATE, script);
    expect(out, err).toMatch(/^code [01]\n/);
    expect(performance.now() - before).toBeLessThan(90_000);
    const many = Number(/^only (\d+)/m.exec(out)?.[1] ?? 20_000);
    expect(many, out).toBeGreaterThan(5000);
    const got = await taken('threads');
    const pid = /^pid (\d+) /m.exec(out)?.[1];
    const frames = got.pack(`proc/${pid}/task.pack`);
    const stats = [...frames.keys()].filter((name) => name.endsWith('/stat')).length;
    expect(stats).toBe(many - 1);
    // The links of so many are not all compared, and each of those says so.
    const verdicts = [...frames]
      .filter(([name]) => name.endsWith('/fd'))
      .map(([, frame]) => ('body' in frame ? frame.body.toString() : frame.errno));
    expect(verdicts).toHaveLength(many - 1);
    for (const verdict of new Set(verdicts)) expect(['same', 'not-compared']).toContain(verdict);
  });
});

/** The letter of each thing the process says of itself. */
function lettersOf(got: Captured, pid: number): Map<string, string> {
  const letters = new Map<string, string>();
  const note = (what: string, text: string | undefined, pattern: RegExp): void => {
    const letter = pattern.exec(text ?? '')?.[1];
    if (letter !== undefined) letters.set(what, letter);
  };
  const body = (name: string): string | undefined => got.bodies.get(`proc/${pid}/${name}`)?.toString('latin1');
  note('stat', body('stat'), /\(letter-(.)\)/);
  note('status', body('status'), /^Name:\tletter-(.)$/m);
  note('comm', body('comm'), /^letter-(.)\n$/);
  note('cwd', body('links.list'), /^cwd\t.*\/letters\/(.)$/m);
  note('descriptor', body('fd.list'), /^77\t.*\/letters\/(.)\/file$/m);
  return letters;
}

test('a process that watches its own directory by inotify is touched after all tables were taken', { timeout: 2 * TIME }, async () => {
  const watcher = spawn(attack, ['watch'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  watcher.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString('latin1');
  });
  try {
    while (!said.includes('ready\n')) await sleep(20);
    // That it sees what is opened there is the point: otherwise the test would prove nothing.
    readFileSync(`/proc/${watcher.pid}/cmdline`);
    while (!said.includes(' cmdline\n')) await sleep(20);
    said = '';
    const ran = spawnSync(program[0] ?? '', [...program.slice(1), '-o', at('watched'), '--quiet'], { encoding: 'utf8', timeout: TIME });
    expect([0, 1], ran.stderr).toContain(ran.status);
    await sleep(200);
    const events = said.split('\n').flatMap((line) => {
      const [time, name] = line.split(' ');
      return time && name ? [{ time: BigInt(time), name }] : [];
    });
    expect(events.map((e) => e.name)).toEqual(expect.arrayContaining(['stat', 'status', 'comm', 'cmdline', 'maps', 'fd']));
    const first = events.reduce((a, b) => (b.time < a.time ? b : a)).time;
    const got = await taken('watched');
    const origin = BigInt(got.header.clock.monotonic_ns);
    const tables = got.records.filter((r) => /^proc\/net\/|^proc\/loadavg$/.test(r.path) && r.bytes !== undefined);
    expect(tables.map((r) => r.path)).toEqual(
      expect.arrayContaining(['proc/net/tcp', 'proc/net/udp', 'proc/net/unix', 'proc/net/sockstat']),
    );
    for (const { path, end } of tables) expect(origin + BigInt(end ?? 0) * 1000n, path).toBeLessThan(first);
  } finally {
    watcher.kill('SIGKILL');
  }
});

test('hidepid and no privileges: it says what it could not see', { timeout: 2 * TIME }, async () => {
  // By its usual path: what is in the directory of this test only root can read.
  const anyones = [process.execPath, ...nodeArguments('coldstat-capture.mjs')];
  const script = `mount -o remount,hidepid=2 /proc; sleep 1000 & setpriv --reuid 65534 --regid 65534 --clear-groups ${anyones.map((w) => `'${w}'`).join(' ')} -o - > "$DIR/hidden"; echo "code $?"; kill %1`;
  const { out, err } = inside(PRIVATE, script);
  expect(out, err).toMatch(/^code 1$/m);
  expect(err).toMatch(/not seen .* hidepid \(processes of other users are not shown\)/);
  const got = await taken('hidden');
  expect(got.header.self['hidepid']).toMatch(/2|invisible/);
  expect(got.header.self['others_hidden']).toBe(true);
  expect(got.manifest?.exit).toBe('refused');
  expect([...got.bodies.keys()].filter((name) => /^proc\/1\//.test(name))).toEqual([]);
  const listing = coldstat(['netstat', '-an', '--archive', at('hidden')], { timeout: TIME });
  expect(listing.err).toContain('processes of other users are not in it (hidepid)');
});

describe('what is cut off', () => {
  test('by a full disk', { timeout: 2 * TIME }, async () => {
    mkdirSync(at('small'));
    const script = `mount -t tmpfs -o size=128k tmpfs "$DIR/small"; capture -o "$DIR/small/a" --compress none; echo "code $?"; cp "$DIR/small/a" "$DIR/full"`;
    const { out, err } = inside(['--mount', '--fork'], script);
    expect(out).toBe('code 2\n');
    expect(err).toContain('no space left');
    const got = await taken('full', [1]);
    expect(got.problems.join()).toMatch(/archive-incomplete/);
    expect(got.bodies.has('proc/net/tcp')).toBe(true);
  });

  test('by a pipe whose reader goes away', { timeout: 2 * TIME }, async () => {
    const words = program.map((w) => `'${w}'`).join(' ');
    const ran = spawnSync('bash', ['-c', `${words} -o - --compress none | head -c 100000 > "$0"; echo "\${PIPESTATUS[0]}"`, at('pipe')], {
      encoding: 'utf8',
      timeout: TIME,
    });
    expect(ran.stdout).toBe('2\n');
    const got = await taken('pipe', [1]);
    expect(got.problems.join()).toMatch(/archive-incomplete/);
    await gone();
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)('by %s', { timeout: 2 * TIME }, async (signal) => {
    const child: ChildProcess = spawn(program[0] ?? '', [...program.slice(1), '-o', at(signal), '--compress', 'none'], { stdio: 'ignore' });
    const exit = once(child, 'exit');
    while (!existsSync(at(signal)) || readFileSync(at(signal)).length < 20_000) await sleep(1);
    child.kill(signal);
    await exit;
    // What is on disk now, and not what a child would still write.
    copyFileSync(at(signal), at(`${signal}-copy`));
    await gone();
    const got = await taken(`${signal}-copy`, signal === 'SIGKILL' ? [1] : [0]);
    if (signal === 'SIGKILL') expect(got.problems.join()).toMatch(/archive-incomplete/);
    else expect(got.manifest?.exit).toBe('interrupted');
    expect(readFileSync(at(signal)).equals(readFileSync(at(`${signal}-copy`)))).toBe(true);
  });
});

/** A kill takes effect when the kernel gets to it. */
async function gone(): Promise<void> {
  for (let tries = 0; tries < 400 && readers().length > 0; tries++) await sleep(50);
  expect(readers()).toEqual([]);
}
