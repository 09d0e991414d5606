import { describe, expect, it } from 'vitest';
import { collect } from './lines.ts';
import { parseUnix } from './net-unix.ts';

const HEADER = 'Num       RefCount Protocol Flags    Type St Inode Path\n';
const row = (pointer: string, inode: number, name?: string) =>
  `${pointer}: 00000002 00000000 00010000 0001 01 ${String(inode).padStart(5)}${name === undefined ? '' : ` ${name}`}`;
const A = '00000000ceee8491';
const B = '00000000deadbeef';
const C = '00000000aaaaaaaa';
const LONG = `/${'x'.repeat(107)}`;
const read = (...lines: string[]) => {
  const { records, problems, lines: total, header } = collect(parseUnix, Buffer.from(`${HEADER}${lines.join('\n')}\n`, 'latin1'));
  const covered = records.reduce((n, r) => n + r.lines, 0) + problems.reduce((n, p) => n + p.lines, 0);
  expect(header + covered).toBe(total);
  return { rows: records.map((r) => [r.line, r.lines, r.inode, r.path?.toString('latin1') ?? null, r.ambiguous]), problems, records };
};
const codes = (problems: readonly { readonly code: string; readonly line: number }[]) => problems.map((p) => [p.code, p.line]);

describe('rows', () => {
  it('reads every column', () => {
    const { records, problems } = read('0000000000000000: 0000000A 00000000 00000000 0005 03 123456 @/tmp/\xff x');
    expect(problems).toEqual([]);
    expect(records[0]).toEqual({
      line: 2,
      lines: 1,
      pointer: '0000000000000000',
      refcount: 10,
      protocol: 0,
      flags: 0,
      type: 5,
      state: 3,
      inode: 123456,
      path: Buffer.from('@/tmp/\xff x', 'latin1'),
      ambiguous: false,
    });
  });

  it('reads 32-bit pointers, and words for pointers', () => {
    expect(read('c1a2b3c4: 00000002 00000000 00010000 0001 01  1234 /run/x').rows).toEqual([[2, 1, 1234, '/run/x', false]]);
    expect(read('(____ptrval____): 00000002 00000000 00010000 0001 01  1234').rows).toEqual([[2, 1, 1234, null, false]]);
  });

  it('says nothing about rows after nameless rows or after names that fill their room', () => {
    expect(read(row(A, 1), row(B, 2), row(C, 3, LONG), row('00000000bbbbbbbb', 4)).problems).toEqual([]);
  });

  it('keeps embryos apart: inode 0 is no repetition', () => {
    expect(read(row(A, 0), row(A, 0)).problems).toEqual([]);
  });

  it('remarks a row given twice', () => {
    expect(codes(read(row(A, 7), row(B, 8), row(A, 7)).problems)).toEqual([['line-duplicate', 4]]);
  });
});

describe('names that imitate rows', () => {
  it('makes lines that are no rows parts of the name before them', () => {
    const { rows, problems } = read(row(A, 7, 'a\nb\n\nc'), row(B, 8, LONG));
    expect(rows).toEqual([
      [2, 4, 7, 'a\nb\n\nc', false],
      [6, 1, 8, LONG, false],
    ]);
    expect(codes(problems)).toEqual([['name-newline', 2]]);
  });

  it('marks a row that a short name before it may hold', () => {
    const { rows, problems } = read(row(A, 7, 'x'), row(B, 8));
    expect(rows[1]).toEqual([3, 1, 8, null, true]);
    expect(codes(problems)).toEqual([['row-ambiguous', 3]]);
  });

  it('knows where a name must end: the bound of 108 bytes to the byte', () => {
    const forged = row(B, 8, 'y');
    const room = 108 - 1 - forged.length;
    expect(read(row(A, 7, 'n'.repeat(room)), forged).rows[1]?.[4]).toBe(true);
    expect(read(row(A, 7, 'n'.repeat(room + 1)), forged).rows[1]?.[4]).toBe(false);
  });

  it('makes a row after a blank without a name a part of the name that begins with the newline', () => {
    const { rows, problems } = read(row(A, 7, `\n${row(B, 8)}`), row(C, 9));
    expect(rows).toEqual([
      [2, 2, 7, `\n${row(B, 8)}`, false],
      [4, 1, 9, null, false],
    ]);
    expect(codes(problems)).toEqual([['name-newline', 2]]);
  });

  it('makes a nameless row between a name and its further parts a part too', () => {
    const { rows } = read(row(A, 7, `x\n${row(B, 8)}\ntail`), row(C, 9));
    expect(rows[0]).toEqual([2, 3, 7, `x\n${row(B, 8)}\ntail`, false]);
    expect(rows).toHaveLength(2);
  });

  it.each([
    ['wrong pointer width', row('ceee8491', 8)],
    ['upper-case pointer', row('00000000CEEE8491', 8)],
    ['protocol', row(B, 8).replace(' 00000000 ', ' 00000001 ')],
    ['flags', row(B, 8).replace('00010000', '00010001')],
    ['type', row(B, 8).replace(' 0001 ', ' 0007 ')],
    ['state', row(B, 8).replace(' 01 ', ' 05 ')],
    ['inode padding', row(B, 8).replace('     8', '    8')],
    ['something after the inode', `${row(B, 8)}x`],
  ])('does not take a line for a row because of: %s', (_, forged) => {
    const { rows } = read(row(A, 7, `x\n${forged}`));
    expect(rows).toEqual([[2, 2, 7, `x\n${forged}`, false]]);
  });

  it('remarks an inode that two rows claim', () => {
    const { problems } = read(row(A, 7, 'x'), row(B, 9, LONG), row(C, 9, LONG));
    expect(problems.map((p) => [p.code, p.line, p.message])).toContainEqual([
      'row-ambiguous',
      4,
      'the inode stands in line 3 with another pointer',
    ]);
  });

  it('makes a line that can belong to no name a problem', () => {
    const { rows, problems } = read(row(A, 7), 'junk', row(B, 8, LONG), 'more junk', 'more junk');
    expect(rows).toHaveLength(2);
    expect(problems.map((p) => [p.code, p.line, p.lines])).toEqual([
      ['line-form', 3, 1],
      ['line-form', 5, 2],
    ]);
  });
});
