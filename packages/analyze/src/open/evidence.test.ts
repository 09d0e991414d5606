import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { parseList, parsePack } from '@coldstat/capture/archive';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeArchive } from '../../../../test/support/archive.ts';
import { type Drained, drain, inPieces } from '../../../../test/support/drain.ts';
import { END, tarBlock, tarEntry } from '../../../../test/support/tar-block.ts';
import { openEvidence } from './evidence.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-open-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Path to body, or to `-> target` for a link. */
type Tree = Readonly<Record<string, string>>;

const HOST: Tree = {
  'proc/self': '-> 7',
  'proc/net': '-> self/net',
  'proc/version': 'Linux version 6.1.0 (x)\n',
  'proc/sys/kernel/hostname': 'web1\n',
  'proc/sys/kernel/core_pattern': 'not asked for\n',
  'proc/7/net/tcp': 'tcp of 7\n',
  'proc/7/stat': '7 (sshd) S\n',
  'proc/7/comm': 'sshd\n',
  'proc/7/smaps': 'not asked for\n',
  'proc/7/exe': '-> /usr/sbin/sshd',
  'proc/7/ns/net': '-> net:[111]',
  'proc/7/ns/mnt': '-> mnt:[500]',
  'proc/7/mountinfo': 'mounts of 7\n',
  'proc/7/fd/0': '-> /dev/null',
  'proc/7/fd/10': '-> socket:[99]',
  'proc/7/fd/9': '-> /tmp/a b (deleted)',
  'proc/7/fdinfo/0': 'pos:\t0\n',
  'proc/7/fdinfo/10': 'pos:\t0\n',
  'proc/7/task/7/stat': '7 (sshd) S\n',
  'proc/7/task/8/stat': '8 (worker) S\n',
  'proc/7/task/8/fd/0': '-> /dev/null',
  'proc/7/task/8/fd/10': '-> socket:[99]',
  'proc/7/task/8/fd/9': '-> /tmp/a b (deleted)',
  'proc/7/task/9/fd/3': '-> pipe:[1]',
  'proc/70/stat': '70 (nginx) S\n',
  'proc/70/ns/net': '-> net:[222]',
  'proc/70/ns/mnt': '-> mnt:[500]',
  'proc/70/mountinfo': 'mounts of 7\n',
  'proc/70/net/tcp': 'tcp of 70\n',
  'proc/71/ns/net': '-> net:[222]',
  'proc/71/net/tcp': 'tcp of 70 again\n',
  'etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
  'etc/shadow': 'not asked for\n',
};

function plant(tree: Tree, below = ''): string {
  for (const [path, body] of Object.entries(tree)) {
    const at = join(dir, 't', below, path);
    mkdirSync(dirname(at), { recursive: true });
    if (body.startsWith('-> ')) symlinkSync(body.slice(3), at);
    else writeFileSync(at, body);
  }
  return join(dir, 't');
}

/** What every form of the same tree must become. */
function checkHost({ bodies, items, codes, summary }: Drained): void {
  const text = (name: string): string | undefined => bodies.get(name)?.toString('latin1');
  expect([...bodies.keys()].toSorted()).toEqual([
    'etc/passwd',
    'proc/7/comm',
    'proc/7/fd.list',
    'proc/7/fdinfo.pack',
    'proc/7/links.list',
    'proc/7/mountinfo',
    'proc/7/stat',
    'proc/7/task.pack',
    'proc/7/task/9/fd.list',
    'proc/70/links.list',
    'proc/70/net/tcp',
    'proc/70/stat',
    'proc/71/links.list',
    'proc/net/tcp',
    'proc/sys.pack',
    'proc/version',
  ]);
  expect(codes).toEqual([]);
  expect(text('proc/net/tcp')).toBe('tcp of 7\n');
  expect(text('proc/70/net/tcp')).toBe('tcp of 70\n');
  expect(text('proc/7/fd.list')).toBe('0\t-\t-\t>/dev/null\n9\t-\t-\t>/tmp/a b (deleted)\n10\t-\t-\t>socket:[99]\n');
  expect(text('proc/7/links.list')).toBe('exe\t-\t-\t>/usr/sbin/sshd\nns/mnt\t-\t-\t>mnt:[500]\nns/net\t-\t-\t>net:[111]\n');
  expect(text('proc/7/fdinfo.pack')).toBe('== 0 7\npos:\t0\n\n== 10 7\npos:\t0\n\n');
  const frames = parsePack(bodies.get('proc/7/task.pack') ?? Buffer.alloc(0)).frames.map((f) => f.frame.name);
  expect(frames).toEqual(['8/fd', '8/stat']);
  expect(text('proc/sys.pack')).toBe('== kernel/hostname 5\nweb1\n\n');
  const netns = items.flatMap((i) => (i.type === 'entry' && i.entry.netns !== undefined ? [[i.entry.name, i.entry.netns]] : []));
  expect(netns.toSorted()).toEqual([
    ['proc/70/net/tcp', '222'],
    ['proc/net/tcp', '111'],
  ]);
  expect(items.filter((i) => i.type === 'record' && i.record.netns !== undefined)).toHaveLength(2);
  expect(items.some((i) => i.type === 'header')).toBe(false);
  expect(summary).toMatchObject({ state: 'foreign', altered: false });
}

