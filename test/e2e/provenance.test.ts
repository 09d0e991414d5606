import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coldstat, type Ran } from '../support/run.ts';

/** From a row of any listing to its bytes, straight from the archive, checked against it. */

const SAMPLE = join(import.meta.dirname, '../../samples/busy-host/web1.tar.zst');

type Row = Readonly<Record<string, string | number | null>>;

let dir: string;
let archive: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-provenance-'));
  archive = join(dir, 'web1.tar.zst');
  copyFileSync(SAMPLE, archive);
  expect(run('load', archive).code).toBe(0);
}, 60_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function run(...args: string[]): Ran {
  return coldstat(args, { cwd: dir });
}

function rows(line: string): Row[] {
  const ran = run(...line.split(' '), '--format', 'jsonl');
  return ran.out
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as Row);
}

describe('every row of a listing has a handle, and its bytes hold what the row says', () => {
  test.for([
    ['netstat -ant', 'inode'],
    ['netstat -anx', 'inode'],
    ['netstat -rn', 'interface'],
    ['netstat -s', 'value'],
    ['ss -an', 'inode'],
    ['sockstat', 'inode'],
    ['lsof -nP -U', 'fd'],
    ['lsof -i', 'fd'],
    ['pfiles 101', 'path'],
    ['ps', 'ppid'],
    ['marks', 'claim'],
  ])('%s', ([line = '', column = '']) => {
    const found = rows(line);
    expect(found.filter((row) => !/^1:\d+(?::\d+)?$/.test(String(row['handle'])))).toEqual([]);
    const told = found.filter((row) => /^[\w./-]+$/.test(String(row[column])) && row[column] !== null);
    for (const row of [told.at(0), told.at(told.length >> 1), told.at(-1)]) {
      const shown = run('raw', String(row?.['handle']), '--bytes');
      expect([shown.code, shown.err]).toEqual([0, '']);
      expect(shown.out.split(/[\s>\0]+/).join(' ')).toContain(String(row?.[column]));
    }
  });
});

test('what raw shows: source, pass, range, bytes, hash of the entry, record of the log', () => {
  const { out, code } = run('raw', '1:1:2');
  expect(code).toBe(0);
  const body = run('raw', '1:1', '--bytes').outBytes;
  const line = body.subarray(150, 300);
  expect(out).toMatch(/^source {3}1 proc\/net\/tcp, pass A$/m);
  expect(out).toMatch(/^log {6}seq=\d+ path="proc\/net\/tcp" start=\d+ end=\d+ bytes=\d+ sha256="[0-9a-f]{64}"/m);
  const at = /^line {5}2: bytes 150 to 300 of \d+, (\d+) to (\d+) of the uncompressed archive$/m.exec(out);
  const tar = zstdDecompressSync(readFileSync(archive));
  expect(tar.subarray(Number(at?.[1]), Number(at?.[2]))).toEqual(line);
  expect(out).toContain(`\n${line.toString('latin1').slice(0, -1)}\\n\n`);
});

test('a row whose name holds a newline is shown whole', () => {
  const row = rows('netstat -anx').find((r) => String(r['path']).startsWith('x\n'));
  const { outBytes } = run('raw', String(row?.['handle']), '--bytes');
  expect(outBytes.toString('latin1').split('\n')).toHaveLength(3);
});

test('--handles gives a table with the same handles', () => {
  const { out } = run('ss', '-tan', '--handles');
  const [head = '', , ...lines] = out.trimEnd().split('\n');
  expect(head).toMatch(/ {2}handle$/);
  expect(lines.map((line) => line.split(/ +/).at(-1))).toEqual(rows('ss -tan').map((row) => row['handle']));
});

test('straight from archives: the handles of the listing are those of raw', () => {
  const listed = coldstat(['ss', '-tan', '--archive', archive, '--format', 'jsonl']).out.split('\n')[0] ?? '';
  const { handle, inode } = JSON.parse(listed) as Row;
  const shown = coldstat(['raw', String(handle), '--archive', archive, '--bytes']);
  expect(shown.out).toContain(` ${inode} `);
});

describe('an archive that is not what was loaded', () => {
  const tampered = (): string => {
    const tar = zstdDecompressSync(readFileSync(archive));
    const body = run('raw', '1:1', '--bytes').outBytes;
    const at = tar.indexOf(body) + 150 + 6;
    tar[at] = tar[at] === 0x30 ? 0x31 : 0x30;
    const file = join(dir, 'tampered.tar.zst');
    writeFileSync(file, zstdCompressSync(tar));
    return file;
  };

  test('one digit changed: said on standard error, exit 1, and no bytes with --bytes', () => {
    const file = tampered();
    const shown = run('raw', '1:1:2', '-d', 'case.db', '--archive', file);
    expect(shown.code).toBe(1);
    expect(shown.err).toContain('this is NOT the archive that was loaded');
    expect(shown.err).toContain('these are NOT the bytes that were loaded');
    expect(shown.err).toContain('these are NOT the bytes that the log of the capture names');
    const bytes = run('raw', '1:1:2', '-d', 'case.db', '--archive', file, '--bytes');
    expect([bytes.code, bytes.out]).toEqual([1, '']);
  });

  test('loaded as it is, it is still not what its log says', () => {
    const shown = coldstat(['raw', '1:1:2', '--archive', tampered()]);
    expect(shown.code).toBe(1);
    expect(shown.err).toContain('NOT the bytes that the log of the capture names');
  });

  test('not there: how to name it', () => {
    const shown = run('raw', '1:1:2', '-d', 'case.db', '--archive', 'elsewhere.tar.zst');
    expect(shown.code).toBe(2);
    expect(shown.err).toMatch(/no longer at .*elsewhere\.tar\.zst\n {2}name it where it is now: --archive FILE/);
  });
});

test.each([
  [['2:1:1'], /the case has no capture 2/],
  [['1:9999999:1'], /has no source 9999999/],
  [['1:1:99999'], /has \d+ lines, not 99999/],
  [['1:1:2', '--line', '3'], /a handle names its line itself/],
])('%j is refused', (args, message) => {
  const { code, err } = run('raw', ...args);
  expect(code).toBe(2);
  expect(err).toMatch(message);
});
