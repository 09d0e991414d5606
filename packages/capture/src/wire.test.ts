import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeHead, encodeLine, FrameReader, type Head, headSize, putHead } from './wire.ts';

function frameOf(head: Head, body: Uint8Array): Buffer[] {
  const text = encodeHead(head);
  const start = Buffer.alloc(headSize(text));
  putHead(start, 0, text, body.length);
  return [start, Buffer.from(body)];
}

/** A head of each kind: text of any kind in one that is JSON, a record that stays text. */
function headOf(text: string, n: number): Head {
  const path = `proc/${n}/stat`;
  const record = `{"path":"${path}","start":${n},"end":${n},"bytes":1,"sha256":"${'0'.repeat(64)}"}`;
  return text.length % 2 === 0 ? { t: 'at', path: text } : { t: 'plain', path, record };
}

test('frames arrive whole, however the pipe cuts them', () => {
  const frame = fc.tuple(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 300 }));
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (frames, cuts) => {
      const stream = Buffer.concat(frames.flatMap(([path, body]) => frameOf(headOf(path, body.length), body)));
      const reader = new FrameReader();
      const got: [Head, Buffer][] = [];
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const n = cuts[turn % cuts.length] ?? 1;
        reader.push(stream.subarray(at, at + n));
        at += n;
        for (let next = reader.next(); next !== undefined; next = reader.next()) got.push([next.head, Buffer.from(next.body)]);
      }
      expect(got).toEqual(frames.map(([path, body]) => [headOf(path, body.length), Buffer.from(body)]));
    }),
  );
});

test('lines for a child are ASCII and mean the same', () => {
  const setup = { proc: '/höst/\u{1f4a9}\n', origin: '1', with: [], sockets: false, label: true, light: false };
  const line = encodeLine(setup);
  expect(line).toMatch(/^[ -~]+\n$/);
  expect(JSON.parse(line)).toEqual(setup);
});
