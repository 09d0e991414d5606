import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coldstat, nodeArguments } from '../support/run.ts';

/** Files are whole or not there: a disk that fills up leaves nothing that is in the way of the next try, and says so in one sentence. */

const SAMPLE = join(import.meta.dirname, '../../samples/busy-host/web1.tar.zst');
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-full-'));
  mkdirSync(join(dir, 'small'));
  expect(coldstat(['load', '-d', join(dir, 'case.db'), SAMPLE]).code).toBe(0);
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, 'key')]);
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Left {
  readonly code: number;
  readonly err: string;
  /** What find(1) tells of the disk afterwards: name and bytes. */
  readonly left: string[];
}

/** Runs a command that writes to `small`, a disk of so many bytes, after `before` was run there. */
function onSmall(bytes: number, words: readonly string[], before: string = 'true'): Left {
  const script = `mount -t tmpfs -o size=${bytes} tmpfs small && (${before}) && { "$@" > out 2> err; echo $? > code; find small -mindepth 1 -printf '%P %s\\n' > left; }`;
  const ran = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', process.execPath, ...nodeArguments('coldstat.mjs'), ...words], {
    cwd: dir,
    timeout: 60_000,
    encoding: 'utf8',
  });
  expect(ran.status, ran.stderr).toBe(0);
  const text = (name: string): string => readFileSync(join(dir, name), 'utf8');
  return { code: Number(text('code')), err: text('err').replaceAll(`${dir}/`, ''), left: text('left').split('\n').filter(Boolean).sort() };
}

const FILL = 'head -c 4096 /dev/zero > small/fill';
const FULL = ['fill 4096'];

describe('nothing is left of what could not be written', () => {
  test.each([
    ['load', ['load', '-d', 'small/x.db', SAMPLE], 'small/x.db'],
    ['sign', ['sign', '--key', 'key', '-o', 'small/x.sig', SAMPLE], 'small/x.sig'],
    ['redact', ['redact', '-o', 'small/x.tar', SAMPLE], 'small/x.tar'],
    ['report', ['report', '-d', 'case.db', '-o', 'small/x.html'], 'small/x.html'],
    ['export to a file', ['export', '-d', 'case.db', '--format', 'ecs', '-o', 'small/x.jsonl'], 'small/x.jsonl'],
    ['export of a table', ['export', '-d', 'case.db', '--format', 'csv', '--table', 'fds', '-o', 'small'], 'small/fds.csv'],
    ['baseline create', ['baseline', 'create', '-d', 'case.db', '-o', 'small/x.baseline'], 'small/x.baseline'],
  ])('%s', { timeout: 120_000 }, (_, words, file) => {
    const { code, err, left } = onSmall(4096, words, FILL);
    expect(err).toBe(`coldstat: cannot write ${file}: the disk is full\n`);
    expect([code, left]).toEqual([2, FULL]);
  });

  test('custody: the log stays as it was', { timeout: 120_000 }, () => {
    const words = ['custody', 'add', 'small/x.tar', '--event', 'received', '--by', 'jd'];
    const { code, err, left } = onSmall(4096, words, FILL.replace('fill', 'x.tar'));
    expect(err).toMatch(/^coldstat: cannot write.*: the disk is full\n$/);
    expect([code, left]).toEqual([2, ['x.tar 4096']]);
  });

  test('extract: no part of a file; what to do is said', { timeout: 120_000 }, () => {
    const { code, err, left } = onSmall(65536, ['extract', '-C', 'small/x', SAMPLE]);
    expect(err).toMatch(/^coldstat: cannot write .*small\/x\/proc\/.*: the disk is full\n {2}what was written before stays: remove it/);
    expect(code).toBe(2);
    expect(left.filter((l) => l.endsWith(' 0'))).toEqual([]);
  });
});

test('a load that fills the disk is undone, said in one sentence, and the case can be loaded into', { timeout: 120_000 }, () => {
  const { code, err, left } = onSmall(3 << 20, ['load', '-d', 'small/x.db', SAMPLE]);
  expect(err).toBe('coldstat: cannot write to the case file: the disk is full\n  what was in the case before is in it still\n');
  expect([code, left.length]).toEqual([2, 1]);
  expect(left[0]).toMatch(/^x\.db /);
});

test('verify says in words why a file cannot be read, and judges the others', { timeout: 60_000 }, () => {
  const { code, out } = coldstat(['verify', 'nope', '.', SAMPLE], { cwd: dir });
  expect(out).toMatch(/^nope: not an archive of coldstat: it cannot be read: there is no such file\n/);
  expect(out).toContain(`${SAMPLE}: good`);
  expect(code).toBeGreaterThan(0);
});

