import { escapeBytes, isEntryName, unescapeBytes } from '@coldstat/capture/archive';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_HEADER, makeArchive } from '../support/archive.ts';
import { readBytes, readGood } from '../support/drain.ts';

const segment = fc
  .array(fc.constantFrom(...'abcXYZ019._-'), { minLength: 1, maxLength: 12 })
  .map((c) => c.join(''))
  .filter((s) => s !== '.' && s !== '..');
const name = fc
  .array(segment, { minLength: 1, maxLength: 6 })
  .map((s) => `proc/${s.join('/')}`)
  .filter(isEntryName);
const body = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }).map((b) => Buffer.from(b)),
  fc.nat(60_000).map((n) => Buffer.alloc(n, n % 251)),
);

describe('archives', () => {
  it('write, then read: identical bodies in the same order, no problem', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.tuple(name, body), { maxLength: 8 }),
      fc.constantFrom('zstd', 'gzip', 'none'),
      fc.integer({ min: 1, max: 5000 }),
      async (files, compress, piece) => {
        const given = Object.fromEntries(files);
        const result = await readBytes(await makeArchive({ files: given, compress }), {}, piece);
        if ('none' in result) throw new Error(result.none);
        expect(result.problems).toEqual([]);
        expect([...result.bodies.keys()]).toEqual(Object.keys(given));
        for (const [n, b] of result.bodies) expect(b.equals(given[n] as Buffer)).toBe(true);
      },
    );
    await fc.assert(property, { numRuns: 100, interruptAfterTimeLimit: 5_000 });
  });

  it('any bytes at all: ends, and never throws', async () => {
    const start = fc.constantFrom('', 'header.json\0', '\x1f\x8b\x08\x00', '\x28\xb5\x2f\xfd');
    const property = fc.asyncProperty(start, fc.uint8Array({ maxLength: 4096 }), async (magic, rest) => {
      await readBytes(Buffer.concat([Buffer.from(magic, 'latin1'), rest]));
    });
    await fc.assert(property, { numRuns: 500, interruptAfterTimeLimit: 10_000 });
  });

  it('any header members: read without an error, absent and wrong ones as null', async () => {
    const property = fc.asyncProperty(
      fc.dictionary(fc.constantFrom('host', 'kernel', 'clock', 'self', 'tool', 'case'), fc.jsonValue()),
      async (over) => {
        const { items } = await readGood(
          await makeArchive({ files: {}, header: over as object, manifest: { clock: DEFAULT_HEADER.clock } }),
        );
        const header = items.find((i) => i.type === 'header');
        if (header?.type !== 'header') throw new Error('no header');
        const { page_size, byte_order } = header.header.kernel;
        expect(page_size === null || Number.isSafeInteger(page_size)).toBe(true);
        expect([null, 'little', 'big']).toContain(byte_order);
      },
    );
    await fc.assert(property, { numRuns: 200, interruptAfterTimeLimit: 10_000 });
  });
});

it('escaped bytes come back the same, and are printable', () => {
  const property = fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, blank) => {
    const latin1 = Buffer.from(bytes).toString('latin1');
    const text = escapeBytes(latin1, blank);
    expect(text).toMatch(blank ? /^[ -~]*$/ : /^[!-~]*$/);
    expect(unescapeBytes(text)).toBe(latin1);
  });
  fc.assert(property, { numRuns: 2000 });
});
