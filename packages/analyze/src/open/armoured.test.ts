import { ArmourSink, Queue } from '@coldstat/capture/archive';
import { expect, test } from 'vitest';
import { findArmour, unarmoured } from './armoured.ts';

function armour(pieces: readonly Buffer[]): string {
  const parts: Buffer[] = [];
  const done = (): undefined => undefined;
  const sink = new ArmourSink({
    put: (bytes, written) => {
      parts.push(Buffer.from(bytes));
      written();
    },
  });
  for (const piece of pieces) sink.put(piece, done);
  sink.end(done);
  return Buffer.concat(parts).toString('latin1');
}

async function* inPieces(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, piece = 100): Promise<{ bytes: Buffer; error: string | null } | null> {
  const queue = new Queue(inPieces(text, piece));
  const found = await findArmour(queue);
  if (found === null) return null;
  await queue.skip(found.skip);
  const parts: Buffer[] = [];
  const lines = unarmoured(queue, found.line);
  const error = await (async () => {
    for await (const part of lines) parts.push(part);
    return null;
  })().then(
    () => null,
    (e: Error) => e.message,
  );
  return { bytes: Buffer.concat(parts), error };
}

const BYTES = Buffer.from(Array.from({ length: 1000 }, (_, i) => (i * 7) % 251));
const TEXT = armour([BYTES.subarray(0, 100), BYTES.subarray(100, 101), BYTES.subarray(101)]);

test('lines are 76 long, between markers, and the sum follows', () => {
  const lines = TEXT.split('\n');
  expect(lines[0]).toBe('-----BEGIN COLDSTAT EVIDENCE-----');
  expect(new Set(lines.slice(1, 18).map((line) => line.length))).toEqual(new Set([76]));
  expect(lines.at(-2)).toMatch(/^SHA-256 [0-9a-f]{64} 1000$/);
});

test.each([
  ['as it was sent', TEXT],
  ['with CR LF', TEXT.replaceAll('\n', '\r\n')],
  ['with CR CR LF and blanks', TEXT.replaceAll('\n', ' \r\r\n')],
  ['with a log around it', `login: root\r\n# ./coldstat-capture --base64\r\n${TEXT}[ 12.5] eth0: link up\r\n# exit\r\n`],
  ['with a prompt before the marker', `# ${TEXT}`],
  ['with noise before the sum', TEXT.replace('SHA-256', '[ 12.5] eth0: link up\nSHA-256')],
])('%s it is read', async (_, text) => {
  for (const piece of [1, 77, 5000]) expect(await read(text, piece)).toEqual({ bytes: BYTES, error: null });
});

test.each([
  ['noise on a line of its own', (lines: string[]) => lines.toSpliced(3, 0, '[ 12.5] eth0: link up'), /^line 4 of the text/],
  [
    'noise within a line',
    (lines: string[]) => lines.with(3, `${lines[3]?.slice(0, 40)}[ 1] x${lines[3]?.slice(40)}`),
    /^line 4 of the text/,
  ],
  ['a lost character', (lines: string[]) => lines.with(5, lines[5]?.slice(1) ?? ''), /^line 6 of the text/],
  ['four lost characters', (lines: string[]) => lines.with(5, lines[5]?.slice(4) ?? ''), /^line 7 of the text/],
  ['a lost line', (lines: string[]) => lines.toSpliced(5, 1), /does not have the SHA-256/],
  [
    'a changed character',
    (lines: string[]) => lines.with(5, `${lines[5]?.startsWith('A') ? 'B' : 'A'}${lines[5]?.slice(1)}`),
    /does not have the SHA-256/,
  ],
  ['no end', (lines: string[]) => lines.slice(0, 9), /ends in line 10, before the end marker/],
  ['no sum', (lines: string[]) => lines.slice(0, -2), /SHA-256 behind the text is missing/],
] as const)('%s is an error that says where', async (_, disturb, message) => {
  const result = await read(disturb(TEXT.split('\n')).join('\n'));
  expect(result?.error).toMatch(message);
  expect(BYTES.subarray(0, 100).equals(result?.bytes.subarray(0, 100) ?? Buffer.alloc(0))).toBe(true);
});

test.each(['\x28\xb5\x2f\xfd', '\x1f\x8b', 'header.json\0', 'coldstat-series 1 x\n', 'age-encryption.org/v1\n'])(
  'in evidence that begins with %j a marker is evidence, and nothing is consumed',
  async (start) => {
    const queue = new Queue(inPieces(`${start}\n${TEXT}`, 1000));
    expect(await findArmour(queue)).toBeNull();
    expect((await queue.take(start.length)).toString('latin1')).toBe(start);
  },
);
