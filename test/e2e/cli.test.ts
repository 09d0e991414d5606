import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { caseFile } from '../support/case-file.ts';
import { coldstat, nodeArguments } from '../support/run.ts';

let dir: string;
let db: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-cli-'));
  db = caseFile(join(dir, 'case.db'), {
    processes: Array.from({ length: 20_000 }, (_, i) => ({ pid: i + 1, parent: 0, name: `p${i}`, state: 'S' })),
  });
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('coldstat', () => {
  test('tells its version', () => {
    const { version } = JSON.parse(readFileSync('packages/analyze/package.json', 'utf8')) as { version: string };
    expect(coldstat(['--version'])).toMatchObject({ code: 0, out: `coldstat ${version}\n`, err: '' });
  });

  test('lists its commands when asked, and on standard error when given nothing', () => {
    const asked = coldstat(['--help']);
    expect(asked.code).toBe(0);
    for (const name of ['load', 'ps', 'query', 'ledger', 'diff']) expect(asked.out).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(coldstat([])).toMatchObject({ code: 2, out: '', err: asked.out });
  });

  test.each([
    [['nestat'], /^coldstat: no command nestat; did you mean netstat\?\n/],
    [['queri'], /^coldstat: no command queri; did you mean query\?\n/],
    [['zzzzzz'], /^coldstat: no command zzzzzz\n/],
    [['-x', 'ps'], /^coldstat: unknown option -x before the command\n/],
    [['-d'], /^coldstat: -d needs a file\n/],
    [['ps', '--format', 'xml'], /^coldstat: no output format xml\n {2}formats: table json/],
    [['ps', '--netns', 'x'], /^coldstat: no network namespace x\n/],
    [['ps', '--db'], /^coldstat: --db needs a value\n/],
    [['diff', '--onyl', 'x'], /^coldstat: unknown option '--onyl' .*--only/],
    [['ps', '-z'], /^coldstat ps: invalid option -- 'z'\n/],
    [['ps', '\u001b[2J'], /^coldstat ps: no operand \\x1b\[2J is understood/],
  ])('%j is a mistake of the operator: one line, exit 2', (args, message) => {
    const ran = coldstat(args, { cwd: dir });
    expect(ran.err).toMatch(message);
    expect(ran).toMatchObject({ code: 2, out: '' });
  });

  test('a case that is not there, with what to do', () => {
    const ran = coldstat(['-d', 'no.db', 'ps'], { cwd: dir });
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(/no case file at no\.db\n {2}load an archive first: coldstat load/);
  });

  test('a file that is no archive', () => {
    writeFileSync(join(dir, 'x'), 'hello\n'.repeat(1000));
    const ran = coldstat(['ps', '--archive', 'x'], { cwd: dir });
    expect(ran.code).toBe(2);
    expect(ran.err.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
  });
});

describe('where the case is', () => {
  const first = (args: readonly string[], env = {}) => coldstat(args, { cwd: dir, env }).out.split('\n')[1]?.trim();
  test.each([
    ['./case.db', ['ps', '-p', '1'], {}],
    ['COLDSTAT_DB', ['ps', '-p', '1'], { COLDSTAT_DB: 'case.db' }],
    ['-d before the command', ['-d', 'case.db', 'ps', '-p', '1'], { COLDSTAT_DB: 'no.db' }],
    ['-dFILE', ['-dcase.db', 'ps', '-p', '1'], {}],
    ['--db after it', ['-d', 'no.db', 'ps', '-p', '1', '--db=case.db'], {}],
  ])('%s', (_, args, env) => expect(first(args, env)).toMatch(/^1 +0 /));
});

test('the ledger stands under a listing on standard error, and can be left out', () => {
  const args = ['ps', '-p', '1', '--db', db];
  expect(coldstat(args).err).toMatch(/^ledger: 20,000 processes, [^\n]*\n$/);
  expect(coldstat([...args, '--quiet-ledger']).err).toBe('');
});

test('exit 1 when nothing is found', () => {
  expect(coldstat(['ps', '-p', '99999', '--db', db]).code).toBe(1);
});

test('a reader that goes away ends it as it ends lsof, without a word', async () => {
  const child = spawn(process.execPath, [...nodeArguments('coldstat.mjs'), 'ps', '--db', db, '--format', 'json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.once('data', () => child.stdout.destroy());
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ code, err }).toEqual({ code: 141, err: '' });
});
