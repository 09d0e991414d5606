import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coldstat, nodeArguments, type Ran } from '../support/run.ts';

/** `load --keep`: what came through a pipe stands in a file, byte for byte, and rows lead there. */

const dir = mkdtempSync(join(tmpdir(), 'coldstat-kept-'));
const at = (name: string): string => join(dir, name);
const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');
const CAPTURE = quoted([process.execPath, ...nodeArguments('coldstat-capture.mjs')]);
const LOAD = quoted([process.execPath, ...nodeArguments('coldstat.mjs'), 'load']);
const TIME = 120_000;

const run = (...args: string[]): Ran => coldstat(args, { cwd: dir });
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function asked<T>(db: string, sql: string): T[] {
  const { out, err, code } = run('query', '-d', db, '--format', 'json', sql);
  expect(code, err).toBe(0);
  return JSON.parse(out) as T[];
}

/** In namespaces of its own, so that there is little to capture. */
function inside(script: string): string {
  const words = ['-fpmn', '--kill-child', '--mount-proc', 'sh', '-c', `ip link set lo up; cd '${dir}'; ${script}`];
  return execFileSync('unshare', words, { encoding: 'utf8', timeout: 100_000 });
}

function kept(file: string): string {
  return `${file}: ${statSync(at(file)).size} bytes kept, SHA-256 ${sha256(readFileSync(at(file)))}\n`;
}

beforeAll(() => {
  inside(`${CAPTURE} --quiet --compress none -o - > plain.tar || test $? = 1`);
  inside(`${CAPTURE} --every 1s --count 2 --compress none --quiet -o - > plain.stream || test $? = 1`);
}, TIME);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('a pipe from the capture', () => {
  test('an archive is a file afterwards: rows lead to its bytes, verify and custody know it', { timeout: TIME }, () => {
    const out = inside(
      `${CAPTURE} --quiet -o - | tee copy.tar.zst | ${LOAD} -d one.db --keep one.tar.zst --custody --by jd --at 2026-11-21T14:05:00Z -`,
    );
    expect(out).toMatch(/^-: capture 1, .*\n/);
    expect(out.endsWith(kept('one.tar.zst'))).toBe(true);
    expect(readFileSync(at('one.tar.zst')).equals(readFileSync(at('copy.tar.zst')))).toBe(true);
    expect(statSync(at('one.tar.zst')).mode & 0o777).toBe(0o600);
    expect(asked('one.db', 'SELECT archive_path AS path, archive_sha256 AS hash FROM captures')).toEqual([
      { path: at('one.tar.zst'), hash: sha256(readFileSync(at('one.tar.zst'))) },
    ]);
    const row = asked<{ c: number; s: number; l: number }>(
      'one.db',
      'SELECT capture_id AS c, source_id AS s, line AS l FROM interfaces',
    )[0];
    const shown = run('raw', '-d', 'one.db', `${row?.c}:${row?.s}:${row?.l}`);
    expect([shown.code, shown.err]).toEqual([0, '']);
    expect(shown.out).toContain('as it was loaded, as the log of the capture says');
    expect(run('verify', 'one.tar.zst').out).toMatch(/^one\.tar\.zst: good/);
    expect(run('custody', 'check', 'one.tar.zst')).toMatchObject({ code: 0, out: expect.stringContaining('good: 1 records') });
    const log = JSON.parse(readFileSync(at('one.tar.zst.custody.ndjson'), 'utf8')) as { event: string; archive: { sha256: string } };
    expect([log.event, log.archive.sha256]).toEqual(['loaded', sha256(readFileSync(at('one.tar.zst')))]);
  });

  test('a series stays the stream it was, and rows of each moment lead into it', { timeout: TIME }, () => {
    const out = inside(
      `${CAPTURE} --every 1s --count 3 --light --quiet -o - | tee copy.stream | ${LOAD} -d series.db --keep web1.series -`,
    );
    // A moment that another was still busy at is missed.
    const ids = [...out.matchAll(/capture (\d), /g)].map(([, id]) => id ?? '');
    expect(ids.length).toBeGreaterThan(1);
    expect(out.endsWith(kept('web1.series'))).toBe(true);
    expect(readFileSync(at('web1.series')).equals(readFileSync(at('copy.stream')))).toBe(true);
    for (const id of ids) {
      const shown = run('raw', '-d', 'series.db', '--capture', id, 'proc/net/dev');
      expect([shown.code, shown.err]).toEqual([0, '']);
      expect(shown.out).toContain(`archive  ${at('web1.series')}\n`);
      expect(shown.out).toContain('as it was loaded, as the log of the capture says');
    }
    expect(run('verify', 'web1.series').out.match(/: good/g)).toHaveLength(ids.length);
    expect(run('load', '-d', 'series.db', 'web1.series').out.match(/in the case already/g)).toHaveLength(ids.length);
  });

  test('what was encrypted on the way stays encrypted', { timeout: TIME }, () => {
    execFileSync('age-keygen', ['-o', at('key')], { stdio: 'ignore' });
    const recipient = /age1\w+/.exec(readFileSync(at('key'), 'latin1'))?.[0] ?? '';
    inside(`${CAPTURE} --quiet --encrypt-to ${recipient} -o - | ${LOAD} -d age.db --age-identity key --keep web1.age -`);
    expect(readFileSync(at('web1.age'), 'latin1')).toMatch(/^age-encryption\.org/);
    expect(run('raw', '-d', 'age.db', '--age-identity', 'key', 'proc/net/dev')).toMatchObject({ code: 0, err: '' });
    expect(run('raw', '-d', 'age.db', 'proc/net/dev').err).toContain('--age-identity');
  });
});

