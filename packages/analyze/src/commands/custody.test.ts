import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeArchive } from '../../../../test/support/archive.ts';
import { fakeIo } from '../../../../test/support/fake-io.ts';
import { run } from '../cli.ts';

let dir = '';
const LOG = 'web1.tar.zst.custody.ndjson';

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-custody-'));
  writeFileSync(join(dir, 'web1.tar.zst'), await makeArchive({ files: { 'proc/net/tcp': 'tcp\n', 'proc/1/stat': '1 (init) S 0\n' } }));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function coldstat(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = fakeIo(dir);
  return { code: await run(argv, io), ...io.said };
}

const log = (): string => readFileSync(join(dir, LOG), 'utf8');
const records = (): Record<string, unknown>[] =>
  log()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const add = (event: string, ...more: string[]): Promise<{ code: number; out: string; err: string }> =>
  coldstat('custody', 'add', 'web1.tar.zst', '--event', event, '--by', 'Ada', ...more);
const check = (...more: string[]): Promise<{ code: number; out: string; err: string }> =>
  coldstat('custody', 'check', 'web1.tar.zst', ...more);

describe('add', () => {
  it('writes who, what, when and the hash of the archive, and prints the head', async () => {
    const { code, out } = await add('received', '--note', 'by courier');
    expect(code).toBe(0);
    await add('transferred', '--at', '2026-11-20T09:00:00+01:00');
    expect(records()).toMatchObject([
      {
        seq: 1,
        event: 'received',
        by: 'Ada',
        at: '2026-11-21T12:00:00.000Z',
        at_source: 'clock',
        note: 'by courier',
        prev: '0'.repeat(64),
      },
      { seq: 2, event: 'transferred', at: '2026-11-20T08:00:00.000Z', at_source: 'stated', prev: out.trim().slice(5) },
    ]);
    const verified = await coldstat('verify', 'web1.tar.zst');
    expect(records()[0]?.['archive']).toMatchObject({ sha256: /SHA-256 (\w+)/.exec(verified.out)?.[1] });
    expect(statSync(join(dir, LOG)).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir).sort()).toEqual(['web1.tar.zst', LOG]);
  });

  it.each([
    [['--event', 'eaten', '--by', 'Ada'], '--event takes one of received'],
    [['--by', 'Ada'], '--event takes one of received'],
    [['--event', 'received'], '--by must say who'],
    [['--event', 'received', '--by', ' '], '--by must say who'],
    [['--event', 'received', '--by', 'Ada', '--at', 'yesterday'], '--at takes a time with its zone'],
  ])('%j is a mistake, and nothing is written', async (options, message) => {
    const { code, err } = await coldstat('custody', 'add', 'web1.tar.zst', ...options);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(existsSync(join(dir, LOG))).toBe(false);
  });

  it('does not extend a broken chain', async () => {
    await add('received');
    await add('stored');
    writeFileSync(join(dir, LOG), log().replace('"received"', '"returned"'));
    const before = log();
    const { code, err } = await add('verified');
    expect(code).toBe(2);
    expect(err).toContain('line 2 does not bear the hash of the record before it');
    expect(log()).toBe(before);
    expect(readdirSync(dir)).not.toContain(`${LOG}.new`);
  });

  it('stands back when somebody else writes, or an append was broken off', async () => {
    await add('received');
    writeFileSync(join(dir, `${LOG}.new`), 'half');
    const { code, err } = await add('stored');
    expect(code).toBe(2);
    expect(err).toContain('another program is writing to the log');
    expect(records()).toHaveLength(1);
    expect(readFileSync(join(dir, `${LOG}.new`), 'utf8')).toBe('half');
  });
});

