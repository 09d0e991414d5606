import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Installed, install } from '../support/installed.ts';

/** Somebody new, with the built programs and what README shows them: capture this host, load it, ask it, compare, and make mistakes. */

let programs: Installed;
let place: string;
let server: Server;
let port: number;

beforeAll(async () => {
  programs = install();
  place = mkdtempSync(join(tmpdir(), 'coldstat-newcomer-'));
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  const { code, err } = programs.run('coldstat-capture', ['-o', join(place, 'before.tar.zst'), '--case', '42', '--operator', 'jd']);
  expect(code, err).toBeLessThan(2);
});
afterAll(() => {
  server?.close();
  programs?.remove();
  rmSync(place, { recursive: true, force: true });
});

const coldstat = (...args: string[]) => programs.run('coldstat', args, { cwd: place });

describe('the commands of README, in its order', () => {
  test('load', () => {
    const { code, out, err } = coldstat('load', 'before.tar.zst', '-d', 'case.db');
    expect(code, err).toBe(0);
    expect(out).toMatch(/^before\.tar\.zst: capture 1, /);
  });

  test('netstat knows the listener of this test and its owner', () => {
    const { code, out, err } = coldstat('-d', 'case.db', 'netstat', '-antup');
    expect(code, err).toBe(0);
    expect(out).toMatch(new RegExp(`^tcp +\\d+ +0 127\\.0\\.0\\.1:${port} +0\\.0\\.0\\.0:\\* +LISTEN +${process.pid}/`, 'm'));
  });

  test('lsof too', () => {
    const { code, out, err } = coldstat('-d', 'case.db', 'lsof', '-nP', '-i', `:${port}`);
    expect(code, err).toBe(0);
    expect(out).toMatch(new RegExp(`^\\S+ +${process.pid} .* TCP 127\\.0\\.0\\.1:${port} \\(LISTEN\\)$`, 'm'));
  });

  test('ledger, and its one line under a listing', () => {
    // On a busy machine rows and counters may disagree: then the exit code is 1, and that is an answer too.
    const { code, out } = coldstat('-d', 'case.db', 'ledger');
    expect(code).toBeLessThan(2);
    expect(out).toMatch(/^ +(holds|broken|blind) {2}TCP inuse/m);
    expect(coldstat('-d', 'case.db', 'netstat', '-tln').err).toMatch(/ledger/);
  });

  test('query', () => {
    const sql = `SELECT name, port, address FROM listening_ports JOIN processes USING (capture_id, pid) WHERE port = ${port}`;
    const { code, out, err } = coldstat('-d', 'case.db', 'query', '--format', 'json', sql);
    expect(code, err).toBe(0);
    expect(JSON.parse(out)).toContainEqual(expect.objectContaining({ port, address: '127.0.0.1' }));
  });

  test('verify', () => {
    expect(coldstat('verify', 'before.tar.zst').code).toBe(0);
  });

  test('a second capture, and the difference', () => {
    server.close();
    expect(programs.run('coldstat-capture', ['-o', join(place, 'after.tar.zst'), '--quiet']).code).toBeLessThan(2);
    const { code, out, err } = coldstat(
      'diff',
      '--archive',
      'before.tar.zst',
      '--archive',
      'after.tar.zst',
      '--only',
      'listener',
      '--format',
      'json',
    );
    expect(code, err).toBe(1);
    const rows = JSON.parse(out) as { readonly change: string; readonly identity: string }[];
    expect(rows).toContainEqual(expect.objectContaining({ change: 'removed', identity: expect.stringContaining(`127.0.0.1:${port}`) }));
  });
});

describe('what a newcomer gets wrong', () => {
  const oneLine = (err: string) => expect(err.trimEnd().split('\n').length, err).toBeLessThanOrEqual(2);

  test('loading what is no archive: one clear line, exit 2, nothing made', () => {
    writeFileSync(join(place, 'notes.txt'), 'not an archive\n');
    const { code, err } = coldstat('load', 'notes.txt', '-d', 'never.db');
    expect(code).toBe(2);
    oneLine(err);
    expect(existsSync(join(place, 'never.db'))).toBe(false);
  });

  test('loading twice changes nothing and says so', () => {
    const size = readFileSync(join(place, 'case.db')).length;
    const { code, out, err } = coldstat('load', 'before.tar.zst', '-d', 'case.db');
    expect(code).toBe(0);
    expect(out + err).toMatch(/already/);
    expect(readFileSync(join(place, 'case.db')).length).toBe(size);
  });

  test('a command that is not there, an option that is not there, a case that is not there', () => {
    for (const args of [
      ['netstta'],
      ['load', '--nonsense'],
      ['-d', 'nowhere.db', 'netstat'],
      ['query', '-d', 'case.db', 'SELECT nme FROM processes'],
    ]) {
      const { code, err } = coldstat(...args);
      expect(code, args.join(' ')).toBe(2);
      expect(err, args.join(' ')).not.toMatch(/ at .*\.js:\d+/);
    }
    expect(coldstat('netstta').err).toContain('netstat');
  });

  test('writing over a file that is there', () => {
    const { code, err } = programs.run('coldstat-capture', ['-o', join(place, 'before.tar.zst')]);
    expect(code).toBe(2);
    oneLine(err);
  });

  test('--help tells of every command, and each command of itself', () => {
    const { code, out } = coldstat('--help');
    expect(code).toBe(0);
    const names = [...out.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(([, name]) => name ?? '');
    expect(names).toEqual(expect.arrayContaining(['load', 'netstat', 'lsof', 'ps', 'query', 'ledger', 'diff', 'verify', 'extract']));
    for (const name of names) {
      const help = coldstat(name, '--help');
      expect(help.code, name).toBe(0);
      expect(help.out.length, name).toBeGreaterThan(80);
    }
  });

  test.each(['coldstat', 'coldstat-capture'] as const)('%s on a Node that is too old: one clear line', (bin) => {
    const old = join(place, 'old.cjs');
    writeFileSync(old, "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } });\n");
    const { code, err } = programs.run(bin, ['--version'], { env: { NODE_OPTIONS: `--require ${old}` } });
    expect(code).toBe(2);
    expect(err).toBe(`${bin}: needs Node 22.15 or later, this is 20.19.0\n`);
  });
});
