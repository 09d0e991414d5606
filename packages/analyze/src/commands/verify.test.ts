import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { archiveEntries, makeArchive, tarOf } from '../../../../test/support/archive.ts';
import { inPieces } from '../../../../test/support/drain.ts';
import { fakeIo } from '../../../../test/support/fake-io.ts';
import { verify } from './verify.ts';

const FILES = { 'proc/net/tcp': 'tcp\n', 'proc/1/stat': '1 (init) S 0\n' };
const dir = mkdtempSync(join(tmpdir(), 'coldstat-verify-'));

beforeAll(async () => {
  const good = await makeArchive({ files: FILES });
  const plain = await makeArchive({ files: FILES, compress: 'none' });
  const altered = archiveEntries({ files: FILES }).map(([n, b]): [string, Buffer] => [n, n === 'proc/net/tcp' ? Buffer.from('TCP\n') : b]);
  const files: Record<string, Buffer> = {
    good,
    altered: await tarOf(altered),
    cut: plain.subarray(0, 3000),
    both: (await tarOf(altered)).subarray(0, -1024),
    text: Buffer.from('hello'),
    'e\x1b[2Jvil': Buffer.from('hello'),
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(dir, name), bytes);
});
afterAll(() => rmSync(dir, { recursive: true }));

async function run(...argv: string[]): Promise<{ code: number; lines: string[] }> {
  const io = fakeIo(dir);
  const code = await verify.run(argv, io, { db: undefined });
  return { code, lines: io.said.out.trimEnd().split('\n') };
}

it('good: 0, one line, and unsigned is a fact', async () => {
  const { code, lines } = await run('good');
  expect(code).toBe(0);
  expect(lines).toEqual([expect.stringMatching(/^good: good, unsigned, 5 entries, \d+ bytes, SHA-256 [0-9a-f]{64}$/)]);
});

it('altered: 1, and names the entry', async () => {
  const { code, lines } = await run('altered');
  expect(code).toBe(1);
  expect(lines).toEqual([
    expect.stringMatching(/^altered: altered, unsigned/),
    '  archive-altered: proc/net/tcp: body does not have the SHA-256 of the log',
  ]);
});

const SPARE: [string, Buffer] = ['proc/9/stat', Buffer.from('9 (x) S 0\n')];
const isTcp = ([name]: [string, Buffer]): boolean => name === 'proc/net/tcp';

it.each<[string, (entries: [string, Buffer][]) => [string, Buffer][], RegExp]>([
  [
    'missing',
    (e) => e.filter((entry) => !isTcp(entry)),
    /^ {2}archive-missing: proc\/net\/tcp: record 1 tells of 4 bytes, but there is no such entry/,
  ],
  ['extra', (e) => e.toSpliced(2, 0, SPARE), /^ {2}archive-unlogged: proc\/9\/stat: /],
  ['duplicate', (e) => e.toSpliced(2, 0, ...e.filter(isTcp)), /^ {2}entry-duplicate: proc\/net\/tcp: /],
  ['reordered', (e) => [0, 2, 1, 3, 4].flatMap((i) => e.slice(i, i + 1)), /^ {2}archive-altered: proc\/1\/stat: entry is out of the order/],
  [
    'record changed',
    (e) => e.map(([n, b]) => [n, n.startsWith('log/') ? Buffer.from(b.toString().replace('"start":100', '"start":101')) : b]),
    /^ {2}archive-altered: log\/000001\.ndjson: segment does not have the SHA-256/,
  ],
  [
    'header changed',
    (e) => e.map(([n, b]) => [n, n === 'header.json' ? Buffer.from(b.toString().replace('web1', 'web2')) : b]),
    /^ {2}archive-altered: header\.json: /,
  ],
])('%s: 1, and the item is named', async (name, disturb, line) => {
  writeFileSync(join(dir, `made ${name}`), await tarOf(disturb(archiveEntries({ files: FILES }))));
  const { code, lines } = await run(`made ${name}`);
  expect(lines[0]).toContain(': altered, unsigned');
  expect(lines.slice(1)).toContainEqual(expect.stringMatching(line));
  expect(code).toBe(1);
});

it('incomplete: 3', async () => {
  const { code, lines } = await run('cut');
  expect(code).toBe(3);
  expect(lines[0]).toMatch(/^cut: incomplete, unsigned/);
  expect(lines[1]).toMatch(/archive-incomplete: there is no manifest: .*\(offset 3000\)$/);
});

it('altered and incomplete are both said', async () => {
  const { code, lines } = await run('both');
  expect(code).toBe(1);
  expect(lines[0]).toMatch(/^both: altered, incomplete, unsigned/);
});

it('no archive, or no file: 2 and one line', async () => {
  for (const name of ['text', 'missing', '.']) {
    const { code, lines } = await run(name);
    expect(code).toBe(2);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('not an archive of coldstat');
  }
});

it('several: the gravest decides, each has its line', async () => {
  expect((await run('good', 'cut')).code).toBe(3);
  expect((await run('cut', 'text')).code).toBe(2);
  const { code, lines } = await run('altered', 'text', 'cut', 'good');
  expect(code).toBe(1);
  expect(lines.filter((l) => !l.startsWith(' '))).toHaveLength(4);
});

it('standard input', async () => {
  const io = fakeIo(dir, inPieces(await makeArchive({ files: FILES }), 100));
  expect(await verify.run(['-'], io, { db: undefined })).toBe(0);
  expect(io.said.out).toMatch(/^standard input: good/);
});

it('limits are options, and a wrong one is a mistake of the operator', async () => {
  expect((await run('--max-entries', '2', 'good')).code).toBe(3);
  await expect(run('--max-ratio', '0', 'good')).rejects.toThrow('--max-ratio');
  await expect(run()).rejects.toThrow('archive');
});

it('no control byte of a file name reaches the terminal', async () => {
  const { lines } = await run('e\x1b[2Jvil');
  expect(lines.join('')).not.toContain('\x1b');
});

it('the help tells the exit codes', async () => {
  expect((await run('--help')).lines.join('\n')).toMatch(/Exit code: 0 good, 1 altered or a bad signature, .* 3 incomplete, 4 good but/);
});