describe('check', () => {
  it('0 when all is well, 4 when there is no log', async () => {
    expect((await check()).code).toBe(4);
    await add('received');
    const { code, out } = await check();
    expect(out).toMatch(/good: 1 records, about this archive; head [0-9a-f]{64}\n$/);
    expect(code).toBe(0);
  });

  it('1 and the first broken link', async () => {
    for (const event of ['received', 'stored', 'returned']) await add(event);
    const kept = log();
    appendFileSync(join(dir, LOG), 'x');
    expect(await check()).toMatchObject({ code: 1, out: expect.stringContaining('broken: line 4 is cut off') });
    writeFileSync(join(dir, LOG), kept.replace('"by":"Ada"', '"by":"Eve"'));
    expect(await check()).toMatchObject({ code: 1, out: expect.stringContaining('broken: line 2 does not bear the hash') });
  });

  it('1 when records behind a head that was noted are gone', async () => {
    await add('received');
    const { out } = await add('stored');
    const head = out.trim().slice(5);
    expect((await check('--head', head)).code).toBe(0);
    await add('returned');
    expect((await check('--head', head)).code).toBe(0);
    writeFileSync(join(dir, LOG), log().split('\n').slice(0, 1).join('\n').concat('\n'));
    expect((await check()).code).toBe(0);
    expect(await check('--head', head)).toMatchObject({ code: 1, out: expect.stringContaining('records were cut off') });
    expect((await check('--head', 'abc')).code).toBe(2);
  });

  it('3 when the archive is another one', async () => {
    await add('received');
    appendFileSync(join(dir, 'web1.tar.zst'), 'x');
    expect(await check()).toMatchObject({ code: 3, out: expect.stringContaining('the file is not the one of event 1 (received)') });
    await add('verified');
    expect(await check()).toMatchObject({ code: 3, out: expect.stringContaining('event 2 (verified) is about another file than event 1') });
  });
});

it('a FIFO or a device in the place of the log is refused at once', async () => {
  execFileSync('mkfifo', [join(dir, LOG)]);
  for (const ask of [() => check(), () => add('received'), () => coldstat('custody', 'show', 'web1.tar.zst')]) {
    expect(await ask()).toMatchObject({ code: 2, err: expect.stringContaining('is no regular file') });
  }
  expect(readdirSync(dir).sort()).toEqual(['web1.tar.zst', LOG]);
}, 20_000);

it('show lists the events that hold, without a raw control byte', async () => {
  await coldstat('custody', 'add', 'web1.tar.zst', '--event', 'received', '--by', 'E\x1b[2Jve');
  await add('stored');
  const { code, out } = await coldstat('custody', 'show', 'web1.tar.zst', '--format', 'csv');
  expect(code).toBe(0);
  expect(out).not.toContain('\x1b');
  expect(out.split('\n')).toHaveLength(4);
  appendFileSync(join(dir, LOG), '{}\n');
  const broken = await coldstat('custody', 'show', 'web1.tar.zst', '--format', 'jsonl');
  expect(broken.code).toBe(1);
  expect(broken.out.trim().split('\n')).toHaveLength(2);
  expect(broken.err).toContain('broken: line 3');
});

describe('the commands record what they do', () => {
  const by = ['--custody', '--by', 'Ada', '--at', '2026-11-21T00:00:00Z'];

  it('only when asked to, and with a name', async () => {
    expect((await coldstat('verify', 'web1.tar.zst')).code).toBe(0);
    expect(existsSync(join(dir, LOG))).toBe(false);
    for (const words of [['--custody'], ['--by', 'Ada'], ['--at', '2026-11-21T00:00:00Z']]) {
      expect((await coldstat('verify', 'web1.tar.zst', ...words)).code, words.join(' ')).toBe(2);
    }
    expect((await coldstat('verify', '-', ...by)).code).toBe(2);
    expect((await coldstat('load', '.', ...by)).code).toBe(2);
    expect(existsSync(join(dir, LOG))).toBe(false);
  });

  it('verify, load, extract', async () => {
    expect((await coldstat('verify', 'web1.tar.zst', ...by)).code).toBe(0);
    expect((await coldstat('load', 'web1.tar.zst', '-d', 'case.db', ...by)).code).toBe(0);
    expect((await coldstat('load', 'web1.tar.zst', '-d', 'case.db', ...by)).code).toBe(0);
    expect((await coldstat('extract', 'web1.tar.zst', '-C', 'out', ...by)).code).toBe(0);
    expect(records().map((r) => [r['event'], r['by'], r['at'], r['detail']])).toEqual([
      ['verified', 'Ada', '2026-11-21T00:00:00.000Z', 'good'],
      ['loaded', 'Ada', '2026-11-21T00:00:00.000Z', `as capture 1 of ${join(dir, 'case.db')}, complete`],
      ['exported', 'Ada', '2026-11-21T00:00:00.000Z', '2 files and 0 links into out'],
    ]);
    expect((await check()).code).toBe(0);
  });

  it('nothing is loaded under a broken chain', async () => {
    writeFileSync(join(dir, LOG), 'x\n');
    expect((await coldstat('load', 'web1.tar.zst', '-d', 'case.db', ...by)).code).toBe(2);
    expect(existsSync(join(dir, 'case.db'))).toBe(false);
  });
});
