import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEvidence } from '../../packages/analyze/src/open/evidence.ts';
import { type ArchiveParts, makeArchive } from '../support/archive.ts';
import { drain } from '../support/drain.ts';
import { coldstat } from '../support/run.ts';

/** References of a series that somebody made up (docs/ARCHIVE-FORMAT.md §9.1). */

const ID = '11111111-2222-4333-8444-555555555555';
const BODY = 'TCP: inuse 1\n';
const sha = (body: string): string => createHash('sha256').update(body).digest('hex');
const NAME = 'proc/net/sockstat';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-references-'));
});

afterEach(() => rmSync(dir, { recursive: true }));

async function plant(moment: number, parts: Partial<ArchiveParts>, series: object | null = { id: ID, moment }): Promise<string> {
  const path = join(dir, `moment-${String(moment).padStart(6, '0')}.tar`);
  const header = { capture_id: `6f9fd5a4-0000-4000-8000-00000000000${moment}`, ...(series !== null && { series }) };
  writeFileSync(path, await makeArchive({ files: {}, compress: 'none', ...parts, header }));
  return path;
}

const borrowed = (over: object = {}) => ({ path: NAME, bytes: BODY.length, sha256: sha(BODY), ref: 1, ...over });

async function opened(path: string): Promise<{ body: string | undefined; codes: readonly string[]; state: string }> {
  const { bodies, codes, summary } = await drain(await openEvidence(path));
  return { body: bodies.get(NAME)?.toString(), codes, state: summary.altered ? 'altered' : summary.state };
}

describe('an archive that refers to an earlier one', () => {
  test('gets the body from the archive beside it, under whatever name it stands there', async () => {
    await plant(1, { files: { 'proc/net/sockstat6': BODY } });
    expect(await opened(await plant(2, { refused: [borrowed()] }))).toEqual({ body: BODY, codes: [], state: 'complete' });
  });

  test('says so when that archive is not there, is of another series, does not hold it, or was changed', async () => {
    const path = await plant(3, { refused: [borrowed()] });
    const missing = { body: undefined, codes: ['series-missing'], state: 'incomplete' };
    expect(await opened(path)).toEqual(missing);
    await plant(1, { files: { [NAME]: BODY } }, { id: ID.replace('1', '9'), moment: 1 });
    expect(await opened(path)).toEqual(missing);
    await plant(1, { files: { [NAME]: BODY } }, { id: ID, moment: 2 });
    expect(await opened(path)).toEqual(missing);
    await plant(1, { files: { [NAME]: BODY.replace('1', '2') } });
    expect(await opened(path)).toEqual(missing);
    await plant(1, { files: { [NAME]: BODY } });
    expect(await opened(path)).toEqual({ body: BODY, codes: [], state: 'complete' });
  });

  test.each([
    ['its own moment', { ref: 2 }],
    ['a later one', { ref: 3 }],
  ])('never follows a reference to %s', async (_, over) => {
    await plant(1, { files: { [NAME]: BODY } });
    await plant(3, { files: { [NAME]: BODY } });
    expect(await opened(await plant(2, { refused: [borrowed(over)] }))).toEqual({
      body: undefined,
      codes: ['archive-log'],
      state: 'altered',
    });
  });

  test.each([
    ['none at all', { ref: 0 }],
    ['text', { ref: '1' }],
    ['a fraction', { ref: 1.5 }],
    ['nothing', { ref: null }],
  ])('takes no reference that is %s', async (_, over) => {
    await plant(1, { files: { [NAME]: BODY } });
    const { body, state } = await opened(await plant(2, { refused: [borrowed(over as object)] }));
    expect([body, state]).toEqual([undefined, 'altered']);
  });

  test('takes no body of another size than the record says', async () => {
    await plant(1, { files: { [NAME]: BODY } });
    expect((await opened(await plant(2, { refused: [borrowed({ bytes: 5 })] }))).codes).toEqual(['series-missing']);
  });

  test('without a series refers to nothing', async () => {
    await plant(1, { files: { [NAME]: BODY } });
    expect((await opened(await plant(2, { refused: [borrowed()] }, null))).codes).toEqual(['archive-log']);
  });

  test('cannot put two bodies under one name, nor one under a name that is none', async () => {
    await plant(1, { files: { [NAME]: BODY } });
    const twice = await plant(2, { files: { [NAME]: 'other' }, refused: [borrowed()] });
    expect((await opened(twice)).codes).toContain('entry-duplicate');
    const up = await plant(2, { refused: [borrowed({ path: '../../etc/passwd' })] });
    expect((await opened(up)).codes).toEqual(['entry-name']);
  });

  test('cannot refer a body into more bytes than an archive may have', async () => {
    const large = 'x'.repeat(100_000);
    await plant(1, { files: { big: large } });
    const refused = Array.from({ length: 50 }, (_, i) => borrowed({ path: `proc/${i}/maps`, bytes: large.length, sha256: sha(large) }));
    const path = await plant(2, { refused });
    const { bodies, codes } = await drain(await openEvidence(path, { totalBytes: 1_000_000 }));
    expect(bodies.size).toBe(10);
    expect(new Set(codes)).toEqual(new Set(['entry-limit']));
  });
});

