import { expect, test } from 'vitest';
import { loaderWords } from './own-program.ts';

test('a program under the loader of the kit is started again under it, wherever the child stands', () => {
  const cmdline = ['lib/ld-linux-x86-64.so.2', '--inhibit-cache', '--library-path', '/kit/lib', '/kit/coldstat-capture.bin', '-o', '-'];
  expect(loaderWords('/kit/lib/ld-linux-x86-64.so.2', cmdline)).toEqual([
    '--inhibit-cache',
    '--library-path',
    '/kit/lib',
    '/kit/coldstat-capture.bin',
  ]);
  expect(loaderWords('/kit/lib/ld-linux-aarch64.so.1', ['ld', './capture'])).toEqual([`${process.cwd()}/capture`]);
});

test('a program started as itself has no such words', () => {
  expect(loaderWords('/usr/local/bin/coldstat-capture', ['coldstat-capture', '-o', '-'])).toEqual([]);
});
