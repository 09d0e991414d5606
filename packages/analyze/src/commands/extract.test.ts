import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatFrame, formatListLine } from '@coldstat/capture/archive';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeArchive } from '../../../../test/support/archive.ts';
import { inPieces } from '../../../../test/support/drain.ts';
import { fakeIo } from '../../../../test/support/fake-io.ts';
import { extract } from './extract.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-extract-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const line = (name: string, target: string | null): string =>
  formatListLine({ name, lmode: 0o700, lmodeDerived: false, stat: null, statByName: false, target });
const frame = (name: string, body: string): Buffer => formatFrame({ name, body: Buffer.from(body, 'latin1'), truncated: false });
const list = (...lines: string[]): Buffer => Buffer.from(lines.join(''), 'latin1');

async function run(files: Record<string, Buffer | string>, ...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  writeFileSync(join(dir, 'a'), await makeArchive({ files }));
  const io = fakeIo(dir);
  const code = await extract.run(['a', '-C', 'x', ...argv], io, { db: undefined });
  return { code, ...io.said };
}

const at = (path: string): string => join(dir, 'x', path);

describe('the tree', () => {
  it('has files, links and frames where a live /proc has them', async () => {
    const { code, out } = await run({
      'proc/net/tcp': 'tcp\n',
      'proc/7/stat': '7 (sshd) S\n',
      'proc/7/attr/current': 'x',
      'proc/7/fd.list': list(line('0', '/dev/null'), line('3', 'socket:[99]'), line('4', '/tmp/a\nb \xff\xfe (deleted)')),
      'proc/7/links.list': list(line('.', null), line('exe', '/usr/sbin/sshd'), line('ns/net', 'net:[4026531833]')),
      'proc/7/fdinfo.pack': Buffer.concat([frame('0', 'pos:\t0\n'), formatFrame({ name: '3', errno: 'ENOENT' })]),
      'proc/7/task.pack': Buffer.concat([frame('8/stat', '8 (x) S\n'), frame('8/fd', 'same')]),
      'proc/7/task/9/fd.list': list(line('5', 'pipe:[1]')),
      'proc/8/fd.list': '',
      'proc/sys.pack': frame('net/core/somaxconn', '4096\n'),
      'sys/class/net.list': list(line('lo', '../../devices/virtual/net/lo')),
      'sys/class/net.pack': frame('lo/mtu', '65536\n'),
      'sys/fs/cgroup.pack': Buffer.concat([frame('/sys/fs/cgroup/a/b.scope', '7\n'), frame('/sys/fs/cgroup', '1\n')]),
      'proc/children.pack': frame('7/9', '10 11 '),
    });
    expect(code).toBe(0);
    expect(out).toBe('11 files and 6 links in x\n');
    expect(readFileSync(at('sys/fs/cgroup/a/b.scope/cgroup.procs'), 'utf8')).toBe('7\n');
    expect(readFileSync(at('sys/fs/cgroup/cgroup.procs'), 'utf8')).toBe('1\n');
    expect(readFileSync(at('proc/7/task/9/children'), 'utf8')).toBe('10 11 ');
    expect(readFileSync(at('proc/net/tcp'), 'utf8')).toBe('tcp\n');
    expect(readlinkSync(at('proc/7/fd/3'))).toBe('socket:[99]');
    expect(readlinkSync(at('proc/7/fd/4'), 'buffer').toString('latin1')).toBe('/tmp/a\nb \xff\xfe (deleted)');
    expect(readlinkSync(at('proc/7/ns/net'))).toBe('net:[4026531833]');
    expect(readdirSync(at('proc/7/fdinfo'))).toEqual(['0']);
    expect(readFileSync(at('proc/7/task/8/stat'), 'utf8')).toBe('8 (x) S\n');
    expect(readdirSync(at('proc/7/task/8'))).toEqual(['stat']);
    expect(readlinkSync(at('proc/7/task/9/fd/5'))).toBe('pipe:[1]');
    expect(readdirSync(at('proc/8/fd'))).toEqual([]);
    expect(readFileSync(at('proc/sys/net/core/somaxconn'), 'utf8')).toBe('4096\n');
    expect(readFileSync(at('sys/class/net/lo/mtu'), 'utf8')).toBe('65536\n');
  });

  it('is of pass A, or with --pass B of what was read a second time', async () => {
    const files = {
      'proc/net/tcp': 'first',
      'proc/7/stat': 'first',
      'proc/7/comm': 'once',
      'pass-b/proc/net/tcp': 'second',
      'pass-b/proc/stat.pack': frame('7/stat', 'second'),
    };
    await run(files);
    expect(readFileSync(at('proc/net/tcp'), 'utf8') + readFileSync(at('proc/7/stat'), 'utf8')).toBe('firstfirst');
    rmSync(at(''), { recursive: true });
    expect((await run(files, '--pass', 'B')).code).toBe(0);
    expect(readFileSync(at('proc/net/tcp'), 'utf8') + readFileSync(at('proc/7/stat'), 'utf8')).toBe('secondsecond');
    expect(readFileSync(at('proc/7/comm'), 'utf8')).toBe('once');
  });

  it('ss reads it', async () => {
    const tcp =
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n' +
      '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0                      \n';
    const stat =
      '77 (listener) S 1 77 77 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 100 1 1 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0\n';
    const { code } = await run({ 'proc/net/tcp': tcp, 'proc/77/stat': stat, 'proc/77/fd.list': list(line('5', 'socket:[4711]')) });
    expect(code).toBe(0);
    const out = execFileSync('ss', ['-Htlnp'], { env: { ...process.env, PROC_ROOT: at('proc') }, encoding: 'utf8', timeout: 10_000 });
    expect(out).toMatch(/127\.0\.0\.1:8080 .*"listener",pid=77,fd=5/);
  });
});

