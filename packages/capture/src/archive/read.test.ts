import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { archiveEntries, makeArchive, tarOf } from '../../../../test/support/archive.ts';
import { drain, readGood } from '../../../../test/support/drain.ts';
import { openBytes, probe, readArchive } from './read.ts';

const FILES = { 'proc/net/tcp': 'tcp\n', 'proc/net/udp': 'udp\n', 'proc/1/stat': '1 (init) S 0\n' };
type Entries = [string, Buffer][];

/** A correct archive, disturbed. */
async function disturbed(change: (entries: Entries) => Entries): Promise<ReturnType<typeof readGood>> {
  return readGood(await tarOf(change(archiveEntries({ files: FILES }))));
}

const edit =
  (name: string, to: (body: string) => string) =>
  (entries: Entries): Entries =>
    entries.map(([n, body]) => (n === name ? [n, Buffer.from(to(body.toString()))] : [n, body]));

describe('a correct archive', () => {
  it.each(['zstd', 'gzip', 'none'] as const)('%s: header, bodies, records, manifest, in this order, and no problem', async (compress) => {
    const archive = await makeArchive({ files: FILES, compress, refused: [{ path: 'proc/modules', errno: 'ENOENT' }] });
    const { items, summary, digest } = await readGood(archive);
    expect(items.map((i) => i.type)).toEqual(['header', 'entry', 'entry', 'entry', 'record', 'record', 'record', 'record', 'manifest']);
    expect(summary).toMatchObject({ state: 'complete', altered: false, entries: 6 });
    expect(digest).toEqual({ sha256: createHash('sha256').update(archive).digest('hex'), bytes: archive.length });
  });

  it('bodies bear their offset in the tar stream and their hash', async () => {
    const tar = await makeArchive({ files: FILES, compress: 'none' });
    for (const item of (await readGood(tar)).items) {
      if (item.type !== 'entry') continue;
      const { offset, body, sha256 } = item.entry;
      expect(tar.subarray(offset ?? -1, (offset ?? -1) + body.length).equals(body)).toBe(true);
      expect(sha256).toBe(createHash('sha256').update(body).digest('hex'));
    }
  });

  it('is read from a path too, and a path that is not there is no archive', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'coldstat-read-'));
    const path = join(dir, 'a.tar.zst');
    writeFileSync(path, await makeArchive({ files: FILES }));
    const bytes = openBytes(path);
    expect(await probe(bytes)).toEqual({ kind: 'archive' });
    expect((await drain(readArchive(bytes))).summary.state).toBe('complete');
    expect(await probe(openBytes(join(dir, 'other')))).toMatchObject({ kind: 'none', reason: expect.stringContaining('ENOENT') });
    rmSync(dir, { recursive: true });
  });
});

