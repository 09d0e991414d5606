import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { openBytes, readArchive } from './read.ts';
import type { SnapshotItem } from './snapshot.ts';
import { ArchiveWriter, type Compression } from './write.ts';

const directory = mkdtempSync(join(tmpdir(), 'coldstat-write-'));
const file = join(directory, 'archive');
afterAll(() => rmSync(directory, { recursive: true }));

const HEADER = { format: 'coldstat-archive', version: 1, capture_id: 'x' };
const CLOCK = { realtime_ns: '2', monotonic_ns: '2', boottime_ns: null, timezone: null };
const MANIFEST = { capture_id: 'x', counts: {}, windows: {}, clock: CLOCK, self: {}, exit: 'complete' } as const;
const sha = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

async function written(bodies: readonly Buffer[], compression: Compression): Promise<{ sha256: string; bytes: number; entries: number }> {
  const fd = openSync(file, 'w');
  const writer = new ArchiveWriter(fd, compression);
  writer.header(HEADER);
  for (const [i, body] of bodies.entries()) {
    writer.body({ path: `proc/${i}/fd.list`, start: i, end: i, sha256: sha(body) }, body);
    if (i % 3 === 0) writer.miss({ path: `proc/${i}/maps`, start: i, end: i, errno: 'EACCES' });
    await writer.ready();
  }
  const result = await writer.finish(MANIFEST);
  closeSync(fd);
  return { ...result, entries: writer.entries };
}

async function read(): Promise<SnapshotItem[]> {
  const items: SnapshotItem[] = [];
  for await (const item of readArchive(openBytes(file)).items()) items.push(item);
  return items;
}

test('what is written is read: any bodies, any compression', async () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 2000 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(bodies, fc.constantFrom<Compression>('zstd', 'gzip', 'none'), async (raw, compression) => {
      const given = raw.map((body) => Buffer.from(body));
      const result = await written(given, compression);
      const items = await read();
      expect(items.filter((i) => i.type === 'problem')).toEqual([]);
      const entries = items.flatMap((i) => (i.type === 'entry' && i.entry.name.startsWith('proc/') ? [Buffer.from(i.entry.body)] : []));
      expect(entries).toEqual(given);
      expect(items.filter((i) => i.type === 'record')).toHaveLength(given.length + Math.ceil(given.length / 3));
      expect(items.at(-1)).toMatchObject({ type: 'manifest', manifest: { entries: result.entries - 1, exit: 'complete' } });
      expect(result).toMatchObject({ sha256: sha(readFileSync(file)), bytes: readFileSync(file).length });
    }),
    { numRuns: 40 },
  );
});

test('large and many: segments are cut, order is kept, nothing is held back', async () => {
  const given = Array.from({ length: 1500 }, (_, i) => Buffer.alloc(i % 100 === 0 ? 700_000 : 300, i));
  await written(given, 'zstd');
  const items = await read();
  expect(items.filter((i) => i.type === 'problem')).toEqual([]);
  const paths = items.flatMap((i) => (i.type === 'record' && i.record.sha256 !== undefined ? [i.record.path] : []));
  expect(paths).toEqual(given.map((_, i) => `proc/${i}/fd.list`));
  const manifest = items.find((i) => i.type === 'manifest')?.manifest;
  expect(manifest?.segments.length).toBeGreaterThan(5);
});

test('an output that fails is an error of the next ready(), not of the process', async () => {
  const fd = openSync('/dev/full', 'w');
  const writer = new ArchiveWriter(fd, 'none');
  writer.header(HEADER);
  const fill = async (): Promise<void> => {
    for (let i = 0; i < 10_000; i++) {
      writer.body({ path: `proc/${i}/maps`, start: 0, end: 0, sha256: '' }, Buffer.alloc(100_000));
      await writer.ready();
    }
  };
  await expect(fill()).rejects.toMatchObject({ code: 'ENOSPC' });
  await expect(writer.finish(MANIFEST)).rejects.toMatchObject({ code: 'ENOSPC' });
  closeSync(fd);
});
