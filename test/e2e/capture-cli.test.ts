import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { READER_ARGUMENT } from '../../packages/capture/src/wire.ts';
import { readCaptured } from '../support/captured.ts';
import { capture, nodeArguments } from '../support/run.ts';

const directory = mkdtempSync(join(tmpdir(), 'coldstat-capture-cli-'));
const at = (name: string): string => join(directory, name);
const program = [process.execPath, ...nodeArguments('coldstat-capture.mjs')];
const quoted = program.map((word) => `'${word}'`).join(' ');

afterAll(() => rmSync(directory, { recursive: true }));

function start(args: readonly string[]): ChildProcess & { text: () => string } {
  const child = spawn(program[0] ?? '', [...program.slice(1), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  return Object.assign(child, { text: () => text });
}

/** Reading children of a capture, by the kernel's own list. */
function childrenOf(pid: number | undefined): number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  return existsSync(path) ? readFileSync(path, 'latin1').split(' ').filter(Boolean).map(Number) : [];
}

/** Of these, what is still alive after a moment: a kill takes effect when the kernel gets to it. */
async function readersAlive(pids: readonly number[]): Promise<number[]> {
  const alive = (pid: number): boolean => existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  for (let tries = 0; tries < 200 && pids.some(alive); tries++) await sleep(10);
  return pids.filter(alive);
}

async function untilChildren(pid: number | undefined): Promise<number[]> {
  for (let tries = 0; tries < 500; tries++) {
    // Before its exec a child is a copy of its parent, which waits for it.
    const children = childrenOf(pid).filter((child) => readFileSync(`/proc/${child}/cmdline`, 'latin1').includes(READER_ARGUMENT));
    if (children.length > 0) return children;
    await sleep(5);
  }
  throw new Error('no reading child was started');
}

test.each(['zstd', 'gzip', 'none'] as const)('system tar lists an archive with --compress %s, and the hash is that of the file', (how) => {
  const file = at(`by-${how}`);
  const { err } = capture(['-o', file, '--compress', how]);
  const flag = { zstd: ['--zstd'], gzip: ['-z'], none: [] }[how];
  const listed = spawnSync('tar', [...flag, '-tf', file], { encoding: 'utf8' });
  expect(listed.stderr).toBe('');
  expect(listed.stdout).toMatch(/^header\.json\nproc\/net\/tcp\n[\s\S]*\nmanifest\.json\n$/);
  const told = /sha256 +([0-9a-f ]+)\n/.exec(err)?.[1];
  expect(told?.replaceAll(' ', '')).toBe(createHash('sha256').update(readFileSync(file)).digest('hex'));
  expect(told).toMatch(/^([0-9a-f]{8} ){7}[0-9a-f]{8}$/);
});

test('without -o the archive bears the name of the host and the time, in the current directory', () => {
  const { err } = capture(['--compress', 'gzip'], { cwd: directory });
  const name = readdirSync(directory).find((n) => /^coldstat-[A-Za-z0-9._-]+-\d{8}T\d{6}Z\.tar\.gz$/.test(n));
  expect(err).toContain(`${name}: `);
  expect(statSync(at(name ?? '')).mode & 0o777).toBe(0o600);
});

test('an archive on standard output is the same bytes, and nothing else is there', async () => {
  const { outBytes, err } = capture(['-o', '-']);
  writeFileSync(at('streamed'), outBytes);
  expect((await readCaptured(at('streamed'))).problems).toEqual([]);
  expect(err).toMatch(/^standard output: /);
});

test('a reader of the pipe that goes away is no error message', () => {
  const before = performance.now();
  const piped = spawnSync(
    'bash',
    ['-c', `${quoted} -o - --compress none --max-time 50 | head -c 1 > /dev/null; echo "\${PIPESTATUS[0]}"`],
    {
      encoding: 'utf8',
    },
  );
  expect(piped.stderr).toBe('');
  expect(piped.stdout).toBe('2\n');
  expect(performance.now() - before).toBeLessThan(20_000); // and no timer holds it back
});

test('--quiet says nothing', () => {
  expect(capture(['-o', at('quiet'), '--quiet']).err).toBe('');
});

test('a file that exists is not overwritten', () => {
  writeFileSync(at('there'), 'mine');
  expect(capture(['-o', at('there')])).toMatchObject({
    code: 2,
    out: '',
    err: `coldstat-capture: ${at('there')}: exists, and is not overwritten\n`,
  });
  expect(readFileSync(at('there'), 'utf8')).toBe('mine');
});

test.each([
  [['--with', 'everything'], /'everything' is none of environ, nf_conntrack/],
  [['--max-time', '0'], /Not a number of seconds above 0/],
  [['--time-offset', 'soon'], /Not a number of seconds/],
  [['--compress', 'xz'], /Allowed choices are zstd, gzip, none/],
  [['--proc', '/etc'], /\/etc: is not a mounted proc file system/],
  [['--proc', '/nowhere'], /\/nowhere: ENOENT/],
  [['-o', '/nowhere/x'], /\/nowhere\/x: ENOENT/],
  [['--no-such-option'], /unknown option '--no-such-option'/],
] as const)('a mistake of the operator is one line and exit 2: %s', (args, message) => {
  const { code, out, err } = capture([...args, ...(args.includes('-o' as never) ? [] : ['-o', at('mistake')])]);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err).toMatch(message);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
  expect(existsSync(at('mistake'))).toBe(false);
});

