import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ARTEFACTS } from '../../packages/capture/src/artefacts.ts';
import { type Captured, readCaptured } from '../support/captured.ts';
import { capture, nodeArguments, type Ran } from '../support/run.ts';
import { compileScenario } from '../support/scenario/compile.ts';
import { startTheme, type Theme } from '../support/scenario/theme.ts';

const directory = mkdtempSync(join(tmpdir(), 'coldstat-capture-'));
const themes: Record<string, Theme> = {};
let crowd: ChildProcess | undefined;
let ran: Ran;
let got: Captured;

beforeAll(async () => {
  const program = compileScenario(directory);
  for (const name of ['owners', 'names', 'files', 'netns']) {
    const place = join(directory, name);
    mkdirSync(place);
    themes[name] = await startTheme(program, name, place);
  }
  crowd = await startCrowd();
  const archive = join(directory, 'live.tar.zst');
  ran = capture([
    '-o',
    archive,
    '--with',
    'deleted-exe,exe-hash',
    '--with',
    'environ',
    '--case',
    'C-1',
    '--operator',
    'op',
    '--reason',
    'why',
    '--time-offset',
    '-1.5',
  ]);
  got = await readCaptured(archive);
});

afterAll(async () => {
  crowd?.kill('SIGKILL');
  for (const theme of Object.values(themes)) await theme.stop();
  rmSync(directory, { recursive: true });
});

function theme(name: string): Theme {
  const found = themes[name];
  if (found === undefined) throw new Error(`theme ${name} did not start`);
  return found;
}

test('the archive is whole, and says who made it', () => {
  expect(ran.code, ran.err).toBeLessThan(2);
  expect(got.problems).toEqual([]);
  expect(got.header).toMatchObject({ case: 'C-1', operator: 'op', reason: 'why', time_offset_ms: -1500 });
  expect(got.header.kernel.boot_id).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim());
  expect(got.header.kernel.ticks_per_second).toBe(100);
  expect(got.manifest?.exit).toMatch(/^(complete|refused)$/);
  expect(ran.code).toBe(got.manifest?.exit === 'complete' ? 0 : 1);
});

test('records are numbered without gaps and name the entries in order', () => {
  expect(got.records.map((r) => r.seq)).toEqual(got.records.map((_, i) => i + 1));
  const named = got.records.filter((r) => r.sha256 !== undefined).map((r) => r.path);
  expect(named).toEqual([...got.bodies.keys()].filter((name) => !/^(log\/|header\.json$|manifest\.json$)/.test(name)));
});

test('socket tables come before the first process, and once more after the last', () => {
  const at = (path: string): number => got.record(path)?.seq ?? Number.NaN;
  const walked = got.records.filter((r) => /^proc\/\d+\/stat$/.test(r.path)).map((r) => r.seq);
  expect(at('proc/net/tcp')).toBeLessThan(Math.min(...walked));
  expect(at('pass-b/proc/net/tcp')).toBeGreaterThan(Math.max(...walked));
  expect(at('pass-b/proc/stat.pack')).toBeGreaterThan(at('pass-b/proc/net/tcp'));
});

test('a descriptor has its link, its mode and what stat told', () => {
  const { pid, fd = -1, inode } = theme('files').one('fifo');
  const line = got.list(`proc/${pid}/fd.list`).get(String(fd));
  expect(line).toMatchObject({ lmode: 0o700, lmodeDerived: true, target: join(directory, 'files', 'queue.fifo') });
  expect(line?.stat).toMatchObject({ ino: BigInt(inode ?? 0), mode: 0o010600 });
  const info = got.pack(`proc/${pid}/fdinfo.pack`).get(String(fd));
  expect(info && 'body' in info ? info.body.toString('latin1') : info).toMatch(/^pos:\t0\nflags:\t/);
});

