import { randomBytes } from 'node:crypto';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { openBytes, probe, readArchive } from '@coldstat/capture/archive';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openEvidence } from '../../packages/analyze/src/open/evidence.ts';
import { UserError } from '../../packages/analyze/src/user-error.ts';
import { archiveEntries, compress, makeArchive, tarOf } from '../support/archive.ts';
import { drain, inPieces, readBytes, readGood } from '../support/drain.ts';
import { END, tarBlock, tarEntry } from '../support/tar-block.ts';

const FILES = { 'proc/net/tcp': 'tcp table\n', 'proc/net/udp': 'udp table\n', 'proc/1/stat': '1 (init) S 0\n' };
const plain = (): Promise<Buffer> => makeArchive({ files: FILES, compress: 'none' });

/** The archive with `extra` put in before the manifest, so that what follows it shows whether reading went on. */
async function withExtra(extra: Buffer): Promise<Buffer> {
  const entries = archiveEntries({ files: FILES });
  const last = entries.pop();
  const head = await tarOf(entries);
  const tail = await tarOf(last ? [last] : []);
  return Buffer.concat([head.subarray(0, -1024), extra, tail]);
}

describe('entries that are set aside', () => {
  const tricks: [string, Buffer, string][] = [
    ['absolute name', tarEntry('/etc/passwd', 'x'), 'entry-name'],
    ['name with ..', tarEntry('proc/../../etc/passwd', 'x'), 'entry-name'],
    ['name with an empty segment', tarEntry('proc//1', 'x'), 'entry-name'],
    ['name with a newline', tarEntry('proc/a\nb', 'x'), 'entry-name'],
    ['name with bytes above ASCII', tarEntry('proc/\xff\xfe', 'x'), 'entry-name'],
    ['bytes behind the NUL of the name', tarEntry('proc/x\0hidden', 'x'), 'entry-name'],
    ['empty name', tarEntry('', 'x'), 'entry-name'],
    ['prefix field', tarEntry('passwd', 'x', { prefix: 'etc' }), 'entry-name'],
    ['symbolic link', tarBlock('proc/link', 0, { type: '2', link: '/etc/passwd' }), 'entry-type'],
    ['hard link', tarBlock('proc/link', 0, { type: '1', link: 'proc/net/tcp' }), 'entry-type'],
    ['directory', tarBlock('proc', 0, { type: '5' }), 'entry-type'],
    ['device', tarBlock('proc/null', 0, { type: '3' }), 'entry-type'],
    ['fifo', tarBlock('proc/fifo', 0, { type: '6' }), 'entry-type'],
    ['pax header', tarEntry('pax', '27 path=proc/net/tcp_renamed\n', { type: 'x' }), 'entry-type'],
    ['global pax header', tarEntry('pax', '20 path=proc/net/tcp\n', { type: 'g' }), 'entry-type'],
    ['GNU long name', tarEntry('././@LongLink', 'proc/net/other\0', { type: 'L' }), 'entry-type'],
    ['GNU sparse file', tarEntry('proc/sparse', 'x', { type: 'S' }), 'entry-type'],
    ['old regular file', tarEntry('proc/old', 'x', { type: '\0' }), 'entry-type'],
    ['GNU magic', tarEntry('proc/gnu', 'x', { magic: 'ustar  \0' }), 'entry-type'],
    ['regular file with a link name', tarEntry('proc/x', 'x', { link: 'proc/y' }), 'entry-type'],
    ['duplicate', tarEntry('proc/net/tcp', 'forged'), 'entry-duplicate'],
    ['second header', tarEntry('header.json', '{}'), 'entry-duplicate'],
  ];
  it.each(tricks)('%s', async (_, extra, code) => {
    const { codes, bodies, summary, items } = await readGood(await withExtra(extra));
    expect(codes).toContain(code);
    expect([...bodies.keys()]).toEqual(Object.keys(FILES));
    expect(bodies.get('proc/net/tcp')?.toString()).toBe('tcp table\n');
    expect(items.some((i) => i.type === 'manifest')).toBe(true);
    expect(summary).toMatchObject({ state: 'complete', altered: true });
  });

  it('an entry above the limit is passed over, not kept', async () => {
    const archive = await makeArchive({ files: { ...FILES, 'proc/1/maps': Buffer.alloc(5000, 65) }, compress: 'none' });
    const { codes, bodies, items } = await readGood(archive, { entryBytes: 4096 });
    expect(codes).toContain('entry-limit');
    expect(bodies.has('proc/1/maps')).toBe(false);
    expect(items.some((i) => i.type === 'manifest')).toBe(true);
  });

  it('an entry behind the manifest is not interpreted', async () => {
    const archive = await plain();
    const { codes, bodies } = await readGood(Buffer.concat([archive.subarray(0, -1024), tarEntry('proc/9/stat', 'x'), END]));
    expect(codes).toEqual(['archive-unlogged']);
    expect(bodies.has('proc/9/stat')).toBe(false);
  });
});

