import { createHash } from 'node:crypto';
import { Queue } from '@coldstat/capture/archive';
import { expect, test } from 'vitest';
import { isSeriesStream, SeriesStream } from './series-stream.ts';

const ID = '11111111-2222-4333-8444-555555555555';
const sha = (bytes: string): string => createHash('sha256').update(bytes).digest('hex');
const archive = (moment: number, ...pieces: string[]): string =>
  `archive moment-00000${moment}.tar\n${pieces.map((p) => `data ${p.length}\n${p}`).join('')}end ${pieces.join('').length} ${sha(pieces.join(''))}\n`;
const START = `coldstat-series 1 ${ID}\n`;

async function* inPieces(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Archives by name, `!` behind the bytes of one that broke off, and what is wrong with the whole. */
async function read(text: string, most = Number.POSITIVE_INFINITY): Promise<[string[], string | null]> {
  const queue = new Queue(inPieces(text, 7));
  expect(await isSeriesStream(queue)).toBe(true);
  const stream = new SeriesStream(queue);
  const got: string[] = [];
  for await (const { name, bytes } of stream.archives()) {
    let body = '';
    const whole = await (async () => {
      for await (const piece of bytes) {
        body += piece.toString('latin1');
        if (body.length >= most) break;
      }
    })().then(
      () => '',
      () => '!',
    );
    got.push(`${name} ${body}${whole}`);
  }
  return [got, stream.broken];
}

test('archives come one after the other, in whatever pieces', async () => {
  const text = `${START}${archive(1, 'abc', 'defghijkl')}${archive(3, 'end 1 2\ndata 3\n')}done 2\n`;
  expect(await read(text)).toEqual([['moment-000001.tar abcdefghijkl', 'moment-000003.tar end 1 2\ndata 3\n'], null]);
});

test('what the reader of an archive leaves is passed over', async () => {
  expect(await read(`${START}${archive(1, 'abcdefghijklmnop', 'q')}${archive(2, 'x')}done 2\n`, 2)).toMatchObject([
    ['moment-000001.tar ab', 'moment-000002.tar x'],
    null,
  ]);
});

const WHOLE = `${START}${archive(1, 'abcdef')}${archive(2, 'ghi')}done 2\n`;

test('wherever it is cut off, no archive that came before is lost, and it says so', async () => {
  const firstEnds = START.length + archive(1, 'abcdef').length;
  for (let at = START.length; at < WHOLE.length; at++) {
    const [got, broken] = await read(WHOLE.slice(0, at));
    expect(broken, `cut at ${at}`).not.toBeNull();
    if (at >= firstEnds) expect(got[0]).toBe('moment-000001.tar abcdef');
    for (const one of got.slice(0, -1)) expect(one.endsWith('!')).toBe(false);
  }
});

test.each([
  ['an id that is none', WHOLE.replace(ID, 'x')],
  ['a name that is none', WHOLE.replace('moment-000001.tar', '../../etc/passwd')],
  ['a hash of other bytes', WHOLE.replace('abcdef', 'abcdeg')],
  ['a size of other bytes', WHOLE.replace('end 6', 'end 7')],
  ['a number of archives that is not right', WHOLE.replace('done 2', 'done 3')],
  ['a piece larger than there may be', WHOLE.replace('data 6', 'data 9999999')],
  ['a piece of no bytes', WHOLE.replace('data 6\nabcdef', 'data 0\n')],
  ['a line without end', WHOLE.replace('data 6\n', `${'x'.repeat(5000)}\n`)],
])('%s breaks it', async (_, text) => {
  expect((await read(text))[1]).not.toBeNull();
});
