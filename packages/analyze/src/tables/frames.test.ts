import { formatFrame, type PackFrame, parsePack } from '@coldstat/capture/archive';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { framesOf } from './frames.ts';

const frame: fc.Arbitrary<PackFrame> = fc.oneof(
  fc.record({
    name: fc.oneof(fc.nat().map(String), fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 80 })),
    body: fc.oneof(
      fc.constant(Buffer.from('pos:\t0\nflags:\t02\n')),
      fc.uint8Array({ maxLength: 20 }).map((b) => Buffer.from(b)),
    ),
    truncated: fc.boolean(),
  }),
  fc.record({ name: fc.nat().map(String), errno: fc.constant('ESRCH') }),
);

describe('framesOf', () => {
  it('gives what parsePack gives, of whole packs and of broken ones', () => {
    const broken = fc.option(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { nil: null });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 6 }), broken, fc.nat(3), (frames, damage, cut) => {
        const whole = Buffer.concat(frames.map(formatFrame));
        const body = whole.subarray(0, damage === null ? whole.length : Math.max(0, whole.length - cut));
        if (damage !== null && body.length > 0) body[damage.at % body.length] = damage.byte;
        expect(framesOf(body)).toEqual(parsePack(body));
      }),
      { numRuns: 2000 },
    );
  });
});