describe('hostile evidence', () => {
  it('writes nothing outside and reports each trick', async () => {
    const outside = join(dir, 'outside');
    mkdirSync(outside);
    const long = '/'.padEnd(5000, 'a');
    const { code, err } = await run({
      'proc/7/fd.list': list(
        line('../../../../outside/a', 'x'),
        line('/etc/cron.d/x', 'x'),
        line('..', 'x'),
        line('', 'x').replace(/^/, '\\x00'),
        line('a/b', 'x'),
        line('3', long),
        line('4', 'a\0b'),
        line('5', ''),
        line('6', '/first'),
        line('6', '/second'),
        line('n'.repeat(300), 'x'),
        line('7', outside),
      ),
      'proc/7/links.list': list(line('cwd', outside), line('ns/../../x', 'x'), line('a/b/c', 'x')),
      'proc/7/cwd/planted': 'x',
      'proc/7/fd/7/planted': 'x',
      'proc/7/fd/6': 'x',
      'proc/7/fdinfo.pack': Buffer.concat([frame('../../../../outside/b', 'x'), frame('/abs', 'x'), frame('ok', 'x')]),
      'proc/7/task.pack': 'not a frame\n',
    });
    expect(code).toBe(1);
    expect(readdirSync(outside)).toEqual([]);
    expect(readdirSync(dir).toSorted()).toEqual(['a', 'outside', 'x']);
    expect(readdirSync(at('')).toSorted()).toEqual(['proc']);
    expect(readdirSync(at('proc/7/fd')).toSorted()).toEqual(['6', '7']);
    expect(readlinkSync(at('proc/7/fd/6'))).toBe('/first');
    expect(lstatSync(at('proc/7/cwd')).isSymbolicLink()).toBe(true);
    expect(readdirSync(at('proc/7/fdinfo'))).toEqual(['ok']);
    const told = err.trimEnd().split('\n');
    expect(told).toHaveLength(18);
    expect(told.every((l) => l.startsWith('coldstat: list-form: proc/7/'))).toBe(true);
    expect(err).not.toContain('\0');
  });

  it('a control group cannot lie outside, nor behind a link that was made', async () => {
    const outside = join(dir, 'outside');
    mkdirSync(outside);
    const names = ['/../outside/a', '/./outside/a', '/sys/../../outside/a', '//outside/a', '/proc/7/cwd/a', `/${'n'.repeat(300)}/a`];
    const { code, err } = await run({
      'proc/7/links.list': list(line('cwd', outside)),
      'sys/fs/cgroup.pack': Buffer.concat(names.map((name) => frame(name, 'x'))),
    });
    expect(code).toBe(1);
    expect([readdirSync(outside), readdirSync(dir).toSorted(), readdirSync(at('')).toSorted()]).toEqual([
      [],
      ['a', 'outside', 'x'],
      ['proc'],
    ]);
    expect(err.trimEnd().split('\n')).toHaveLength(names.length);
  });

  it('no control byte of a name reaches the terminal', async () => {
    const { err } = await run({ 'proc/7/fd.list': list(line('a\x1b[2J\n/b', 'x')) });
    expect(err).toContain('\\x1b');
    expect(err.trimEnd()).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
  });
});

it('a cut archive is written as far as it goes, and said to be cut', async () => {
  const archive = await makeArchive({ files: { 'proc/net/tcp': 'tcp', 'proc/net/udp': 'udp' }, compress: 'none' });
  const io = fakeIo(dir, inPieces(archive.subarray(0, 3500), 100));
  expect(await extract.run(['-', '-C', 'x'], io, { db: undefined })).toBe(1);
  expect(readFileSync(at('proc/net/tcp'), 'utf8')).toBe('tcp');
  expect(io.said.err).toMatch(/^coldstat: archive-incomplete: /);
});

describe('the target', () => {
  it('must be new or an empty directory', async () => {
    mkdirSync(at(''));
    expect((await run({ 'proc/net/tcp': 'x' })).code).toBe(0);
    await expect(run({ 'proc/net/tcp': 'x' })).rejects.toThrow('not empty');
    rmSync(at(''), { recursive: true });
    writeFileSync(at(''), '');
    await expect(run({ 'proc/net/tcp': 'x' })).rejects.toThrow('not a directory');
    rmSync(at(''));
    symlinkSync('/tmp', at(''));
    await expect(run({ 'proc/net/tcp': 'x' })).rejects.toThrow('not a directory');
  });

  it('is not made when there is no archive', async () => {
    writeFileSync(join(dir, 'b'), 'hello');
    await expect(extract.run(['b', '-C', 'y'], fakeIo(dir), { db: undefined })).rejects.toThrow('no evidence');
    expect(readdirSync(dir)).toEqual(['b']);
  });
});
