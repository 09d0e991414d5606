import { formatFrame, type PackFrame, parsePack } from '@coldstat/capture/archive';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const name = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((b) => Buffer.from(b).toString('latin1'));
const frame: fc.Arbitrary<PackFrame> = fc.oneof(
  fc.record({ name, body: fc.uint8Array({ maxLength: 300 }).map((b) => Buffer.from(b)), truncated: fc.boolean() }),
  fc.record({ name, errno: fc.constantFrom('ENOENT', 'EACCES', '523') }),
);

describe('packs', () => {
  it('write, then read: identical frames, and each where it says it is', () => {
    const property = fc.property(fc.array(frame, { maxLength: 20 }), (frames) => {
      const pack = Buffer.concat(frames.map(formatFrame));
      const { frames: read, error } = parsePack(pack);
      expect(error).toBeNull();
      expect(read.map((f) => f.frame)).toEqual(frames);
      for (const { frame: f, offset, line } of read) {
        if ('body' in f) expect(pack.subarray(offset, offset + f.body.length).equals(f.body)).toBe(true);
        expect(pack.subarray(0, offset).filter((b) => b === 10).length).toBe(line);
      }
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('cut or spoilt: the frames before it stay, the rest is one error', () => {
    const property = fc.property(fc.array(frame, { minLength: 1, maxLength: 8 }), fc.nat(), (frames, at) => {
      const pack = Buffer.concat(frames.map(formatFrame));
      const { frames: read, error } = parsePack(pack.subarray(0, at % pack.length));
      expect(read.map((f) => f.frame)).toEqual(frames.slice(0, read.length));
      const end = frames.slice(0, read.length).reduce((n, f) => n + formatFrame(f).length, 0);
      expect(error?.offset ?? at % pack.length).toBe(end);
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it('any bytes: never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (b) => void parsePack(Buffer.from(b))),
      { numRuns: 1000 },
    );
  });
});