const open = async (path: string): Promise<Drained> => drain(await openEvidence(path));

describe('a directory', () => {
  it.each(['', 'host-2026', 'fs/$rootfs$', '[root]'])('that mirrors /, below %j', async (below) => {
    const snapshot = await openEvidence(plant(HOST, below));
    expect(snapshot.kind).toBe('directory');
    checkHost(await drain(snapshot));
    expect(snapshot.digest()).toBeNull();
  });

  it('that is a /proc itself', async () => {
    const { bodies } = await open(`${plant(HOST)}/proc`);
    expect(bodies.has('proc/7/fd.list')).toBe(true);
    expect(bodies.has('etc/passwd')).toBe(false);
  });

  it('of this machine: its own process is in it', async () => {
    const { bodies, summary } = await open('/proc');
    const { lines } = parseList(bodies.get(`proc/${process.pid}/links.list`) ?? Buffer.alloc(0));
    expect(lines.find((l) => l.name === 'exe')?.target).toBe(readlinkSync('/proc/self/exe', 'latin1'));
    expect(bodies.get('proc/net/tcp')?.toString('latin1')).toMatch(/^ {2}sl {2}local_address/);
    expect(summary.state).toBe('foreign');
  });

  it('follows no link and opens no fifo', { timeout: 10_000 }, async () => {
    writeFileSync(join(dir, 'secret'), 'SECRET');
    const tree = plant({
      'proc/7/stat': `-> ${join(dir, 'secret')}`,
      'proc/7/status': '-> status',
      'proc/8/stat': '8 (x) S\n',
      'proc/net': `-> ${dir}`,
      'proc/9': '-> .',
      'etc/passwd': `-> ${join(dir, 'secret')}`,
      'proc/8/fd/3': 'a plain file',
    });
    execFileSync('mkfifo', [join(tree, 'proc/8/cmdline')]);
    const { bodies, items } = await open(tree);
    expect([...bodies.keys()]).toEqual(['proc/8/stat']);
    const notes = items.flatMap((i) => (i.type === 'record' ? [`${i.record.path} ${i.record.note}`] : []));
    expect(notes.toSorted()).toEqual([
      'etc/passwd not-a-file',
      'proc/7/stat not-a-file',
      'proc/7/status not-a-file',
      'proc/8/cmdline not-a-file',
      'proc/8/fd/3 not-a-link',
      'proc/net/tcp not-a-file',
    ]);
  });

  it('keeps any bytes of a link and of a name', async () => {
    const tree = plant({ 'proc/7/stat': '7 (x) S\n', 'proc/7/fd/3': '-> a\nb\x1b' });
    symlinkSync(Buffer.from('\xff\xfe', 'latin1'), Buffer.from(`${tree}/proc/7/fd/4\n\xff`, 'latin1'));
    const { bodies } = await open(tree);
    const { lines, errors } = parseList(bodies.get('proc/7/fd.list') ?? Buffer.alloc(0));
    expect(errors).toEqual([]);
    expect(lines.map((l) => [l.name, l.target])).toEqual([
      ['3', 'a\nb\x1b'],
      ['4\n\xff', '\xff\xfe'],
    ]);
  });

  it('stops at the limit of files, and cuts what is too long', async () => {
    const tree = plant({ 'proc/7/stat': 'x'.repeat(100), 'proc/8/stat': 'x', 'proc/9/stat': 'x' });
    const cut = await drain(await openEvidence(tree, { entryBytes: 50 }));
    expect(cut.bodies.get('proc/7/stat')).toHaveLength(50);
    expect(cut.items).toContainEqual({
      type: 'record',
      record: expect.objectContaining({ path: 'proc/7/stat', truncated: true, limit: 'bytes' }),
    });
    const some = await drain(await openEvidence(tree, { entries: 60 }));
    expect(some.codes).toEqual(['archive-limit']);
    expect(some.bodies.has('proc/9/stat')).toBe(false);
  });

  it('with several copies of /proc must be told which; with none it is no evidence', async () => {
    plant({ 'proc/7/stat': 'x' }, 'a');
    await expect(openEvidence(join(dir, 't', 'a'))).resolves.toHaveProperty('kind', 'directory');
    await expect(openEvidence(plant({ 'proc/7/stat': 'x' }, 'b'))).rejects.toThrow('2 copies of /proc');
    mkdirSync(join(dir, 'empty'));
    await expect(openEvidence(join(dir, 'empty'))).rejects.toThrow('no copy of /proc');
  });
});