describe('a stream that was kept', () => {
  test('is taken apart into the archives of a series, which are signed, verified, extracted and redacted like any', {
    timeout: TIME,
  }, () => {
    const ran = run('extract', '--archives', 'plain.stream', '-C', 'apart');
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(ran.out).toMatch(/^moment-000001\.tar: \d+ bytes, SHA-256 [0-9a-f]{64}\nmoment-000002\.tar: /);
    expect(run('verify', 'apart').out.match(/: good/g)).toHaveLength(2);
    expect(statSync(at('apart/moment-000001.tar')).mode & 0o777).toBe(0o600);
    // They are the very archives: the case that was loaded from the stream knows them.
    expect(run('load', '-d', 'apart.db', 'plain.stream').code).toBe(0);
    expect(run('load', '-d', 'apart.db', 'apart').out.match(/in the case already/g)).toHaveLength(2);
    const key = ['-q', '-t', 'ed25519', '-N', '', '-f', at('signer')];
    expect(spawnSync('ssh-keygen', key).status).toBe(0);
    expect(run('sign', '--key', 'signer', 'apart/moment-000002.tar').code).toBe(0);
    const signature = ['--signature', 'apart/moment-000002.tar.sig', '--public-key', 'signer.pub'];
    expect(run('verify', ...signature, 'apart/moment-000002.tar').out).toContain('good, good signature');
    expect(run('extract', 'apart/moment-000002.tar', '-C', 'tree').code).toBe(0);
    expect(existsSync(at('tree/proc/net/dev'))).toBe(true);
    expect(run('redact', 'apart/moment-000002.tar', '-o', 'shared.tar.zst').code).toBe(0);
  });

  test('that breaks off gives what is whole, and the beginning of the rest', { timeout: TIME }, () => {
    const stream = readFileSync(at('plain.stream'));
    writeFileSync(at('cut.stream'), stream.subarray(0, stream.length - 3000));
    const ran = run('extract', '--archives', 'cut.stream', '-C', 'rest');
    expect([ran.code, ran.err]).toEqual([1, expect.stringContaining('was not read to its end: the stream breaks off within an archive')]);
    expect(run('verify', 'rest').out).toMatch(/moment-000001\.tar: good.*\n.*moment-000002\.tar: incomplete/);
  });

  test.each([
    [['plain.tar', '-C', 'never'], 'is no stream of archives'],
    [['plain.stream', '-C', '.'], 'is not empty'],
  ])('%j is refused', { timeout: TIME }, (words, message) => {
    const ran = run('extract', '--archives', ...words);
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err).toContain(message);
    expect(existsSync(at('never'))).toBe(false);
  });
});