test('a case tells which bodies came from an earlier archive, shows their bytes, and is the same whichever way the series was loaded', async () => {
  await plant(1, { files: { [NAME]: BODY } });
  await plant(2, { refused: [borrowed()] });
  expect(coldstat(['load', dir, '-d', 'a.db'], { cwd: dir }).code).toBe(0);
  expect(coldstat(['load', 'moment-000002.tar', '-d', 'b.db'], { cwd: dir }).code).toBe(0);
  const sql =
    "SELECT path, bytes, sha256, moment, entry FROM sources WHERE path = 'proc/net/sockstat' AND capture_id = (SELECT max(capture_id) FROM captures)";
  const rows = ['a.db', 'b.db'].map((db) => coldstat(['query', '-d', db, '--format', 'json', sql], { cwd: dir }).out);
  expect(JSON.parse(rows[0] ?? '')).toEqual([{ path: NAME, bytes: BODY.length, sha256: sha(BODY), moment: 1, entry: null }]);
  expect(rows[1]).toBe(rows[0]);
  expect(coldstat(['raw', '-d', 'b.db', NAME, '--bytes'], { cwd: dir }).out).toBe(BODY);
  const diff = coldstat(['diff', '-d', 'a.db', '1', '2'], { cwd: dir });
  expect([diff.code, diff.out, diff.err]).toEqual([0, '', expect.not.stringContaining('did not read')]);
});

test('verify tells an archive of a series that was changed, taken away or put out of order', async () => {
  const hashOf = async (parts: ArchiveParts): Promise<string> =>
    createHash('sha256')
      .update(await makeArchive(parts))
      .digest('hex');
  const first = { files: { [NAME]: BODY }, compress: 'none' as const };
  const header = { capture_id: '6f9fd5a4-0000-4000-8000-000000000001', series: { id: ID, moment: 1 } };
  const sha256 = await hashOf({ ...first, header });
  await plant(1, first);
  await plant(2, { refused: [borrowed()] }, { id: ID, moment: 2, previous: { moment: 1, sha256 } });
  await plant(3, {}, { id: ID, moment: 3, previous: { moment: 2, sha256: 'f'.repeat(64) } });
  const verify = (...args: string[]) => coldstat(['verify', ...args], { cwd: dir });
  expect(verify('moment-000001.tar', 'moment-000002.tar').code).toBe(0);
  const changed = verify('.');
  expect(changed.code).toBe(1);
  expect(changed.out).toContain('moment-000003.tar: altered');
  rmSync(join(dir, 'moment-000002.tar'));
  const gap = verify('.');
  expect(gap.code).toBe(3);
  expect(gap.out).toContain('the archive before it is that of moment 2');
});