describe('a foreign tar', () => {
  const forms: [string, string[]][] = [
    ['GNU', ['-cf']],
    ['pax, gzip', ['--format=pax', '-czf']],
    ['ustar', ['--format=ustar', '-cf']],
    ['pax, zstd', ['--format=pax', '--zstd', '-cf']],
  ];
  it.each(forms)('%s', async (_, options) => {
    for (const below of ['', 'host-2026', 'fs/$rootfs$', '[root]']) {
      plant(HOST, below);
      execFileSync('tar', ['--sort=name', ...options, join(dir, 'a'), '-C', join(dir, 't'), '.']);
      const snapshot = await openEvidence(join(dir, 'a'));
      expect(snapshot.kind).toBe('tar');
      checkHost(await drain(snapshot));
      expect(snapshot.digest()?.sha256).toMatch(/^[0-9a-f]{64}$/);
      rmSync(join(dir, 't'), { recursive: true });
    }
  });

  it('made within /proc', async () => {
    execFileSync('tar', ['-cf', join(dir, 'a'), '-C', `${plant(HOST)}/proc`, '.']);
    const { bodies } = await open(join(dir, 'a'));
    expect(bodies.get('proc/version')?.toString()).toContain('Linux');
    expect(bodies.has('proc/7/fd.list')).toBe(true);
  });

  it('long names and links by GNU and pax headers, base-256 sizes', async () => {
    const target = `/${'deep/'.repeat(60)}file`;
    const pax = (text: string): string => {
      let n = text.length + 3;
      while (`${n} ${text}\n`.length !== n) n++;
      return `${n} ${text}\n`;
    };
    const base256 = Buffer.alloc(12);
    base256[0] = 0x80;
    base256.writeUInt32BE(4, 8);
    const tar = Buffer.concat([
      tarEntry('././@LongLink', `${target}\0`, { type: 'K' }),
      tarBlock('proc/7/fd/3', 0, { type: '2', link: target.slice(0, 100), mode: 0o500 }),
      tarEntry('pax', pax('path=proc/7/fd/4') + pax(`linkpath=${target}`), { type: 'x' }),
      tarBlock('short', 0, { type: '2', link: 'short', mode: 0o777 }),
      tarEntry('g', pax('path=everything/is/renamed'), { type: 'g' }),
      tarBlock('proc/7/comm', 0, { sizeField: base256 }),
      Buffer.from('abc\n'),
      Buffer.alloc(508),
      tarEntry('proc/../../etc/passwd', 'x'),
      tarBlock('proc/7/cmdline', 0, { type: '3' }),
      tarBlock('proc/7/fd/', 0, { type: '5' }),
      END,
    ]);
    const { bodies, items, codes } = await drain(await openEvidence(inPieces(zstdCompressSync(tar), 100)));
    expect(codes).toEqual([]);
    expect(bodies.get('proc/7/fd.list')?.toString()).toBe(`3\t500\t-\t>${target}\n4\t-\t-\t>${target}\n`);
    expect(bodies.get('proc/7/comm')?.toString()).toBe('abc\n');
    expect([...bodies.keys()].toSorted()).toEqual(['proc/7/comm', 'proc/7/fd.list']);
    expect(items.filter((i) => i.type === 'record').map((i) => i.record)).toMatchObject([{ path: 'proc/7/cmdline', note: 'not-a-file' }]);
  });

  const first = tarEntry('proc/7/stat', '7 (x) S\n');
  const hostile: [string, Buffer, string][] = [
    ['cut off', first, 'archive-incomplete'],
    ['wrong checksum', Buffer.concat([first, tarBlock('x', 0, { badChecksum: true })]), 'archive-damaged'],
    ['negative size', Buffer.concat([first, tarBlock('x', 0, { sizeField: Buffer.alloc(12, 0xff) })]), 'archive-damaged'],
    ['long name of 1 GiB', Buffer.concat([first, tarBlock('x', 2 ** 30, { type: 'L' })]), 'archive-damaged'],
    [
      'a thousand pax headers',
      Buffer.concat([first, ...Array.from({ length: 1000 }, () => tarEntry('p', '6 a=b\n', { type: 'x' })), END]),
      'archive-damaged',
    ],
    ['the same path twice', Buffer.concat([first, first, END]), 'entry-duplicate'],
    ['an entry of 1 GiB', Buffer.concat([first, tarBlock('proc/7/maps', 2 ** 30), Buffer.alloc(512)]), 'entry-limit'],
  ];
  it.each(hostile)('%s: a problem, and what came before is there', async (_, tar, code) => {
    const { bodies, codes } = await drain(await openEvidence(inPieces(tar, 4096)));
    expect(codes).toContain(code);
    expect(bodies.get('proc/7/stat')?.toString()).toBe('7 (x) S\n');
  });

  it('without anything of /proc is no evidence', async () => {
    await expect(openEvidence(inPieces(Buffer.concat([tarEntry('home/me/notes', 'x'), END]), 512))).rejects.toThrow('nothing of /proc');
  });
});

it('an archive of coldstat', async () => {
  const path = join(dir, 'a');
  writeFileSync(path, await makeArchive({ files: { 'proc/net/tcp': 'x' } }));
  expect((await openEvidence(path)).kind).toBe('coldstat');
});

it('anything else is a mistake of the operator, in one line', async () => {
  writeFileSync(join(dir, 'a'), 'hello');
  for (const name of ['a', 'missing']) await expect(openEvidence(join(dir, name))).rejects.toThrow(/^(cannot read )?"[^\n]*$/);
});