describe('without --keep', () => {
  test('raw says why it has no bytes, and takes a copy that is named', { timeout: TIME }, () => {
    const load = (input: string, db: string): Ran => coldstat(['load', '-d', db, '-'], { cwd: dir, input: readFileSync(at(input)) });
    expect(load('plain.tar', 'pipe.db').code).toBe(0);
    const shown = run('raw', '-d', 'pipe.db', 'proc/net/dev');
    expect([shown.code, shown.out]).toEqual([2, '']);
    expect(shown.err).toMatch(
      /^coldstat: this capture was loaded from a pipe, and nothing was kept of it .*\n {2}name a copy .*--archive FILE/,
    );
    expect(run('raw', '-d', 'pipe.db', 'proc/net/dev', '--archive', 'plain.tar')).toMatchObject({ code: 0, err: '' });
    expect(load('plain.stream', 'stream.db').code).toBe(0);
    expect(run('raw', '-d', 'stream.db', '--capture', '1', 'proc/net/dev', '--archive', 'plain.stream')).toMatchObject({
      code: 0,
      err: '',
    });
    const other = run('raw', '-d', 'pipe.db', 'proc/net/dev', '--archive', 'plain.stream');
    expect(other).toMatchObject({ code: 2, out: '', err: expect.stringContaining('none of the 2 archives in') });
    expect(run('raw', '-d', 'stream.db', 'proc/net/dev', '--archive', 'plain.tar').err).toContain(
      'this is NOT the archive that was loaded',
    );
  });

  test('a stream that stood in a file, and archives of a directory, are found where they stand', { timeout: TIME }, () => {
    expect(run('load', '-d', 'file.db', 'plain.stream').code).toBe(0);
    expect(run('raw', '-d', 'file.db', '--capture', '2', 'proc/net/dev')).toMatchObject({ code: 0, err: '' });
    inside(`${CAPTURE} --every 1s --count 2 --compress none --quiet -o moments || test $? = 1`);
    expect(run('load', '-d', 'dir.db', 'moments').code).toBe(0);
    expect(run('raw', '-d', 'dir.db', '--capture', '2', 'proc/net/dev')).toMatchObject({ code: 0, err: '' });
    execFileSync('mv', [at('moments'), at('moved')]);
    expect(run('raw', '-d', 'dir.db', '--capture', '2', 'proc/net/dev').err).toContain('no longer at');
    expect(run('raw', '-d', 'dir.db', '--capture', '2', 'proc/net/dev', '--archive', 'moved')).toMatchObject({ code: 0, err: '' });
  });
});