test('every descriptor of a helper bears its own bytes, and the mode of its link', () => {
  let seen = 0;
  for (const { what, pid, fd, missing } of theme('files').made) {
    if (missing !== undefined || fd === undefined) continue;
    const line = got.list(`proc/${pid}/fd.list`).get(String(fd));
    expect(line?.target, what).toBe(readlinkSync(`/proc/${pid}/fd/${fd}`, 'latin1'));
    expect(line?.lmode, what).toBe(lstatSync(`/proc/${pid}/fd/${fd}`).mode & 0o777);
    seen++;
  }
  expect(seen).toBeGreaterThan(10);
});

test('a memory file is not asked for its stat: its mount is in no table', () => {
  const { pid, fd } = theme('files').one('memfd');
  expect(got.list(`proc/${pid}/fd.list`).get(String(fd))).toMatchObject({ stat: null, target: '/memfd:scratch area (deleted)' });
});

test('a thread with a table of its own has its own list; others say that they are the same', () => {
  const own = theme('owners').one('thread-own-table');
  const link = `socket:[${own.inode}]`;
  expect(got.list(`proc/${own.pid}/task/${own.tid}/fd.list`).get(String(own.fd))?.target).toBe(link);
  expect([...got.list(`proc/${own.pid}/fd.list`).values()].map((l) => l.target)).not.toContain(link);
  expect(got.pack(`proc/${own.pid}/task.pack`).has(`${own.tid}/fd`)).toBe(false);
  const same = frameOf(got.pack(`proc/${own.pid}/task.pack`).get(`${own.tid}/ns`));
  expect(same).toBe('same');
});

test('the tables of a namespace in which only a thread lives are read through that thread', () => {
  const own = theme('owners').one('thread-own-net');
  const place = `proc/${own.pid}/task/${own.tid}`;
  const netns = /\[(\d+)\]/.exec(String(got.list(`${place}/links.list`).get('ns/net')?.target))?.[1];
  expect(got.text(`${place}/net/tcp`)).toMatch(new RegExp(` ${own.inode} `));
  expect(got.text(`pass-b/${place}/net/tcp`)).toMatch(new RegExp(` ${own.inode} `));
  expect(got.record(`${place}/net/tcp`)).toMatchObject({ netns, pid: own.pid, tid: own.tid });
});

test('behind a dead leader its threads are read', () => {
  const dead = theme('owners').one('dead-leader');
  const place = `proc/${dead.pid}/task/${dead.tid}`;
  expect(got.text(`proc/${dead.pid}/stat`)).toMatch(/\) Z /);
  expect(got.list(`${place}/fd.list`).get(String(dead.fd))?.target).toBe(`socket:[${dead.inode}]`);
  expect(got.list(`${place}/links.list`).get('exe')?.target).toBe(join(directory, 'scenario'));
  expect(got.text(`${place}/cmdline`)).toBe(`${join(directory, 'scenario')}\0owners\0${join(directory, 'owners')}\0`);
  expect(got.text(`${place}/maps`)).toContain(join(directory, 'scenario'));
});

test('names and arguments of any bytes arrive as they are', () => {
  for (const made of theme('names').made) {
    if (made.comm === undefined) continue;
    expect(got.text(`proc/${made.pid}/comm`), made.what).toBe(`${Buffer.from(made.comm, 'hex').toString('latin1')}\n`);
  }
  const { pid } = theme('names').one('argv-bytes');
  expect(got.text(`proc/${pid}/cmdline`)).toBe('\xff\xfe\0wait\0');
});

test('a command line of 64 GiB is cut, and said to be', ({ skip }) => {
  const huge = theme('names').made.find((m) => m.what === 'huge-argv');
  if (huge?.missing !== undefined) skip(huge.missing);
  const path = `proc/${huge?.pid}/cmdline`;
  expect(got.bodies.get(path)?.length).toBe(2 * 1024 * 1024);
  expect(got.record(path)).toMatchObject({ truncated: true, limit: 'bytes' });
});

test('exe, cwd and the directory of a process', () => {
  const { pid } = theme('files').one('fifo');
  const links = got.list(`proc/${pid}/links.list`);
  const place = statSync(join(directory, 'files'), { bigint: true });
  expect(links.get('cwd')).toMatchObject({ target: join(directory, 'files'), statByName: true, stat: { ino: place.ino } });
  expect(links.get('exe')).toMatchObject({ target: join(directory, 'scenario'), statByName: true });
  expect(links.get('.')).toMatchObject({ target: null, stat: { uid: 0, mode: 0o040555 } });
  expect(links.get('ns/net')?.target).toMatch(/^net:\[\d+\]$/);
});