describe('an archive against its log and manifest', () => {
  const cases: [string, (entries: Entries) => Entries, string, string | undefined][] = [
    ['changed body of the same size', edit('proc/net/tcp', () => 'TCP\n'), 'archive-altered', 'proc/net/tcp'],
    ['longer body', edit('proc/net/tcp', (b) => `${b}x`), 'archive-altered', 'proc/net/tcp'],
    ['changed header', edit('header.json', (b) => b.replace('web1', 'web2')), 'archive-altered', 'header.json'],
    ['removed entry', (e) => e.filter(([n]) => n !== 'proc/net/udp'), 'archive-missing', 'proc/net/udp'],
    ['extra entry', (e) => [...e.slice(0, 2), ['proc/9/stat', Buffer.from('x')], ...e.slice(2)], 'archive-unlogged', 'proc/9/stat'],
    ['entries exchanged', (e) => [0, 2, 1, 3, 4, 5].map((i) => e[i] as [string, Buffer]), 'archive-altered', 'proc/net/udp'],
    ['duplicate entry', (e) => [...e.slice(0, 2), e[1] as [string, Buffer], ...e.slice(2)], 'entry-duplicate', 'proc/net/tcp'],
    ['header not first', (e) => [e[1] as [string, Buffer], e[0] as [string, Buffer], ...e.slice(2)], 'archive-altered', 'header.json'],
    ['changed record', edit('log/000001.ndjson', (b) => b.replace('"start":200', '"start":201')), 'archive-altered', 'log/000001.ndjson'],
    ['record taken out', edit('log/000001.ndjson', (b) => b.replace(/\{"seq":2,.*\n/, '')), 'archive-unlogged', 'proc/net/udp'],
    ['line that is no JSON', edit('log/000001.ndjson', (b) => `${b}{"seq":\n`), 'archive-log', 'log/000001.ndjson'],
    ['line above the limit', edit('log/000001.ndjson', (b) => `${b}"${'x'.repeat(70_000)}"\n`), 'archive-log', 'log/000001.ndjson'],
    ['record without a path', edit('log/000001.ndjson', (b) => `${b}{"seq":4,"start":1,"end":2}\n`), 'archive-log', 'log/000001.ndjson'],
    ['segment under another number', (e) => e.map(([n, b]) => [n.replace('000001', '000002'), b]), 'archive-altered', 'log/000002.ndjson'],
    [
      'segment after another hash',
      edit('log/000001.ndjson', (b) => b.replace(/0{64}/, '1'.repeat(64))),
      'archive-altered',
      'log/000001.ndjson',
    ],
    ['manifest of another capture', edit('manifest.json', (b) => b.replace('6f9fd5a4', '00000000')), 'archive-altered', 'manifest.json'],
    ['manifest that is no JSON', edit('manifest.json', () => '{'), 'archive-log', 'manifest.json'],
    ['header that is no JSON', edit('header.json', () => '{'), 'archive-log', 'header.json'],
  ];
  it.each(cases)('%s', async (_, change, code, entry) => {
    const entries = archiveEntries({ files: FILES });
    const first = change(entries)[0]?.[0];
    if (first !== 'header.json') {
      // Not an archive by its beginning: read it as one all the same.
      const bytes = openBytes(
        (async function* () {
          yield await tarOf(change(entries));
        })(),
      );
      const { problems, summary } = await drain(readArchive(bytes));
      expect(problems.map((p) => [p.code, p.entry])).toContainEqual([code, entry]);
      expect(summary.altered).toBe(true);
      return;
    }
    const { problems, summary } = await disturbed(change);
    expect(problems.map((p) => [p.code, p.entry])).toContainEqual([code, entry]);
    expect(summary.altered).toBe(true);
  });

  it('a tar that was packed again shows by its header fields', async () => {
    const { tarEntry, END } = await import('../../../../test/support/tar-block.ts');
    const entries = archiveEntries({ files: FILES }).map(([name, body]) =>
      tarEntry(name, body, { mtime: name === 'proc/net/tcp' ? 5 : 0 }),
    );
    const { problems } = await readGood(Buffer.concat([...entries, END]));
    expect(problems.map((p) => [p.code, p.entry])).toEqual([['archive-altered', 'proc/net/tcp']]);
  });

  it('a killed capture is incomplete and not altered; what has no record yet is counted', async () => {
    const { problems, summary, bodies } = await disturbed((e) => [...e.slice(0, 4), ['proc/9/stat', Buffer.from('x')]]);
    expect(summary).toMatchObject({ state: 'incomplete', altered: false });
    expect(bodies.size).toBe(4);
    expect(problems).toMatchObject([{ code: 'archive-incomplete', message: expect.stringContaining('4 entries were not recorded') }]);
  });

  it('several segments follow one another', async () => {
    const hash = (b: Buffer): string => createHash('sha256').update(b).digest('hex');
    const entries = archiveEntries({ files: { 'proc/net/tcp': 'tcp\n' }, manifest: null });
    const first = entries.at(-1)?.[1] as Buffer;
    const body = Buffer.from('udp\n');
    const record = { seq: 2, path: 'proc/net/udp', start: 1, end: 2, bytes: body.length, sha256: hash(body) };
    const second = (prev: string): Buffer => Buffer.from(`${JSON.stringify({ segment: 2, prev })}\n${JSON.stringify(record)}\n`);
    const read = async (prev: string) => readGood(await tarOf([...entries, ['proc/net/udp', body], ['log/000002.ndjson', second(prev)]]));
    expect((await read(hash(first))).codes).toEqual(['archive-incomplete']);
    expect((await read(hash(body))).codes).toEqual(['archive-altered', 'archive-incomplete']);
  });
});

it('a source that fails in the middle leaves what came before', async () => {
  const archive = await makeArchive({ files: { ...FILES, 'proc/2/maps': Buffer.alloc(100_000, 1) }, compress: 'none' });
  async function* failing(): AsyncGenerator<Buffer> {
    yield archive.subarray(0, 20_000);
    throw new Error('EIO: i/o error, read');
  }
  const { problems, bodies, summary } = await drain(readArchive(openBytes(failing())));
  expect(bodies.size).toBe(3);
  expect(summary.state).toBe('incomplete');
  expect(problems[0]?.message).toContain('EIO');
});
