import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { TarBlocks } from './tar-blocks.ts';

const entry = fc.record({ name: fc.stringMatching(/^[A-Za-z0-9._-]{1,100}$/), body: fc.uint8Array({ maxLength: 3000 }) });

test('the stream is what tar-stream would have written, whatever the size of the blocks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 8 }), fc.integer({ min: 1, max: 8 }), async (entries, blocks) => {
      const tar = pack();
      const parts: Buffer[] = [];
      const ours = new TarBlocks(
        () => Buffer.alloc(512 * blocks, 0xee),
        (bytes) => parts.push(bytes),
      );
      for (const { name, body } of entries) {
        tar.entry({ name, size: body.length, mode: 0o444, mtime: new Date(0), type: 'file' }, Buffer.from(body));
        ours.entry(name, Buffer.from(body));
      }
      tar.finalize();
      ours.end();
      expect(Buffer.concat(parts).equals(await buffer(tar))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('a name that has no room is refused and not cut', () => {
  const tar = new TarBlocks(
    () => Buffer.alloc(512),
    () => undefined,
  );
  expect(() => tar.entry('x'.repeat(101), Buffer.alloc(0))).toThrow('no entry can be called');
});