describe('what goes wrong leaves a truthful file', () => {
  test('killed in the middle: the beginning of what came, and no capture', { timeout: TIME }, async () => {
    const whole = readFileSync(at('plain.tar'));
    const half = whole.subarray(0, whole.length >> 1);
    const [program = '', ...words] = [
      process.execPath,
      ...nodeArguments('coldstat.mjs'),
      'load',
      '-d',
      'killed.db',
      '--keep',
      'killed.tar',
      '-',
    ];
    const child = spawn(program, words, { cwd: dir, stdio: ['pipe', 'ignore', 'inherit'] });
    const ended = once(child, 'exit');
    child.stdin.on('error', () => {});
    child.stdin.write(half);
    const size = (): number => (existsSync(at('killed.tar')) ? statSync(at('killed.tar')).size : 0);
    for (let i = 0; i < 600 && size() < half.length; i++) await new Promise((r) => setTimeout(r, 50));
    child.kill('SIGKILL');
    await ended;
    expect(readFileSync(at('killed.tar')).equals(half)).toBe(true);
    expect(run('verify', 'killed.tar')).toMatchObject({ code: 3, out: expect.stringContaining('incomplete') });
    expect(run('captures', '-d', 'killed.db').out).not.toContain('killed.tar');
  });

  test('a load that fails still takes the rest', { timeout: TIME }, () => {
    writeFileSync(at('notes.db'), 'my notes\n'.repeat(100));
    const input = readFileSync(at('plain.tar'));
    const failed = coldstat(['load', '-d', 'notes.db', '--keep', 'failed.tar', '-'], { cwd: dir, input });
    expect([failed.code, failed.out]).toEqual([2, kept('failed.tar')]);
    expect(failed.err).toContain('not a coldstat case file');
    expect(readFileSync(at('failed.tar')).equals(input)).toBe(true);
  });

  test('what is no evidence, or breaks off, or goes on behind its end, is kept as it came', { timeout: TIME }, () => {
    const tar = readFileSync(at('plain.tar'));
    const cut = tar.subarray(0, tar.length - 5000);
    for (const [name, input, code] of [
      ['none', Buffer.from('ssh: connect to host web1 port 22: Connection refused\n'.repeat(50)), 2],
      ['cut', cut, 1],
      ['more', Buffer.concat([tar, Buffer.alloc(3_000_000, 'x')]), 1],
    ] as const) {
      const ran = coldstat(['load', '-d', `${name}.db`, '--keep', name, '-'], { cwd: dir, input });
      expect([ran.code, ran.out.endsWith(kept(name))], ran.err).toEqual([code, true]);
      expect(readFileSync(at(name)).equals(input)).toBe(true);
    }
  });

  test('nothing came: no file is left in the way of the next try', { timeout: TIME }, () => {
    const ran = run('load', '-d', 'empty.db', '--keep', 'empty.tar', '-');
    expect([ran.code, ran.out, existsSync(at('empty.tar'))]).toEqual([2, '', false]);
    expect(ran.err).toContain('nothing came through standard input: empty.tar was removed');
  });

  test('a full disk: the load goes on, and the case names the file for what it holds whole', { timeout: TIME }, () => {
    const stream = readFileSync(at('plain.stream'));
    const second = stream.indexOf('archive moment-000002');
    const room = Math.ceil(second / 4096) * 4096;
    expect(stream.length).toBeGreaterThan(room + 8192);
    mkdirSync(at('small'));
    const script =
      // The first moment is loaded before the second comes.
      `mount -t tmpfs -o size=${room} tmpfs small; (head -c ${second} plain.stream; sleep 3; tail -c +${second + 1} plain.stream) | ` +
      `${LOAD} -d full.db --keep small/web1.series --custody --by jd - 2> full.err; echo code $?; cp small/web1.series full.series`;
    const out = inside(script);
    expect(out).toMatch(/capture 1, .*\n.*capture 2, .*\ncode 1\n$/);
    const size = statSync(at('full.series')).size;
    expect(readFileSync(at('full.series')).equals(stream.subarray(0, size))).toBe(true);
    expect(size).toBeGreaterThan(second);
    const said = readFileSync(at('full.err'), 'utf8');
    expect(said).toContain('coldstat: small/web1.series: the disk is full: it takes no more; the load goes on\n');
    expect(said).toContain(
      `the disk is full: holds the first ${size} bytes of what came, SHA-256 ${sha256(stream.subarray(0, size))}; its custody log`,
    );
    expect(asked('full.db', 'SELECT archive_path AS path, complete FROM captures')).toEqual([
      { path: at('small/web1.series'), complete: 1 },
      { path: '-', complete: 1 },
    ]);
    const first = run('raw', '-d', 'full.db', '--capture', '1', '--archive', 'full.series', 'proc/net/dev');
    expect([first.code, first.err]).toEqual([0, '']);
    expect(run('raw', '-d', 'full.db', '--capture', '2', 'proc/net/dev').err).toContain('loaded from a pipe');
  });

  test('nothing is written over, and a mistake is said before anything is read', { timeout: TIME }, () => {
    writeFileSync(at('mine'), 'mine');
    spawnSync('ln', ['-s', at('nowhere'), at('link')]);
    for (const [file, message] of [
      ['mine', 'it exists already'],
      ['link', 'it exists already'],
      ['absent/file', 'there is no such directory'],
    ] as const) {
      const ran = run('load', '-d', 'never.db', '--keep', file, '-');
      expect([ran.code, ran.out]).toEqual([2, '']);
      expect(ran.err).toContain(message);
    }
    expect(readFileSync(at('mine'), 'utf8')).toBe('mine');
    expect([existsSync(at('nowhere')), existsSync(at('never.db'))]).toEqual([false, false]);
    expect(run('load', '--keep', 'x', 'plain.tar').err).toMatch(/^coldstat: --keep is for what comes through standard input\n/);
    expect(run('load', '--custody', '--by', 'jd', '-').err).toContain('coldstat load --keep FILE makes one');
  });
});
