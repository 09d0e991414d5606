import { formatListLine, type ListLine, parseListLine } from '@coldstat/capture/archive';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { descriptorLink, usualLink } from './descriptor-link.ts';

const wide = fc.oneof({ weight: 9, arbitrary: fc.nat().map(BigInt) }, { weight: 1, arbitrary: fc.bigInt(0n, 2n ** 64n - 1n) });
const device = fc.oneof(fc.tuple(fc.nat(500), fc.nat(300)), fc.tuple(fc.nat(2 ** 31), fc.nat(2 ** 31)));
const stat = fc.record({
  mode: fc.nat(0o177777),
  nlink: wide,
  uid: fc.nat(),
  gid: fc.nat(),
  dev: device,
  ino: wide,
  rdev: device,
  size: wide,
});
const errno = fc.constantFrom({ errno: 'EACCES' }, null);
const link: fc.Arbitrary<ListLine> = fc.record({
  name: fc.oneof(
    fc.nat().map(String),
    fc.string({ maxLength: 4 }).filter((s) => s !== ''),
  ),
  lmode: fc.oneof(fc.nat(0o7777), errno),
  lmodeDerived: fc.boolean(),
  stat: fc.oneof(stat, errno),
  statByName: fc.boolean(),
  target: fc.oneof(
    fc.constantFrom('socket:[1]', '/tmp/a b (deleted)', ''),
    fc.string({ unit: 'grapheme-ascii' }),
    fc.string({ unit: fc.nat(255).map((n) => String.fromCharCode(n)) }),
    errno,
  ),
});

/** As the feed would read the line in full; null when its name is no number. */
function inFull(text: string): unknown {
  const parsed = parseListLine(text);
  if (typeof parsed === 'string' || !/^\d{1,10}$/.test(parsed.name)) return null;
  return { fd: Number(parsed.name), link: descriptorLink(parsed, 7) };
}

describe('usualLink', () => {
  it('reads lines to the same as the reader of any form, or leaves them to it', () => {
    const broken = fc.option(fc.record({ at: fc.nat(), byte: fc.nat(255).filter((b) => b !== 10) }), { nil: null });
    let read = 0;
    fc.assert(
      fc.property(link, broken, (line, damage) => {
        const body = Buffer.from(formatListLine(line), 'latin1');
        if (damage !== null) body[damage.at % (body.length - 1)] = damage.byte;
        const found = usualLink(body, 0, body.length - 1, 7);
        if (found === null) return;
        read++;
        expect(found).toEqual(inFull(body.toString('latin1', 0, body.length - 1)));
      }),
      { numRuns: 5000 },
    );
    expect(read).toBeGreaterThan(50);
  });

  it.each(['0\t~700\t140777,1,0,0,0:9,24948748,0:0,0\t>socket:[24948748]', '2\t300\t-\t>/a b', '11\t700\t=100644,1,0,0,254:0,2,0:0,0\t>'])(
    'reads %j by itself',
    (text) => {
      const body = Buffer.from(`${text}\n`);
      expect(usualLink(body, 0, body.length - 1, 7)).toEqual(inFull(text));
    },
  );
});
