import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NameSet } from '@coldstat/capture/archive';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEvidence } from '../../packages/analyze/src/open/evidence.ts';
import { type Drained, drain, inPieces } from '../support/drain.ts';
import { coldstat } from '../support/run.ts';
import { END, tarBlock, tarEntry } from '../support/tar-block.ts';

/** Tars and trees that other programs made, or that somebody made to look so. */

const FIRST = tarEntry('proc/7/comm', 'first\n');
const LAST = tarEntry('proc/8/comm', 'last\n');

async function tar(...parts: readonly Buffer[]): Promise<Drained> {
  return drain(await openEvidence(inPieces(Buffer.concat([FIRST, ...parts, LAST, END]), 4096)));
}

/** A pax record with its own length in front. */
function pax(text: string): string {
  let n = text.length + 3;
  while (`${n} ${text}\n`.length !== n) n++;
  return `${n} ${text}\n`;
}

function sparse(extended: readonly number[]): Buffer {
  const header = tarBlock('proc/9/maps', 512, { type: 'S', magic: 'ustar  \0' });
  header[482] = extended.length > 0 ? 1 : 0;
  header.write('        ', 148);
  header.write(
    `${header
      .reduce((a, b) => a + b, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
    'latin1',
  );
  const maps = extended.map((more) => {
    const block = Buffer.alloc(512, '0');
    block[504] = more;
    return block;
  });
  return Buffer.concat([header, ...maps, Buffer.alloc(512, 'x')]);
}

describe('a tar', () => {
  const kept: [string, Buffer[]][] = [
    ['old GNU sparse file', [sparse([])]],
    ['old GNU sparse file whose map goes on in blocks of its own', [sparse([1, 1, 0])]],
    [
      'pax sparse file',
      [tarEntry('pax', pax('GNU.sparse.major=1') + pax('GNU.sparse.minor=0'), { type: 'x' }), tarEntry('proc/9/maps', 'x')],
    ],
    ['a global pax header that renames everything', [tarEntry('pax', pax('path=proc/9/comm'), { type: 'g' })]],
    ['a pax length that lies', [tarEntry('pax', '999 path=proc/9/comm\n', { type: 'x' }), tarEntry('other', 'x')]],
    ['a pax length beyond all numbers', [tarEntry('pax', '99999999999999999999 path=x\n', { type: 'x' }), tarEntry('other', 'x')]],
    ['a pax path that climbs', [tarEntry('pax', pax('path=../../proc/9/comm'), { type: 'x' }), tarEntry('other', 'x')]],
    ['a NUL in a pax path', [tarEntry('pax', pax('path=proc/9/comm\0.txt'), { type: 'x' }), tarEntry('other', 'x')]],
    ['an absolute name of another place', [tarEntry('/etc/../proc/9/comm', 'x')]],
    ['a hard link', [tarBlock('proc/9/comm', 0, { type: '1', link: '/etc/shadow' })]],
    ['a link with a size', [tarBlock('proc/9/exe', 5000, { type: '2', link: '/bin/x' })]],
    ['a directory with a size', [tarBlock('proc/9/fd/', 1024, { type: '5' })]],
    ['a device', [tarBlock('proc/9/comm', 0, { type: '3' })]],
    ['a depth of 30,000 directories', [tarEntry('././@LongLink', `${'d/'.repeat(30_000)}x\0`, { type: 'L' }), tarEntry('short', 'x')]],
    ['a name of a process with leading zeros', [tarEntry('proc/0009/comm', 'x')]],
    [
      'two long names, one after the other',
      [tarEntry('././@LongLink', 'a/b\0', { type: 'L' }), tarEntry('././@LongLink', 'c/d\0', { type: 'L' }), tarEntry('short', 'x')],
    ],
    ['a type nobody knows', [tarEntry('proc/9/comm', 'x', { type: 'V' })]],
  ];
  it.each(kept)('%s is not taken for what it is not, and what follows is there', async (_, parts) => {
    const { bodies, codes } = await tar(...parts);
    expect(bodies.get('proc/7/comm')?.toString()).toBe('first\n');
    expect(bodies.get('proc/8/comm')?.toString()).toBe('last\n');
    expect([...bodies.keys()].filter((name) => name.startsWith('proc/9/') && !/\.(list|pack)$/.test(name))).toEqual([]);
    expect(codes).toEqual([]);
  });

  it('a base-256 size of 10 GiB that is not there costs nothing', async () => {
    const sizeField = Buffer.alloc(12);
    sizeField[0] = 0x80;
    sizeField.writeBigUInt64BE(10n << 30n, 4);
    const before = process.memoryUsage().arrayBuffers;
    const { codes, bodies } = await tar(tarBlock('proc/9/maps', 0, { sizeField }));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
    expect(codes).toContain('entry-limit');
    expect(bodies.has('proc/7/comm')).toBe(true);
  });

  it('cut at every block: what was whole before is there', async () => {
    const whole = Buffer.concat([
      FIRST,
      sparse([1, 0]),
      tarEntry('pax', pax('path=proc/7/cmdline'), { type: 'x' }),
      tarEntry('s', 'x'),
      LAST,
      END,
    ]);
    for (let length = 1024; length < whole.length - 1024; length += 512) {
      const { bodies, codes } = await drain(await openEvidence(inPieces(whole.subarray(0, length), 700)));
      expect(bodies.get('proc/7/comm')?.toString()).toBe('first\n');
      expect(codes, `cut at ${length}`).toEqual(['archive-incomplete']);
    }
  });
});

describe('a tree', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'coldstat-tree-'));
    mkdirSync(join(dir, 'tree/proc/7'), { recursive: true });
    writeFileSync(join(dir, 'tree/proc/7/comm'), 'seven\n');
    mkdirSync(join(dir, 'outside/kernel'), { recursive: true });
    for (const name of ['passwd', 'current', 'tcp', 'comm', 'kernel/hostname', '3', 'hosts'])
      writeFileSync(join(dir, 'outside', name), 'of the workstation\n');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const links: [string, string][] = [
    ['etc', 'etc'],
    ['proc/sys', 'proc/sys'],
    ['proc/net', 'proc/net'],
    ['proc/7/attr', 'proc/7/attr'],
    ['proc/7/net', 'proc/7/net'],
    ['proc/7/fd', 'proc/7/fd'],
    ['proc/7/fdinfo', 'proc/7/fdinfo'],
    ['proc/7/task', 'proc/7/task'],
    ['proc/9', 'proc/9'],
    ['sys/class', 'sys/class'],
  ];
  it.each(links)('whose %s is a link to another place: nothing of that place is taken', async (_, at) => {
    mkdirSync(join(dir, 'tree', at, '..'), { recursive: true });
    symlinkSync(join(dir, 'outside'), join(dir, 'tree', at));
    const { bodies } = await drain(await openEvidence(join(dir, 'tree')));
    expect(bodies.get('proc/7/comm')?.toString()).toBe('seven\n');
    expect([...bodies.values()].filter((body) => body.includes('workstation'))).toEqual([]);
  });

  it('with pipes, devices, sockets and a depth where files belong ends, and keeps the rest', { timeout: 30_000 }, async () => {
    const at = join(dir, 'tree/proc/7');
    execFileSync('mkfifo', [join(at, 'cmdline')]);
    execFileSync('mknod', [join(at, 'status'), 'c', '1', '5']);
    execFileSync('mknod', [join(at, 'maps'), 'b', '7', '0']);
    mkdirSync(join(at, 'stat'));
    mkdirSync(join(at, ...new Array<string>(800).fill('d')), { recursive: true });
    const { bodies, items } = await drain(await openEvidence(join(dir, 'tree')));
    expect(bodies.get('proc/7/comm')?.toString()).toBe('seven\n');
    const notes = items.flatMap((i) => (i.type === 'record' ? [`${i.record.path} ${i.record.note ?? i.record.errno}`] : []));
    expect(notes).toEqual(expect.arrayContaining(['proc/7/cmdline not-a-file', 'proc/7/status not-a-file', 'proc/7/maps not-a-file']));
  });
});

describe('JSON of the archive itself', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'coldstat-json-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it.each([
    ['arrays', '['.repeat(60_000) + ']'.repeat(60_000)],
    ['objects', `${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}`],
  ])('%s nested beyond all measure in header and manifest: loaded, or refused in one line', { timeout: 60_000 }, (_, deep) => {
    const own = `{"format":"coldstat-archive","version":1,"self":{"x":${deep}},"options":${deep.startsWith('{') ? deep : '{}'}}`;
    const manifest = `{"format":"coldstat-archive","version":1,"capture_id":"","header_sha256":"","segments":[],"entries":2,"bytes":1,"exit":"complete","self":{"x":${deep}}}`;
    writeFileSync(
      join(dir, 'a'),
      Buffer.concat([tarEntry('header.json', own), tarEntry('proc/7/comm', 'seven\n'), tarEntry('manifest.json', manifest), END]),
    );
    for (const args of [
      ['load', 'a', '-d', 'c.db'],
      ['verify', 'a'],
      ['captures', '-d', 'c.db'],
      ['extract', 'a', '-C', 'out'],
      ['redact', 'a', '-o', 'r'],
    ]) {
      const { code, err } = coldstat(args, { cwd: dir });
      expect(err).not.toMatch(/this is a bug|RangeError/);
      expect([0, 1, 2, 3]).toContain(code);
    }
  });
});

it('names in little room: a set of them answers as a set does', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 6 }), { maxLength: 3000, size: 'max' }), (names) => {
      const own = new NameSet();
      const real = new Set<string>();
      for (const name of names) {
        const latin1 = Buffer.from(name).toString('latin1');
        expect(own.add(latin1)).toBe(!real.has(latin1));
        real.add(latin1);
      }
      expect(own.size).toBe(real.size);
    }),
    { numRuns: 30 },
  );
});