test('--help names each side effect', () => {
  const { code, out } = capture(['--help']);
  expect(code).toBe(0);
  for (const word of ['environ', 'nf_conntrack', 'exe-hash', 'deleted-exe']) expect(out).toMatch(new RegExp(`^  ${word} +\\S.{20,}`, 'm'));
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../packages/capture/package.json'), 'utf8')) as {
    version: string;
  };
  expect(capture(['--version']).out).toBe(`${version}\n`);
});

test('a full disk is one line and exit 2', () => {
  const script = `set -e; mkdir -p "$1"; mount -t tmpfs -o size=16k tmpfs "$1"; set +e; shift; "$@"; echo "code $?"`;
  const place = at('full');
  const full = spawnSync(
    'unshare',
    ['-m', 'bash', '-c', script, 'bash', place, ...program, '-o', join(place, 'a.tar'), '--compress', 'none'],
    {
      encoding: 'utf8',
    },
  );
  expect(full.stderr).toBe(`coldstat-capture: ${join(place, 'a.tar')}: no space left, the archive breaks off here\n`);
  expect(full.stdout).toBe('code 2\n');
});

test('a capture that is killed leaves an archive that is read up to the break, and no child', async () => {
  const child = start(['-o', at('killed')]);
  const readers = await untilChildren(child.pid);
  for (let tries = 0; tries < 2000 && statSync(at('killed')).size === 0; tries++) await sleep(1);
  await sleep(30);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const got = await readCaptured(at('killed'));
  expect(got.problems.map((p) => p.split(':')[0])).toContain('archive-incomplete');
  expect(got.manifest).toBeNull();
  expect(got.bodies.has('proc/net/tcp')).toBe(true);
  expect(got.record('proc/net/tcp')?.sha256).toBe(
    createHash('sha256')
      .update(got.bodies.get('proc/net/tcp') ?? '')
      .digest('hex'),
  );
  expect(await readersAlive(readers)).toEqual([]);
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends the capture within a second, with a whole archive', async (signal) => {
  const child = start(['-o', at(signal)]);
  const readers = await untilChildren(child.pid);
  child.kill(signal);
  const before = performance.now();
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(performance.now() - before).toBeLessThan(1000);
  expect(code).toBe(1);
  expect(child.text()).toMatch(/interrupted/);
  const got = await readCaptured(at(signal));
  expect(got.problems).toEqual([]);
  expect(got.manifest?.exit).toBe('interrupted');
  expect(got.records.find((r) => r.path === 'proc/mapped.list')).toMatchObject({ note: 'not-tried' });
  expect(await readersAlive(readers)).toEqual([]);
});