describe('where the structure breaks', () => {
  const base256 = (text: string): Buffer => Buffer.from(text.padStart(24, text.startsWith('f') ? 'f' : '0'), 'hex');
  const breaks: [string, Buffer][] = [
    ['wrong header checksum', tarBlock('proc/x', 0, { badChecksum: true })],
    ['negative base-256 size', tarBlock('proc/x', 0, { sizeField: base256('ffffffff') })],
    ['base-256 size', tarBlock('proc/x', 0, { sizeField: Buffer.concat([Buffer.from([0x80]), base256('ff').subarray(1)]) })],
    ['size that is no number', tarBlock('proc/x', 0, { sizeField: Buffer.from('-0000000001\0') })],
    ['directory with a size', tarBlock('proc/dir', 1024, { type: '5' })],
    ['link with a size', tarBlock('proc/dir', 512, { type: '2' })],
    ['one zero block in the middle', Buffer.alloc(512)],
  ];
  it.each(breaks)('%s', async (_, extra) => {
    const { codes, problems, bodies, summary, items } = await readGood(await withExtra(extra));
    expect(codes).toContain('archive-damaged');
    expect(problems.find((p) => p.code === 'archive-damaged')?.offset).toBeGreaterThan(0);
    expect([...bodies.keys()]).toEqual(Object.keys(FILES));
    expect(items.some((i) => i.type === 'manifest')).toBe(false);
    expect(summary.state).toBe('damaged');
  });

  it('a declared size of 10 GiB costs nothing', async () => {
    const huge = tarBlock('proc/x', 0, { sizeField: Buffer.from('120000000000') });
    huge.write('        ', 148);
    const sum = huge.reduce((a, b) => a + b, 0);
    huge.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    const before = process.memoryUsage().arrayBuffers;
    const { codes, bodies } = await readGood(await withExtra(huge));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
    expect(codes.some((c) => c === 'archive-damaged' || c === 'entry-limit' || c === 'archive-incomplete')).toBe(true);
    expect(bodies.size).toBe(3);
  });

  it('bytes behind the end blocks are reported and not read', async () => {
    const { codes, bodies } = await readGood(Buffer.concat([await plain(), tarEntry('proc/9/stat', 'x'), END]));
    expect(codes).toEqual(['archive-trailing']);
    expect(bodies.has('proc/9/stat')).toBe(false);
  });
});

describe('cut archives', () => {
  it('cut at every block: whatever was whole is there, and it is called incomplete', async () => {
    const whole = await plain();
    const sizes: number[] = [];
    for (let length = 512; length < whole.length - 1024; length += 512) {
      const { summary, bodies } = await readGood(whole.subarray(0, length));
      expect(summary).toMatchObject({ state: 'incomplete', altered: false });
      sizes.push(bodies.size);
    }
    expect(sizes).toEqual(sizes.toSorted());
    expect(sizes.at(-1)).toBe(3);
  });

  it.each(['zstd', 'gzip'] as const)('%s cut anywhere keeps what could be unpacked', async (how) => {
    const noise = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`proc/${i + 1}/maps`, randomBytes(40_000)]));
    const whole = await makeArchive({ files: noise, compress: how });
    for (const part of [0.2, 0.5, 0.9]) {
      const { summary, bodies } = await readGood(whole.subarray(0, Math.floor(whole.length * part)));
      expect(summary).toMatchObject({ state: 'incomplete', altered: false });
      expect(bodies.size).toBeGreaterThanOrEqual(Math.floor(20 * part) - 4);
      for (const [name, body] of bodies) expect(body.equals(noise[name] as Buffer)).toBe(true);
    }
  });

  it('without its end blocks it is incomplete even with a manifest', async () => {
    const whole = await plain();
    for (const cut of [512, 1024]) {
      const { codes } = await readGood(whole.subarray(0, whole.length - cut));
      expect(codes).toEqual(['archive-incomplete']);
    }
  });
});