test('a report that was good stays when the next one does not fit', { timeout: 120_000 }, () => {
  const { code, left } = onSmall(8192, ['report', '-d', 'case.db', '-o', 'small/x.html'], 'echo good > small/x.html');
  expect([code, left]).toEqual([2, ['x.html 5']]);
});

test('an export of one file to a directory is refused and leaves nothing beside it', () => {
  mkdirSync(join(dir, 'there'));
  const { code, err } = coldstat(['export', '-d', 'case.db', '--format', 'ecs', '-o', 'there'], { cwd: dir });
  expect([code, err]).toEqual([2, 'coldstat: cannot write there: it is a directory\n']);
  expect(spawnSync('ls', [dir], { encoding: 'utf8' }).stdout).not.toContain('.part');
});

test('a report to a device is written to it, not put in its place; through a link it reaches the file', { timeout: 120_000 }, () => {
  writeFileSync(join(dir, 'target.md'), 'old');
  spawnSync('ln', ['-s', 'target.md', join(dir, 'link.md')]);
  spawnSync('mkfifo', [join(dir, 'pipe')]);
  const script = 'cat pipe > piped & "$@" -o pipe && wait && "$@" -o link.md';
  const words = [process.execPath, ...nodeArguments('coldstat.mjs'), 'report', '-d', 'case.db', '--format', 'markdown'];
  const ran = spawnSync('sh', ['-c', script, 'sh', ...words], { cwd: dir, encoding: 'utf8', timeout: 100_000 });
  expect(ran.status, ran.stderr).toBe(0);
  const whole = readFileSync(join(dir, 'target.md'), 'utf8');
  expect(whole.length).toBeGreaterThan(1000);
  expect(readFileSync(join(dir, 'piped'), 'utf8')).toBe(whole);
  expect(spawnSync('stat', ['-c', '%F', 'pipe', 'link.md'], { cwd: dir, encoding: 'utf8' }).stdout).toBe('fifo\nsymbolic link\n');
});

test.each(['ecs', 'timesketch', 'bodyfile'])('export --format %s is not of tables, and says so when one is named', (format) => {
  const { code, out, err } = coldstat(['export', '-d', 'case.db', '--format', format, '--table', 'fds'], { cwd: dir });
  expect([code, out]).toEqual([2, '']);
  expect(err).toBe(`coldstat: ${format} is not of tables: it takes no --table\n  --table is for csv, jsonl, parquet\n`);
});

test('an empty file becomes a case by load; all else says that it is empty', { timeout: 120_000 }, () => {
  writeFileSync(join(dir, 'empty.db'), '');
  for (const command of ['captures', 'timeline', 'report']) {
    const { code, err } = coldstat([command, '-d', 'empty.db'], { cwd: dir });
    expect([code, err]).toEqual([2, 'coldstat: empty.db is empty: no case yet\n  load an archive first: coldstat load ARCHIVE -d FILE\n']);
  }
  expect(coldstat(['load', '-d', 'empty.db', SAMPLE], { cwd: dir }).code).toBe(0);
  expect(coldstat(['captures', '-d', 'empty.db'], { cwd: dir }).code).toBe(0);
});

describe('what is no file is said in one sentence', () => {
  test.each([
    [['triage', '-d', 'case.db', '--suppress', 'nope'], 'cannot read nope: there is no such file'],
    [['triage', '-d', 'case.db', '--suppress', '.'], 'cannot read .: it is a directory'],
    [['report', '-d', 'case.db', '-o', 'nope/x'], 'cannot write nope/x: there is no such directory'],
    [['sign', '--key', 'nope', SAMPLE], 'cannot read nope: there is no such file'],
    [['sign', '--key', 'key', 'nope'], 'cannot read nope: there is no such file'],
    [['custody', 'add', 'nope', '--event', 'received', '--by', 'jd'], 'cannot read nope: there is no such file'],
    [['query', '-d', 'case.db', '-f', 'nope'], 'cannot read nope: there is no such file'],
    [['serve', '-d', 'case.db', '--queries', 'nope'], 'cannot read nope: there is no such file'],
    [['redact', '-o', 'nope/x', SAMPLE], 'cannot write nope/x: there is no such directory'],
    [['load', '-d', 'nope/x.db', SAMPLE], 'cannot write nope/x.db: there is no such directory'],
    [['load', '-d', 'case.db', 'nope'], 'cannot read "nope": there is no such file'],
    [['captures', '-d', '.'], 'cannot open .: it is a directory'],
    [['export', '-d', 'case.db', '--format', 'csv', '-o', 'key'], 'cannot write key: it is no directory'],
  ])('%j', { timeout: 60_000 }, (words, message) => {
    const { code, out, err } = coldstat(words, { cwd: dir });
    expect([code, out, err.replaceAll(`${dir}/`, '')]).toEqual([2, '', `coldstat: ${message}\n`]);
  });
});
