import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  csvCell,
  htmlText,
  jsonValue,
  lsofCommand,
  lsofName,
  markdownCell,
  pageCell,
  scriptJson,
  tableCell,
  terminal,
  tsvCell,
} from '../../packages/analyze/src/render/cell.ts';
import { type Format, formatRows } from '../../packages/analyze/src/render/format.ts';
import type { Value } from '../../packages/analyze/src/render/value.ts';

/** Text that is worth escaping comes up often: controls, C1, bidi, invisible, marks, markup, formulas, escapes that are none. */
const odd = fc.constantFrom(
  ...['\u0000', '\u0007', '\n', '\t', '\r', '\u001b[31m', '\u007f', '\u0085', '\u009b', '\u00a0', '\u00ad', '\u0301', '\u034f', '\u061c'],
  ...['\u200b', '\u202e', '\u2028', '\u2066', '\u2800', '\u3164', '\ufe0f', '\ufeff', '\ue000', '\u{e0041}', '\u{10ffff}', 'é', '日', '😀'],
  ...['\\', '\\x41', '\\n', '<b>', '&lt;', '|', '`', '[x](y)', '"', "'", ',', ' ', '  ', '=1+1', '+', '-2', '@x', '＝'],
);
const text = fc.oneof(
  fc.array(odd, { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 16 }),
  text.map((t) => Buffer.from(t)),
);
const value: fc.Arbitrary<Value> = fc.oneof(text, bytes, fc.integer(), fc.double(), fc.bigInt(), fc.constant(null));

/** What no output may hold: control bytes, DEL, C1, separators, bidi and format characters, ignorable ones, private use, unassigned. */
const FORBIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/u;
const CELLS = [
  terminal,
  (v: Value) => terminal(v, 'utf8'),
  tableCell,
  csvCell,
  tsvCell,
  markdownCell,
  htmlText,
  jsonValue,
  lsofName,
  lsofCommand,
];

/** The bytes an escaped text stands for. */
function bytesBehind(escaped: string): Buffer {
  const parts: Buffer[] = [];
  for (const [part] of escaped.matchAll(/\\x[0-9a-f]{2}|\\[ntr\\]|[^\\]+/gs)) {
    if (part.startsWith('\\x')) parts.push(Buffer.from(part.slice(2), 'hex'));
    else if (part.startsWith('\\')) parts.push(Buffer.from({ n: '\n', t: '\t', r: '\r', '\\': '\\' }[part.charAt(1)] ?? ''));
    else parts.push(Buffer.from(part));
  }
  return Buffer.concat(parts);
}

const bytesOf = (v: string | Uint8Array): Buffer => Buffer.from(v as Uint8Array);

test('no cell of any format holds a character that a terminal would obey or a reader not see', () => {
  fc.assert(
    fc.property(value, (v) => {
      for (const cell of CELLS) expect(cell(v)).not.toMatch(FORBIDDEN);
    }),
    { numRuns: 2000 },
  );
});

test('by default a terminal gets printable ASCII and nothing else', () => {
  fc.assert(
    fc.property(value, (v) => {
      expect(terminal(v) + tableCell(v) + lsofName(v) + lsofCommand(v)).toMatch(/^[ -~]*$/);
    }),
    { numRuns: 1000 },
  );
});

test('what a terminal, a table or TSV shows can be turned back into the very bytes', () => {
  fc.assert(
    fc.property(fc.oneof(text, bytes), (v) => {
      for (const shown of [terminal(v), terminal(v, 'utf8'), tableCell(v), tsvCell(v)]) {
        expect(bytesBehind(shown).equals(bytesOf(v))).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});

test('no more than two marks stand on a letter, and none stands alone', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('e', '\u0301', '\u0302', '\u202e', ' '), { maxLength: 12 }), (parts) => {
      const shown = terminal(parts.join(''), 'utf8');
      expect(shown).not.toMatch(/\p{M}{3}|^\p{M}| \p{M}/u);
    }),
  );
});