describe('compression', () => {
  it.each([
    ['gzip checksum', 'gzip', -8],
    ['gzip length', 'gzip', -4],
    ['zstd checksum', 'zstd', -1],
  ] as const)('wrong %s: damaged, and nothing before it is lost', async (_, how, at) => {
    const archive = await makeArchive({ files: FILES, compress: how });
    const i = archive.length + at;
    archive[i] = (archive[i] as number) ^ 0xff;
    const { codes, items, bodies } = await readGood(archive);
    expect(codes).toEqual(['archive-damaged']);
    expect(bodies.size).toBe(3);
    expect(items.some((x) => x.type === 'manifest')).toBe(true);
  });

  it.each(['zstd', 'gzip'] as const)('bytes behind the %s stream, and a second stream, are not read', async (how) => {
    const archive = await makeArchive({ files: FILES, compress: how });
    for (const more of [Buffer.from('garbage'), compress(tarEntry('proc/9/stat', 'x'), how)]) {
      const { codes, bodies, digest } = await readGood(Buffer.concat([archive, more]));
      expect(codes).toEqual(['archive-trailing']);
      expect(bodies.size).toBe(3);
      expect(digest?.bytes).toBe(archive.length + more.length);
    }
  });

  it('a damaged zstd block costs what follows, not what came before', async () => {
    const noise = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`proc/${i + 1}/maps`, randomBytes(40_000)]));
    const archive = await makeArchive({ files: { ...noise, 'proc/99/maps': 'a'.repeat(500_000) }, compress: 'zstd' });
    const i = archive.length - 600;
    archive.fill(0xff, i, i + 40);
    const { bodies, summary } = await readGood(archive);
    expect(summary.state).not.toBe('complete');
    expect(bodies.size).toBeGreaterThanOrEqual(15);
  });

  it('a gzip member with every optional field is read', async () => {
    const tar = await plain();
    const head = Buffer.from([0x1f, 0x8b, 8, 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 2, 0, 1, 2, 0x61, 0, 0x62, 0]);
    const tail = Buffer.alloc(8);
    tail.writeUInt32LE(crc32(tar), 0);
    tail.writeUInt32LE(tar.length, 4);
    expect((await readGood(Buffer.concat([head, deflateRawSync(tar), tail]))).codes).toEqual([]);
  });

  it.each(['zstd', 'gzip'] as const)('a %s bomb is stopped by its ratio', async (how) => {
    const archive = await makeArchive({ files: { ...FILES, 'proc/2/maps': Buffer.alloc(64 << 20) }, compress: how });
    const { codes, bodies, summary } = await readGood(archive);
    expect(codes).toContain('archive-limit');
    expect(summary.state).toBe('damaged');
    expect(bodies.size).toBe(3);
  });

  it('a source without an end is left at the limit, and has no hash', async () => {
    const start = (await plain()).subarray(0, -1024);
    async function* endless(): AsyncGenerator<Buffer> {
      yield start;
      for (;;) yield Buffer.alloc(65536);
    }
    const bytes = openBytes(endless(), { totalBytes: 4 << 20 });
    expect(await probe(bytes)).toEqual({ kind: 'archive' });
    const { codes, digest, bodies } = await drain(readArchive(bytes));
    expect(codes).toEqual(['archive-limit']);
    expect(digest).toBeNull();
    expect(bodies.size).toBe(3);
  });

  it('limits on the number of entries and on the total size', async () => {
    const archive = await plain();
    expect((await readGood(archive, { entries: 3 })).codes).toContain('archive-limit');
    expect((await readGood(archive, { totalBytes: 4096 })).codes).toContain('archive-limit');
  });
});

