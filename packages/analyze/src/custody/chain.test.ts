import fc from 'fast-check';
import { expect, it } from 'vitest';
import { changedAt, readChain } from './chain.ts';
import { type CustodyRecord, FIRST_PREV, lineHash, readRecord, recordLine, utcOf } from './record.ts';

const ARCHIVE = { name: 'web1.tar.zst', bytes: 10, sha256: 'a'.repeat(64) };

function lines(n: number, change: (record: CustodyRecord) => CustodyRecord = (r) => r): string[] {
  let prev = FIRST_PREV;
  return Array.from({ length: n }, (_, i) => {
    const record: CustodyRecord = {
      seq: i + 1,
      prev,
      event: 'received',
      by: 'Ada',
      at: '2026-11-21T12:00:00.000Z',
      at_source: 'stated',
      archive: ARCHIVE,
      tool: 'coldstat 0.1.0',
      detail: null,
      note: `number ${i + 1}`,
    };
    const line = recordLine(change(record));
    prev = lineHash(Buffer.from(line));
    return line;
  });
}

const log = (all: readonly string[]): Buffer => Buffer.from(all.map((line) => `${line}\n`).join(''));

it('a chain as it is written holds, and its head is the hash of the last line', () => {
  const all = lines(4);
  const chain = readChain(log(all));
  expect(chain).toMatchObject({ broken: null, lines: 4, head: lineHash(Buffer.from(all[3] ?? '')) });
  expect(chain.records.map((r) => r.note)).toEqual(['number 1', 'number 2', 'number 3', 'number 4']);
  expect(readChain(Buffer.alloc(0))).toMatchObject({ records: [], broken: null, head: FIRST_PREV });
});

it.each([
  ['a record is changed', (all: string[]) => all.with(1, (all[1] ?? '').replace('Ada', 'Eve')), 3, /does not bear the hash/],
  ['a record is removed', (all: string[]) => all.toSpliced(1, 1), 2, /is number 3, not 2/],
  ['the first is removed', (all: string[]) => all.slice(1), 1, /is number 2, not 1/],
  ['two change places', (all: string[]) => [all[0], all[2], all[1], all[3]].map(String), 2, /is number 3, not 2/],
  ['one stands twice', (all: string[]) => all.toSpliced(1, 0, all[1] ?? ''), 3, /is number 2, not 3/],
  ['one is put in', (all: string[]) => all.toSpliced(2, 0, '{"seq":3}'), 3, /has no hash of the record before/],
  ['one is no JSON', (all: string[]) => all.with(0, '{'), 1, /is not a JSON object/],
  ['one is empty', (all: string[]) => all.toSpliced(2, 0, ''), 3, /is not a JSON object/],
])('%s: the first broken link is named', (_, disturb, line, message) => {
  const { broken, records } = readChain(log(disturb(lines(4))));
  expect(broken?.line).toBe(line);
  expect(broken?.message).toMatch(message);
  expect(records).toHaveLength(line - 1);
});

it('an append that was torn is a broken link', () => {
  const whole = log(lines(3));
  expect(readChain(whole.subarray(0, -1)).broken).toEqual({ line: 3, message: 'is cut off: no newline at its end' });
});

it('whatever byte before the last line is changed, the chain does not hold', () => {
  const whole = log(lines(3));
  const last = whole.lastIndexOf(10, whole.length - 2) + 1;
  fc.assert(
    fc.property(fc.nat(last - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ by;
      expect(readChain(changed).broken).not.toBeNull();
    }),
    { numRuns: 500 },
  );
});

it('arbitrary bytes are never thrown at', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void readChain(Buffer.from(bytes))));
});

it('every member has its form', () => {
  const [line = ''] = lines(1);
  const good = JSON.parse(line) as Record<string, unknown>;
  expect(readRecord(Buffer.from(line))).toEqual(good);
  const bad = {
    seq: '1',
    prev: 'x',
    event: 'eaten',
    by: '',
    at: '2026-02-30T00:00:00.000Z',
    at_source: 'guess',
    archive: { name: 1 },
    tool: 1,
    detail: 1,
    note: [],
  };
  for (const [member, value] of Object.entries(bad)) {
    expect(readRecord(Buffer.from(JSON.stringify({ ...good, [member]: value }))), member).toBeTypeOf('string');
  }
});

it('times are whole and have a zone', () => {
  expect(utcOf('2026-11-21T14:05:00+01:00')).toBe('2026-11-21T13:05:00.000Z');
  expect(utcOf('2026-11-21T14:05:00.5Z')).toBe('2026-11-21T14:05:00.500Z');
  for (const bad of [
    '2026-11-21',
    '2026-11-21T14:05:00',
    'now',
    '2026-02-30T00:00:00Z',
    '2026-11-21T24:05:00Z',
    '2026-11-21T14:05:00+99:00',
  ])
    expect(utcOf(bad)).toBeNull();
});

it('says at which event the archive became another', () => {
  const { records } = readChain(
    log(lines(3, (r) => (r.seq < 3 ? r : { ...r, event: 'verified', archive: { ...ARCHIVE, sha256: 'b'.repeat(64) } }))),
  );
  expect(changedAt(records, null)).toMatch(/^event 3 \(verified\) is about another file than event 2/);
  expect(changedAt(records.slice(0, 2), { ...ARCHIVE, sha256: 'c'.repeat(64) })).toMatch(/^the file is not the one of event 2/);
  expect(changedAt(records.slice(0, 2), ARCHIVE)).toBeNull();
});
