import { expect, test } from 'vitest';
import { OPTIONS, parseRpcinfo } from './options.ts';

test.each([
  [[], { form: 'long', host: undefined }],
  [['-p'], { form: 'portmap' }],
  [['-s', 'web1'], { form: 'short', host: 'web1' }],
  [['--help'], { help: true }],
])('rpcinfo %j', (args, expected) => {
  expect(parseRpcinfo(args)).toMatchObject(expected);
});

test.each([
  [['-p', '-s'], /^Usage/],
  [['-p', 'a', 'b'], /^Usage/],
  [['-x'], /^rpcinfo: invalid option -- 'x'\nUsage/],
])('rpcinfo %j is refused', (args, message) => {
  expect(() => parseRpcinfo(args)).toThrow(expect.objectContaining({ exit: 1, message: expect.stringMatching(message) }));
});

test.each(OPTIONS.filter((o) => o.taken === 'no').map((o) => [o.short ?? '', o.argument]))(
  'rpcinfo -%s asks a live server and is refused',
  (short, argument) => {
    const args = argument === 'required' ? [`-${short}`, 'x'] : [`-${short}`];
    expect(() => parseRpcinfo(args)).toThrow(
      expect.objectContaining({ exit: 1, message: expect.stringContaining(`rpcinfo: -${short}: refused`) }),
    );
  },
);