describe('no archive at all', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('hello\n'.repeat(200))],
    ['64 KiB of noise', randomBytes(65536)],
    ['zeros', Buffer.alloc(65536)],
    ['gzip of text', gzipSync('hello')],
    ['gzip magic and noise', Buffer.concat([Buffer.from([0x1f, 0x8b]), randomBytes(65536)])],
    ['zstd magic and noise', Buffer.concat([Buffer.from('28b52ffd', 'hex'), randomBytes(65536)])],
    ['zstd magic alone', Buffer.from('28b52ffd', 'hex')],
  ])('%s', async (_, bytes) => {
    expect(await readBytes(bytes)).toHaveProperty('none');
  });

  it('a version that is not known is refused', async () => {
    expect(await readBytes(await makeArchive({ files: FILES, header: { version: 2 } }))).toHaveProperty(
      'none',
      expect.stringContaining('version 2'),
    );
  });
});

describe('fuzz', () => {
  it('flipped bits: always ends, never throws, and a body that differs is never called good', { timeout: 30_000 }, async () => {
    const archives = await Promise.all((['none', 'zstd', 'gzip'] as const).map((how) => makeArchive({ files: FILES, compress: how })));
    const flips = fc.array(fc.nat(), { minLength: 1, maxLength: 4 });
    const property = fc.asyncProperty(fc.constantFrom(...archives), flips, async (archive, bits) => {
      const bad = Buffer.from(archive);
      for (const bit of bits) bad[(bit >> 3) % bad.length] = (bad[(bit >> 3) % bad.length] as number) ^ (1 << (bit & 7));
      if (bad.equals(archive)) return;
      const result = await readBytes(bad);
      if ('none' in result) return;
      const same = Object.entries(FILES).every(([name, body]) => result.bodies.get(name)?.toString('latin1') === body);
      if (result.problems.length === 0) expect(same && result.bodies.size === 3).toBe(true);
    });
    await fc.assert(property, { numRuns: 3000, interruptAfterTimeLimit: 4000 });
  });

  it('foreign tars with flipped bits: always end, never throw but to say that they are none', { timeout: 30_000 }, async () => {
    const tar = Buffer.concat([
      tarEntry('pax', '18 path=proc/7/x\n\n', { type: 'x' }),
      tarEntry('proc/7/stat', '7 (x) S\n'),
      tarEntry('././@LongLink', `${'a/'.repeat(200)}\0`, { type: 'L' }),
      tarBlock('proc/7/fd/3', 0, { type: '2', link: '/dev/null' }),
      tarEntry('proc/7/fdinfo/3', 'pos: 0\n'),
      END,
    ]);
    const flips = fc.array(fc.nat(tar.length * 8 - 1), { minLength: 1, maxLength: 3 });
    const property = fc.asyncProperty(flips, async (bits) => {
      const bad = Buffer.from(tar);
      for (const bit of bits) bad[bit >> 3] = (bad[bit >> 3] as number) ^ (1 << (bit & 7));
      // A header's checksum is made right again half of the time, so that the fields behind it are met too.
      for (let at = 0; at < bad.length; at += 512)
        if ((bits[0] as number) % 2 === 0 && bad.toString('latin1', at + 257, at + 262) === 'ustar') mend(bad, at);
      const opened = openEvidence(inPieces(bad, 700));
      const snapshot = await opened.catch((error: unknown) => error);
      if (snapshot instanceof UserError) return;
      if (snapshot instanceof Error) throw snapshot;
      await drain(await opened);
    });
    await fc.assert(property, { numRuns: 3000, interruptAfterTimeLimit: 4000 });
  });
});

/** Writes the checksum that the header block at `at` should have. */
function mend(tar: Buffer, at: number): void {
  tar.fill(0x20, at + 148, at + 156);
  const sum = tar.subarray(at, at + 512).reduce((a, b) => a + b, 0);
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
}
