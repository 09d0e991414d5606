import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../packages/analyze/src/cli.ts';
import { parseFormat } from '../../packages/analyze/src/commands/choices.ts';
import { COMMANDS } from '../../packages/analyze/src/commands/index.ts';
import type { Format } from '../../packages/analyze/src/render/format.ts';
import { makeArchive } from '../support/archive.ts';
import { COMMAND_LINES, type CommandLine } from '../support/command-lines.ts';
import { fakeIo } from '../support/fake-io.ts';
import { HOSTILE, hostileHost } from '../support/hostile-host.ts';

/** Every command in every format against a host where everything bears a name that attacks whoever looks at it. */

const FORMATS: readonly Format[] = ['table', 'json', 'jsonl', 'csv', 'tsv', 'markdown'];
/** What no output may hold, lines and tabs apart. NUL ends fields where `lsof -F0` is asked, and is not asked here. */
const FORBIDDEN = /(?![\n\t])[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/u;

let dir: string;
let archive: string;
let db: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-output-'));
  archive = join(dir, 'hostile.tar');
  db = join(dir, 'case.db');
  writeFileSync(archive, await makeArchive(hostileHost()));
  const io = fakeIo(dir);
  const code = await run(['load', archive, '-d', db], io);
  expect([0, 1], io.said.err).toContain(code);
});
afterAll(() => rmSync(dir, { recursive: true }));

let n = 0;

async function answer(name: string, line: CommandLine, format: Format): Promise<{ code: number; out: string; err: string }> {
  const place = join(dir, String(n++));
  mkdirSync(place);
  const words = line.words.map((word) => word.replace('{archive}', archive).replace('{dir}', place));
  const io = fakeIo(place);
  const own = [...(line.db ? ['--db', db] : []), ...(line.formats ? ['--format', format] : [])];
  const code = await run([name, ...own, ...words], io);
  return { code, ...io.said };
}

test('every command has its lines in test/support/command-lines.ts, and the formats are these', () => {
  expect(Object.keys(COMMAND_LINES).toSorted()).toEqual([...COMMANDS.keys()].toSorted());
  for (const format of FORMATS) expect(parseFormat(format)).toBe(format);
  expect(() => parseFormat('nonsense')).toThrow();
});

/** Where an exit code means something else than an answer, or none: a key that is not there, an archive nobody vouches for. */
const EXITS: Readonly<Record<string, readonly number[]>> = { sign: [2], verify: [0, 1, 3, 4], custody: [0, 1, 2, 3, 4] };

const LINES = Object.entries(COMMAND_LINES).flatMap(([name, lines]) =>
  lines.map((line) => [`${name} ${line.words.join(' ')}`, name, line] as const),
);

describe.each(LINES)('%s', (_, name, line) => {
  test.each(line.formats ? FORMATS : FORMATS.slice(0, 1))('as %s', { timeout: 120_000 }, async (format) => {
    const { code, out, err } = await answer(name, line, format);
    expect(err).not.toMatch(/this is a bug/);
    expect(EXITS[name] ?? [0, 1], err.slice(0, 2000)).toContain(code);
    for (const text of [out, err]) {
      const at = text.search(FORBIDDEN);
      expect(at < 0 ? '' : JSON.stringify(text.slice(Math.max(0, at - 80), at + 20))).toBe('');
    }
    // Nothing at all is what the live tools print where they have nothing to list.
    if (line.formats && !(code === 1 && out === '')) wellFormed(out, format);
  });
});

function wellFormed(out: string, format: Format): void {
  if (format === 'json') JSON.parse(out);
  if (format === 'jsonl') for (const row of out.split('\n').filter(Boolean)) JSON.parse(row);
  if (format === 'table') expect(out).toMatch(/^[\n\t -~]*$/);
  if (format === 'tsv')
    sameEverywhere(
      out
        .replace(/\n$/, '')
        .split('\n')
        .map((row) => row.split('\t').length),
    );
  if (format === 'csv') {
    const rows = csv(out);
    sameEverywhere(rows.map((row) => row.length));
    for (const { text, quoted } of rows.flat())
      if (quoted || !/^-?\d+(\.\d+)?(e[+-]\d+)?$/.test(text)) expect(text).not.toMatch(/^[\s]*[=+\-@\uff1d\uff0b\uff0d\uff20]/);
  }
  if (format === 'markdown') {
    const rows = out
      .replace(/\n$/, '')
      .split('\n')
      .map((row) => row.replace(/\\./g, ''));
    sameEverywhere(rows.map((row) => row.split('|').length));
    for (const row of rows) expect(row).not.toMatch(/[<>`[\]]|:\/\/|\bwww\./);
  }
}

function sameEverywhere(counts: readonly number[]): void {
  expect(new Set(counts).size).toBeLessThanOrEqual(1);
}

interface CsvCell {
  readonly text: string;
  readonly quoted: boolean;
}

/** RFC 4180. */
function csv(text: string): CsvCell[][] {
  const rows: CsvCell[][] = [];
  let row: CsvCell[] = [];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    row.push({ text: quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'), quoted: quoted !== undefined });
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

test('the strings are in the answers, escaped, and can be told apart', async () => {
  const line: CommandLine = { words: ['SELECT comm_raw, name, cmdline FROM processes ORDER BY pid'], db: true, formats: true };
  const { out } = await answer('query', line, 'tsv');
  expect(out).toContain('\\x1b]8;;http://evil.example/\\x1b\\\\click');
  expect(out).toContain('\\xe2\\x80\\xaegpj.exe');
  expect(out.split('\n').length - 2).toBe(Object.keys(HOSTILE).length);
  expect(new Set(out.split('\n')).size).toBeGreaterThan(Object.keys(HOSTILE).length);
});