test('mapped files are looked at once for all', () => {
  const st = statSync(join(directory, 'scenario'), { bigint: true });
  const mine = [...got.list('proc/mapped.list').values()].filter((l) => l.target === join(directory, 'scenario'));
  expect(mine).toHaveLength(1);
  expect(mine[0]?.stat).toMatchObject({ ino: st.ino, size: st.size });
});

test('the mount table of the own mount namespace is there, once', () => {
  const ours = got.header.self.namespaces['mnt'];
  const places = [...got.bodies.keys()].filter((name) => /^proc\/\d+\/mountinfo$/.test(name));
  const namespaces = places.map((p) => got.list(p.replace('mountinfo', 'links.list')).get('ns/mnt')?.target);
  expect(namespaces.filter((n) => n === `mnt:[${ours}]`)).toHaveLength(1);
  expect(new Set(namespaces).size).toBe(namespaces.length);
});

test('host files are there as they are on the host', () => {
  for (const path of ['etc/passwd', 'etc/services', 'proc/version']) expect(got.bodies.get(path), path).toEqual(readFileSync(`/${path}`));
  expect(frameOf(got.pack('proc/sys.pack').get('kernel/ostype'))).toBe('Linux\n');
  expect(frameOf(got.pack('sys/class/net.pack').get('lo/ifindex'))).toBe('1\n');
  expect(got.list('sys/class/net.list').get('lo')?.target).toMatch(/virtual\/net\/lo$/);
});

function frameOf(frame: ReturnType<ReturnType<Captured['pack']>['get']>): string {
  return frame === undefined ? 'no frame' : 'errno' in frame ? `!${frame.errno}` : frame.body.toString('latin1');
}

test('deleted and memory-file executables are copied out whole', () => {
  const original = readFileSync(join(directory, 'scenario'));
  const sha256 = createHash('sha256').update(original).digest('hex');
  for (const what of ['deleted-exe', 'memfd-exe']) {
    const frame = frameOf(got.pack('proc/deleted-exe.pack').get(String(theme('files').one(what).pid)));
    expect(frame, what).toBe(`${sha256} ${original.length}\n`);
  }
  expect(got.bodies.get(`blob/${sha256}`)).toEqual(original);
});

test('executables are hashed by device and inode', () => {
  const st = statSync(process.execPath, { bigint: true });
  const sha256 = createHash('sha256').update(readFileSync(process.execPath)).digest('hex');
  const frames = [...got.pack('proc/exe-hash.pack')].filter(([name]) => name.endsWith(`:${st.ino}`));
  expect(frames.map(([, frame]) => frameOf(frame))).toEqual([`${sha256} ${st.size}\n`]);
});

test('a network namespace that only a descriptor holds is named as not reachable', () => {
  const kept = theme('netns').one('netns-by-descriptor');
  expect(got.record(`netns/${kept.net_ns}`)).toMatchObject({ netns: String(kept.net_ns), pid: kept.pid, note: 'unreachable' });
});

test('the tables of a namespace in which processes live are there in both passes, and counted', () => {
  const { pid, inode } = theme('netns').one('netns-listen');
  const place = got.records.find((r) => /^proc\/\d+\/net\/tcp$/.test(r.path) && got.text(r.path).includes(` ${inode} `));
  expect(place).toMatchObject({ pid });
  expect(got.text(`pass-b/${place?.path}`)).toContain(` ${inode} `);
  expect(got.manifest?.counts['namespaces']).toBeGreaterThanOrEqual(3);
});