test('CSV holds no formula, and reads back as the escaped text', () => {
  fc.assert(
    fc.property(fc.oneof(text, bytes), (v) => {
      const cell = csvCell(v);
      const read = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
      if (cell.startsWith('"')) expect(cell).toMatch(/^"(?:[^"]|"")*"$/);
      else expect(cell).not.toMatch(/[",;\s]/);
      expect(read).not.toMatch(/^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/);
      expect(bytesBehind(read.startsWith("'") ? read.slice(1) : read).equals(bytesOf(v))).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('numbers in CSV are not guarded', () => {
  expect([csvCell(-5), csvCell(-5n), csvCell('-5')]).toEqual(['-5', '-5', `"'-5"`]);
});

test('JSON reads back as the same value', () => {
  fc.assert(
    fc.property(value, (v) => {
      const read: unknown = JSON.parse(jsonValue(v));
      if (typeof v === 'bigint') expect(jsonValue(v)).toBe(String(v));
      else if (typeof v === 'number') expect(read).toBe(Number.isFinite(v) ? JSON.parse(String(v)) : null);
      else if (v instanceof Uint8Array) expect(readBytes(read).equals(Buffer.from(v))).toBe(true);
      else expect(read).toBe(v === null ? null : Buffer.from(v).toString() === v ? v : read);
    }),
    { numRuns: 2000 },
  );
});

function readBytes(read: unknown): Buffer {
  if (typeof read === 'string') return Buffer.from(read);
  return Buffer.from((read as { hex: string }).hex, 'hex');
}

test('Markdown and HTML hold no tag and Markdown no open pipe, backtick or bracket', () => {
  fc.assert(
    fc.property(value, (v) => {
      expect(htmlText(v)).not.toMatch(/[<>"']/);
      expect(markdownCell(v)).not.toMatch(/[<>]/);
      expect(markdownCell(v).replace(/\\[!-/:-@[-`{-~]/g, '')).not.toMatch(/[|`[\]*_\\]/);
      expect(markdownCell(v)).not.toMatch(/:\/\//);
    }),
    { numRuns: 1000 },
  );
});

const FORMATS: readonly Format[] = ['table', 'json', 'jsonl', 'csv', 'tsv', 'markdown'];

test('each row of a result is one line, in every format, whatever is in it', () => {
  const rows = fc.array(fc.tuple(value, value, value), { maxLength: 5 });
  fc.assert(
    fc.property(fc.tuple(text, text, text), rows, (columns, cells) => {
      for (const format of FORMATS) {
        const lines = [...formatRows({ columns, rows: cells }, format)].join('').split('\n');
        expect(lines.pop()).toBe('');
        const around = { table: 2, json: cells.length === 0 ? 1 : 2, jsonl: 0, csv: 1, tsv: 1, markdown: 2 }[format];
        expect(lines.length).toBe(cells.length + around);
        for (const line of lines) expect(line.replaceAll('\t', '')).not.toMatch(FORBIDDEN);
        if (format === 'tsv') for (const line of lines) expect(line.split('\t').length).toBe(3);
        if (format === 'json') expect((JSON.parse(lines.join('\n')) as unknown[]).length).toBe(cells.length);
      }
    }),
    { numRuns: 300 },
  );
});

/** The bytes that are put into formats for machines, and before people. */
const WRITTEN = 2 * 1024 * 1024;
const SHOWN = 64 * 1024;

test.each([
  ['terminal', terminal, SHOWN],
  ['tableCell', tableCell, SHOWN],
  ['markdownCell', markdownCell, SHOWN],
  ['htmlText', htmlText, SHOWN],
  ['lsofName', lsofName, SHOWN],
  ['csvCell', csvCell, WRITTEN],
  ['tsvCell', tsvCell, WRITTEN],
  ['jsonValue', jsonValue, WRITTEN],
] as const)(
  '%s of a hundred megabytes takes no time, and says how long the value is',
  (name, cell, limit) => {
    for (const hostile of [Buffer.alloc(90_000_000, 0xff), '\u202e'.repeat(30_000_000)]) {
      const before = process.cpuUsage();
      const text = cell(hostile);
      expect(process.cpuUsage(before).user).toBeLessThan(15_000_000);
      expect(text.length).toBeLessThan(16 * limit);
      // In Markdown the bracket is escaped.
      expect(text.slice(-40)).toContain(name === 'jsonValue' ? '"bytes":90000000}' : '90000000 bytes');
    }
  },
  120_000,
);

test('a value up to the limit is whole, one beyond it is its beginning, and no other value looks as if it were cut', () => {
  for (const [cell, limit] of [
    [(v: Value) => terminal(v, 'utf8'), SHOWN],
    [tsvCell, WRITTEN],
  ] as const) {
    const letters = 'a'.repeat(limit - 4);
    expect(cell(Buffer.from(`${letters}😀`))).toBe(`${letters}😀`);
    expect(cell(Buffer.from(`${letters}😀b`))).toBe(`${letters}😀\\... [${limit + 1} bytes]`);
    // No character is cut in two.
    expect(cell(Buffer.from(`aa${letters}😀`))).toBe(`aa${letters}\\... [${limit + 2} bytes]`);
    expect(cell(`aaa${letters}😀`)).toBe(`aaa${letters}\\... [${limit + 3} bytes]`);
  }
  expect(tsvCell('x\\... [9 bytes]')).toBe('x\\\\... [9 bytes]');
}, 60_000);

test.each<Format>(['json', 'jsonl', 'csv', 'tsv'])('a row that may be longer than a string can be comes in pieces: %s', (format) => {
  const long = Buffer.alloc(100_000, 0x1b);
  const columns = ['a', 'b', 'c'];
  const lengths = Array.from(formatRows({ columns, rows: [columns.map(() => long)] }, format), (piece) => piece.length);
  expect(Math.max(...lengths)).toBeLessThan(700_000);
  expect(lengths.reduce((sum, n) => sum + n)).toBeGreaterThan(1_200_000);
  const rows: readonly (readonly Value[])[] = [
    ['x', long.toString()],
    ['y', 1],
  ];
  const text = [...formatRows({ columns: ['a', 'b'], rows }, format)].join('');
  const objects = rows.map(([a, b]) => ({ a, b }));
  if (format === 'json') expect(JSON.parse(text)).toEqual(objects);
  if (format === 'jsonl')
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(objects);
  if (format === 'csv' || format === 'tsv') expect(text.split('\n')).toHaveLength(4);
});

test('one long value does not make every line of a table as long', () => {
  const rows = [['x'.repeat(60_000), 'b'], ...Array.from({ length: 50 }, () => ['a', 'b'])];
  expect([...formatRows({ columns: ['one', 'two'], rows }, 'table')].join('').length).toBeLessThan(60_000 + 60 * 1100);
});

test('what a page gets: numbers stay numbers, texts are as in TSV, and no text ends the element of its data', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 4 }), (cells) => {
      const data = cells.map(pageCell);
      for (const [i, cell] of data.entries()) {
        if (typeof cells[i] === 'number' && Number.isSafeInteger(cells[i])) expect(cell).toBe(cells[i]);
        else expect(cell ?? '').toBe(tsvCell(cells[i] ?? null));
      }
      const json = scriptJson({ data });
      expect(json).not.toMatch(/[<>&\u2028\u2029]/);
      // JSON has one zero: it writes -0 as 0.
      expect(JSON.parse(json)).toEqual({ data: data.map((cell) => (cell === 0 ? 0 : cell)) });
    }),
  );
  expect(scriptJson(['</script><!-- \u2028 \u202e'])).toBe(
    '["\\u003c/script\\u003e\\u003c!-- \\\\xe2\\\\x80\\\\xa8 \\\\xe2\\\\x80\\\\xae"]',
  );
});
