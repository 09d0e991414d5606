import { describe, expect, it } from 'vitest';
import { hexDump, lineRange } from './hex-dump.ts';
import { UserError } from './io.ts';

const BODY = Buffer.from('a\n\nbc\nd');

describe('lines of a body', () => {
  it.each([
    [1, 'a\n'],
    [2, '\n'],
    [3, 'bc\n'],
    [4, 'd'],
  ])('line %i', (line, text) => {
    const [start, end] = lineRange(BODY, line, 'x');
    expect(BODY.toString('utf8', start, end)).toBe(text);
  });

  it('that are not there are a mistake of the operator', () => {
    expect(() => lineRange(BODY, 5, 'x')).toThrow(UserError);
    expect(() => lineRange(Buffer.from('a\n'), 2, 'x')).toThrow(/1 lines, not 2/);
    expect(() => lineRange(Buffer.alloc(0), 1, 'x')).toThrow(/empty/);
  });
});

describe('a hex dump', () => {
  it('has offsets of the body, hex, and nothing that a terminal would obey', () => {
    expect([...hexDump(Buffer.from('\x1b[31m|\x7f\xff 0123456789', 'latin1'), 150)]).toEqual([
      '00000096  1b 5b 33 31 6d 7c 7f ff  20 30 31 32 33 34 35 36  |.[31m|.. 0123456|\n',
      '000000a6  37 38 39                                          |789|\n',
    ]);
  });
});
