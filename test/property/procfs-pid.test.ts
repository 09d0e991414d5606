import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFdinfo } from '../../packages/analyze/src/procfs/fdinfo.ts';
import { collect, type Parser, type Placed } from '../../packages/analyze/src/procfs/lines.ts';
import { parseMountinfo } from '../../packages/analyze/src/procfs/mountinfo.ts';
import { parsePidCgroup } from '../../packages/analyze/src/procfs/pid-cgroup.ts';
import { parsePidLimits } from '../../packages/analyze/src/procfs/pid-limits.ts';
import { parsePidMaps } from '../../packages/analyze/src/procfs/pid-maps.ts';
import { parsePidStat } from '../../packages/analyze/src/procfs/pid-stat.ts';
import { parsePidStatus } from '../../packages/analyze/src/procfs/pid-status.ts';
import { parseNulPieces, parseWhole, parseWholeNumber } from '../../packages/analyze/src/procfs/whole.ts';

interface Case {
  readonly name: string;
  readonly parser: Parser<Placed>;
  /** Pieces of real lines, so that arbitrary bodies come near what the kernel gives. */
  readonly near: readonly string[];
}

const CASES: readonly Case[] = [
  { name: 'stat', parser: parsePidStat, near: ['1 (', ') S ', ') R 0 0', '0 '.repeat(50), '4194560 ', '-1 '] },
  { name: 'status', parser: parsePidStatus, near: ['Name:\t', 'Uid:\t0\t0\t0\t0', '\\n', ':', '\t'] },
  { name: 'cgroup', parser: parsePidCgroup, near: ['0::/', '4:cpu:', '/docker/', 'a'.repeat(64), ':'] },
  {
    name: 'limits',
    parser: parsePidLimits,
    near: ['Limit ', 'Max open files            ', '1024                 ', 'unlimited            ', 'files     '],
  },
  { name: 'maps', parser: parsePidMaps, near: ['08048000-08056000 ', 'r-xp ', '00000000 ', '03:0c ', '64593 ', '     /x', ' (deleted)'] },
  { name: 'mountinfo', parser: parseMountinfo, near: ['36 35 98:0 ', '/ ', 'rw ', '- ', 'ext3 ', '\\040', '\\'] },
  { name: 'fdinfo', parser: parseFdinfo, near: ['pos:\t0', 'flags:\t02', 'lock:\t', ':'] },
  { name: 'whole', parser: parseWhole, near: ['\0'] },
  { name: 'number', parser: parseWholeNumber, near: ['4294967295', '1'] },
  { name: 'pieces', parser: parseNulPieces, near: ['\0', 'a=b'] },
];

function body(near: readonly string[]): fc.Arbitrary<Buffer> {
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...near, '\n', ' ').map((s) => Buffer.from(s, 'latin1')) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 12 }).map((b) => Buffer.from(b)) },
  );
  return fc.array(piece, { maxLength: 40 }).map((pieces) => Buffer.concat(pieces));
}

/** Independent of the parsers' own count. */
function linesOf(bytes: Buffer): number {
  const newlines = bytes.reduce((n, b) => n + Number(b === 10), 0);
  return bytes.length > 0 && bytes.at(-1) !== 10 ? newlines + 1 : newlines;
}

describe.each(CASES)('conservation of $name', ({ parser, near }) => {
  it('header, records and problems are the lines of the body, whatever its bytes', () => {
    fc.assert(
      fc.property(body(near), (bytes) => {
        const { lines, header, records, problems } = collect(parser, bytes);
        expect(lines).toBe(linesOf(bytes));
        const kept = records.reduce((n, r) => n + (r.lines ?? 1), 0);
        const lost = problems.reduce((n, p) => n + p.lines, 0);
        expect(header + kept + lost).toBe(lines);
        for (const { line } of [...records, ...problems]) expect(line).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });
});

describe('round trips', () => {
  it('any name without NUL comes back from stat', () => {
    const name = fc.uint8Array({ maxLength: 15 }).map((b) => Buffer.from(b.filter((c) => c !== 0)));
    fc.assert(
      fc.property(name, (comm) => {
        const bytes = Buffer.concat([Buffer.from('7 ('), comm, Buffer.from(`) S ${'1 '.repeat(48)}0\n`)]);
        expect(collect(parsePidStat, bytes).records.map((r) => r.comm)).toEqual([comm]);
      }),
    );
  });

  it('any arguments without NUL come back from cmdline', () => {
    const arg = fc.uint8Array({ maxLength: 20 }).map((b) => Buffer.from(b.filter((c) => c !== 0)));
    fc.assert(
      fc.property(fc.array(arg, { maxLength: 10 }), (args) => {
        const bytes = Buffer.concat(args.flatMap((a) => [a, Buffer.alloc(1)]));
        expect(collect(parseNulPieces, bytes).records.flatMap((r) => r.pieces)).toEqual(args);
      }),
    );
  });
});
