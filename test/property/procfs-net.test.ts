import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect, type Env, LINE_PROBLEMS, type LineProblem, type Parser, type Placed } from '../../packages/analyze/src/procfs/lines.ts';
import { SAMPLES } from './net-tables.ts';

const LITTLE: Env = { byteOrder: 'little' };

/** Lines of a body: what ends with a newline, and what is left after the last one. */
function linesOf(body: Buffer): number {
  let n = body.length > 0 && body[body.length - 1] !== 10 ? 1 : 0;
  for (const byte of body) if (byte === 10) n++;
  return n;
}

/** The law of conservation, literally; and that problems are from the closed list and stand on lines that exist. */
function holds(parse: Parser<Placed>, body: Buffer, env: Env): void {
  const { lines, header, records, problems } = collect(parse, body, env);
  const kept = records.reduce((n, r) => n + (r.lines ?? 1), 0);
  const lost = problems.reduce((n, p) => n + p.lines, 0);
  expect(lines).toBe(linesOf(body));
  expect(header + kept + lost).toBe(lines);
  for (const p of problems) {
    expect(Object.keys(LINE_PROBLEMS)).toContain(p.code);
    expect(p.line >= 1 && p.line + Math.max(p.lines, 1) - 1 <= lines).toBe(true);
  }
  for (const r of records) expect(r.line >= 1 && r.line <= lines).toBe(true);
}

/** Bytes that parsers trip over: newlines, blanks, digits, signs of the tables, and any other. */
const hostile: fc.Arbitrary<Buffer> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...Buffer.from('\n\n  \t:->0179aFf=[]#/.*"\r\0')) },
      { weight: 1, arbitrary: fc.nat(255) },
    ),
    {
      maxLength: 400,
    },
  )
  .map((bytes) => Buffer.from(bytes));

/** A table with pieces cut out, repeated, put in or replaced. */
function mutated(text: string): fc.Arbitrary<Buffer> {
  const body = Buffer.from(text, 'latin1');
  const edit = fc.record({
    at: fc.nat(body.length),
    drop: fc.nat(20),
    put: fc.oneof(fc.constant(Buffer.alloc(0)), hostile),
    again: fc.boolean(),
  });
  return fc.array(edit, { maxLength: 4 }).map((edits) =>
    edits.reduce<Buffer>((b, { at, drop, put, again }) => {
      const from = Math.min(at, b.length);
      const cut = b.subarray(from, from + drop);
      return Buffer.concat([
        b.subarray(0, from),
        put.subarray(0, 60),
        again ? cut : Buffer.alloc(0),
        b.subarray(from + (again ? 0 : drop)),
      ]);
    }, body),
  );
}

describe.each(SAMPLES)('parser of $name', ({ parse, text, records }) => {
  const order = fc.constantFrom<Env>({ byteOrder: 'little' }, { byteOrder: 'big' }, { byteOrder: null });

  it('reads its table whole', () => {
    const body = Buffer.from(text, 'latin1');
    const parsed = collect(parse, body, LITTLE);
    expect(parsed.records).toHaveLength(records);
    expect(parsed.problems.filter((p: LineProblem) => p.lines > 0 && p.code !== 'line-unknown')).toEqual([]);
    holds(parse, body, LITTLE);
  });

  it('keeps every line of any bytes', () => {
    fc.assert(
      fc.property(hostile, order, (body, env) => holds(parse, body, env)),
      { numRuns: 150 },
    );
  });

  it('keeps every line of a damaged table', () => {
    fc.assert(
      fc.property(mutated(text), order, (body, env) => holds(parse, body, env)),
      { numRuns: 250 },
    );
  });

  it('takes time in proportion to a long line, to many newlines and to many rows', { timeout: 30_000 }, () => {
    const body = Buffer.from(text, 'latin1');
    const rows = body.subarray(body.indexOf(10) + 1);
    const many = Buffer.concat([body, ...new Array<Buffer>(Math.ceil(300_000 / Math.max(rows.length, 1))).fill(rows)]);
    for (const [name, big] of [
      ['one line of 10 MB', Buffer.alloc(10_000_000, ' 0:')],
      ['10 MB of one digit', Buffer.concat([body.subarray(0, body.indexOf(10) + 1), Buffer.alloc(10_000_000, '7')])],
      ['a million newlines', Buffer.alloc(1_000_000, '\n')],
      ['its rows many times', many],
    ] as const) {
      let kept = 0;
      const start = performance.now();
      const counts = parse(big, LITTLE, {
        record: (r) => {
          kept += r.lines ?? 1;
        },
        problem: (p) => {
          kept += p.lines;
        },
      });
      expect(counts.header + kept, name).toBe(counts.lines);
      // Some hundred times what it takes here; quadratic time would need hours.
      expect(performance.now() - start, name).toBeLessThan(6_000);
    }
  });
});
