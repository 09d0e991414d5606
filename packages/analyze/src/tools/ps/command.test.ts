import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandText } from './command.ts';

const text = (args: readonly (string | Buffer)[], more = {}): unknown =>
  commandText({ kernelThread: false, name: 'x', args, unread: false, ...more });

test.each([
  [['/usr/sbin/sshd', '-D'], '/usr/sbin/sshd -D'],
  [['sh', '-c', 'echo a; echo b'], "sh -c 'echo a; echo b'"],
  [['a', '', 'b'], "a '' b"],
  [["it's"], `'it'"'"'s'`],
  [['[kworker/0:1]'], "'[kworker/0:1]'"],
  [['(x)'], "'(x)'"],
  [['nginx: master process'], "'nginx: master process'"],
])('%j', (args, expected) => expect(text(args)).toBe(expected));

test('what is not from the arguments stands in brackets without quotes', () => {
  expect(text([], { kernelThread: true, name: 'kworker/0:1' })).toBe('[kworker/0:1]');
  expect(text([], { name: 'bash' })).toBe('(bash)');
  expect(text([], { name: 'a b' })).toBe("('a b')");
  expect(text([], { name: 'bash', unread: true })).toBe('<bash>');
});

test('bytes that are no text stay bytes', () => {
  expect(text([Buffer.from([0xff, 0x41])])).toEqual(Buffer.from([0x27, 0xff, 0x41, 0x27]));
});

test('a shell gives back the very arguments', () => {
  const byte = fc.integer({ min: 1, max: 255 });
  fc.assert(
    fc.property(fc.array(fc.array(byte, { maxLength: 8 }).map(Buffer.from), { minLength: 1, maxLength: 4 }), (args) => {
      const shown = text(args);
      const line = typeof shown === 'string' ? Buffer.from(shown) : (shown as Buffer);
      const { stdout } = spawnSync('/bin/sh', ['-c', Buffer.concat([Buffer.from("printf '%s\\0' "), line]).toString('latin1')], {
        encoding: 'latin1',
        env: { LC_ALL: 'C' },
      });
      // Node hands arguments over as UTF-8, so only what is ASCII can be held against the shell byte for byte.
      if (args.every((a) => a.every((b) => b < 0x80))) expect(stdout).toBe(args.map((a) => `${a.toString('latin1')}\0`).join(''));
      else expect(line.filter((b) => b >= 0x80).length).toBe(Buffer.concat(args).filter((b) => b >= 0x80).length);
    }),
    { numRuns: 60 },
  );
});