test('without privilege the capture goes on, and says what it was refused', async () => {
  // Root without any capability: it may read the program, and nothing of processes that have more than it.
  const file = join(directory, 'bare.tar.zst');
  const bare = ['--bounding-set=-all', '--inh-caps=-all', process.execPath, ...nodeArguments('coldstat-capture.mjs'), '-o', file];
  const { status, stderr } = spawnSync('setpriv', bare, { encoding: 'utf8' });
  expect(status, stderr).toBe(1);
  expect(stderr).toMatch(/not seen .*\d+ × EACCES \(permission denied\)/);
  const refused = await readCaptured(file);
  expect(refused.problems).toEqual([]);
  expect(refused.manifest?.exit).toBe('refused');
  expect(refused.header.self.cap_eff).toBe('0000000000000000');
  const { pid } = theme('files').one('fifo');
  expect(refused.list(`proc/${pid}/links.list`).get('exe')?.target).toEqual({ errno: 'EACCES' });
  expect(new Set([...refused.list(`proc/${pid}/fd.list`).values()].map((l) => JSON.stringify(l.target)))).toEqual(
    new Set(['{"errno":"EACCES"}']),
  );
  expect(refused.record(`proc/${pid}/maps`)).toMatchObject({ errno: 'EACCES' });
  expect(refused.text(`proc/${pid}/cmdline`)).toBe(got.text(`proc/${pid}/cmdline`));
});

test('the environment is taken when it is asked for, byte for byte', () => {
  const { pid } = theme('files').one('fifo');
  expect(got.bodies.get(`proc/${pid}/environ`)).toEqual(readFileSync(`/proc/${pid}/environ`));
});

test('nothing is read that is not on the list', () => {
  const listed = new Set<string>(ARTEFACTS.map((a) => `${a.scope} ${a.path}`));
  const gathered = ['proc/stat.pack', 'proc/mapped.list', 'proc/exe-hash.pack', 'proc/deleted-exe.pack', 'proc/self/attr/current'];
  const listings = ['listing/readdir-1', 'listing/readdir-2', 'listing/readdir-3', 'listing/probe'];
  const unlisted = got.records.filter(({ path, errno }) => {
    const plain = path.replace(/^pass-b\//, '');
    const [, place = '', rest = ''] = /^proc\/(net|\d+\/net|\d+\/task\/\d+\/net|\d+\/task\/\d+|\d+)\/(.+)$/.exec(plain) ?? [];
    const scopes = place === '' ? ['host'] : place.endsWith('net') ? ['netns'] : ['process', 'thread', 'mntns'];
    if ([...gathered, ...listings].includes(plain) || /^(netns|blob)\/[0-9a-f]+$/.test(plain) || (/^\d+$/.test(place) && rest === 'exe'))
      return false;
    // A process that ended before its threads were listed.
    if (/^\d+$/.test(place) && rest === 'task' && (errno === 'ENOENT' || errno === 'ESRCH')) return false;
    return !scopes.some((scope) => listed.has(`${scope} ${place === '' ? plain : rest}`));
  });
  expect(unlisted.map((r) => r.path)).toEqual([]);
});

/** 60 threads that share 1,000 descriptors: more links than are compared for one process. */
async function startCrowd(): Promise<ChildProcess> {
  const program = [
    'import os, threading, time',
    'for _ in range(1000): os.dup(0)',
    'for _ in range(60): threading.Thread(target=time.sleep, args=(600,), daemon=True).start()',
    'print("ready", flush=True)',
    'time.sleep(600)',
  ].join('\n');
  const child = spawn('python3', ['-c', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

test('threads beyond what is compared for one process say so; those before are the same', () => {
  const pack = got.pack(`proc/${crowd?.pid}/task.pack`);
  const verdicts = [...pack].filter(([name]) => name.endsWith('/fd')).map(([, frame]) => frameOf(frame));
  expect(verdicts).toHaveLength(60);
  expect(new Set(verdicts)).toEqual(new Set(['same', 'not-compared']));
  expect(verdicts.filter((v) => v === 'same').length).toBeGreaterThan(40);
  const told = [...pack].filter(([name]) => name.endsWith('/ns')).map(([, frame]) => frameOf(frame));
  expect(new Set(told)).toEqual(new Set(['same']));
  expect([...pack.keys()].filter((name) => name.endsWith('/stat'))).toHaveLength(60);
});