test('--max-time ends the capture, and what was not tried is on record', async () => {
  const { code, err } = capture(['-o', at('short'), '--max-time', '0.02']);
  expect(code).toBe(1);
  expect(err).toMatch(/out of time/);
  const got = await readCaptured(at('short'));
  expect(got.problems).toEqual([]);
  expect(got.manifest?.exit).toBe('timeout');
  expect(got.bodies.has('proc/net/tcp')).toBe(true);
  expect(got.records.find((r) => r.path === 'pass-b/proc/net/tcp')).toMatchObject({ note: 'not-tried' });
});

test('a reading child that hangs is killed and its work is done by another', async () => {
  const child = start(['-o', at('hung')]);
  const [first] = await untilChildren(child.pid);
  process.kill(first ?? 0, 'SIGSTOP');
  const [code] = (await once(child, 'exit')) as [number | null];
  expect([0, 1], child.text()).toContain(code);
  const got = await readCaptured(at('hung'));
  expect(got.problems).toEqual([]);
  expect(got.manifest?.exit).toMatch(/complete|refused/);
  expect(got.bodies.get(`proc/${process.pid}/cmdline`)).toEqual(readFileSync('/proc/self/cmdline'));
  expect(await readersAlive([first ?? 0])).toEqual([]);
}, 60_000);

test('another mount of proc: what is taken is what that one shows', async () => {
  const script = 'mount -t proc proc "$1"; exec sleep 60';
  const place = at('proc');
  spawnSync('mkdir', ['-p', place]);
  const inner = spawn('unshare', ['-p', '-m', '--fork', '--kill-child', 'bash', '-c', script, 'bash', place]);
  try {
    await sleep(300);
    const [init] = childrenOf(inner.pid);
    const { code, err } = capture(['-o', at('other'), '--proc', `/proc/${init}/root${place}`]);
    expect(code, err).toBe(0);
    const got = await readCaptured(at('other'));
    expect(got.problems).toEqual([]);
    expect(got.bodies.get('proc/1/cmdline')?.toString()).toBe('sleep\x0060\0');
    expect([...got.bodies.keys()].filter((n) => /^proc\/\d+\/stat$/.test(n))).toEqual(['proc/1/stat']);
    expect(got.record('proc/net/tcp')).toMatchObject({ errno: 'ENOENT' }); // the capture itself is not in that pid namespace
    expect(got.text('proc/1/net/tcp')).toMatch(/local_address/);
  } finally {
    inner.kill('SIGKILL');
  }
});

test('what may have changed what the capture was shown is said at once, and kept', async () => {
  const { err } = capture(['-o', at('beware')], { env: { LD_LIBRARY_PATH: '/usr/lib', NODE_OPTIONS: '--no-warnings' } });
  expect(err).toMatch(/^ {2}beware {4}NODE_OPTIONS is set$/m);
  expect(err).toMatch(/^ {2}beware {4}LD_LIBRARY_PATH is set$/m);
  const { header } = await readCaptured(at('beware'));
  expect(header.self['environment']).toContain('NODE_OPTIONS=--no-warnings');
  expect(capture(['-o', at('calm')], { env: { NODE_OPTIONS: '' } }).err).not.toMatch(/LD_LIBRARY_PATH/);
});

test('an archive is not written on a terminal', () => {
  const typed = spawnSync('script', ['-qec', `${quoted} -o -`, '/dev/null'], { encoding: 'utf8' });
  expect(typed.stdout).toBe('coldstat-capture: standard output is a terminal: give a file, or a pipe\r\n');
});
