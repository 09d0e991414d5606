import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeArguments } from '../support/run.ts';

/**
 * Archives that are small in the file system and enormous to whoever believes them, against the whole program in a process of its own:
 * bounded memory, bounded time, and a named problem or one clear refusal. COLDSTAT_LARGE=1 runs them at their full size: five million
 * entries, ten gigabytes passed over byte by byte.
 */

const FULL = process.env['COLDSTAT_LARGE'] === '1';
const SUPPORT = join(import.meta.dirname, '../support');
const MANY = FULL ? 5_000_000 : 250_000;
const TEN_GIB = 10 * 2 ** 30;
/** The largest size that eleven octal digits hold, whole blocks. */
const EIGHT_GIB = 2 ** 33 - 512;
/** Milliseconds and MiB a run may take; a machine under load may be several times slower than what is seen. */
const TIME = FULL ? 900_000 : 60_000;
const MEMORY = FULL ? 1400 : 700;

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-large-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function make(kind: string, count: number): string {
  const file = join(dir, `${kind}-${count}`);
  const made = spawnSync(process.execPath, [join(SUPPORT, 'many-entries.mjs'), kind, String(count), file], {
    encoding: 'utf8',
    timeout: TIME,
  });
  expect(made.status, made.stderr).toBe(0);
  return file;
}

interface Measured {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly mib: number;
}

function measured(args: readonly string[]): Measured {
  const [flags, script] = [nodeArguments('coldstat.mjs').slice(0, -1), nodeArguments('coldstat.mjs').at(-1) ?? ''];
  const words = [...flags, '--import', join(SUPPORT, 'measured.mjs'), script, ...args];
  const ran = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: TIME, maxBuffer: 1 << 28 });
  const kib = Number(/\nresident (\d+) KiB\n$/.exec(ran.stderr)?.[1]);
  return { code: ran.status, out: ran.stdout, err: ran.stderr, mib: kib / 1024 };
}

function bounded(ran: Measured, codes: readonly number[]): void {
  expect(codes, ran.err.slice(0, 2000)).toContain(ran.code);
  expect(ran.mib).toBeLessThan(MEMORY);
}

const load = (file: string, ...more: string[]): Measured => measured(['load', file, '-d', `${file}.db`, ...more]);

describe('millions of entries', () => {
  test('that no record vouches for', { timeout: 2 * TIME }, () => {
    const file = make('entries', MANY);
    const loaded = load(file);
    bounded(loaded, [1]);
    expect(loaded.err).toMatch(/the capture was cut off/);
    const verified = measured(['verify', file]);
    bounded(verified, [1, 3]);
    expect(verified.out).toContain(`${MANY + 1} entries`);
  });

  test('of one name: the first counts', { timeout: 2 * TIME }, () => {
    const loaded = load(make('duplicates', MANY));
    bounded(loaded, [1]);
    expect(loaded.err).toMatch(/entry-duplicate/);
  });

  test('as descriptors of one process in a tar of another program', { timeout: 2 * TIME }, () => {
    const loaded = load(make('links', MANY));
    bounded(loaded, [0, 1]);
    if (!FULL) expect(loaded.out).toContain(`${MANY} descriptors`);
  });

  test('as processes of a tar of another program', { timeout: 2 * TIME }, () => {
    const loaded = load(make('processes', FULL ? 1_000_000 : MANY));
    bounded(loaded, [0, 1]);
  });

  test('a limit that is given is kept', { timeout: 2 * TIME }, () => {
    const file = make('entries', 20_000);
    const loaded = load(file, '--max-entries', '1000');
    bounded(loaded, [1]);
    expect(loaded.err).toMatch(/archive-limit: more than 1000 entries/);
    expect(measured(['verify', '--max-entries', '1000', file]).out).toMatch(/archive-limit: more than 1000 entries/);
    expect(measured(['load', file, '-d', `${file}.db`, '--max-ratio', 'much'])).toMatchObject({ code: 2 });
  });
});

describe('an entry of gigabytes that are really there', () => {
  test.each([
    ['large', EIGHT_GIB],
    ['foreign-large', TEN_GIB],
  ] as const)('%s: refused where it expands beyond all measure, and what came before is kept', { timeout: 2 * TIME }, (kind, size) => {
    const loaded = load(make(kind, size));
    bounded(loaded, [0, 1]);
    expect(loaded.err).toMatch(/archive-limit: expands more than 200 to 1/);
    expect(loaded.out).toContain('1 processes');
  });

  test.runIf(FULL).each([
    ['large', EIGHT_GIB],
    ['foreign-large', TEN_GIB],
  ] as const)('%s: passed over where the limits allow it, and what follows is kept', { timeout: 2 * TIME }, (kind, size) => {
    const loaded = load(make(kind, size), '--max-ratio', '1000000', '--max-total-bytes', String(2 ** 34));
    bounded(loaded, [0, 1]);
    expect(loaded.err).toMatch(/entry-limit: \d+ bytes, the limit is 268435456/);
    expect(loaded.out).toContain('2 processes');
  });
});
