import { afterAll, beforeAll, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** POSIX message queues, whose file system is mounted on the private host: the live lsof looks for it to know them. */

let scene: Scene;
let archive: string;
const live = new Map<string, string>();

/** Of one descriptor, in several columns and as fields. */
const WORDS = ['', '-o', '-s', '+L', '+fg', '-Ftino'];

function argumentsOf(what: string, words: string): string[] {
  const { pid, fd } = scene.one(what);
  return ['-nP', ...(words === '' ? [] : [words]), '-a', '-p', String(pid), '-d', String(fd)];
}

function ours(what: string, words: string): string {
  return coldstat(['lsof', '--archive', archive, '--quiet-ledger', '--strict', ...argumentsOf(what, words)]).out;
}

beforeAll(async () => {
  scene = await startScene(['files']);
  for (const words of WORDS) live.set(words, scene.live('lsof', argumentsOf('mqueue-by-path', words)));
  archive = scene.capture('mqueue').archive;
});
afterAll(() => scene?.stop());

test.each(WORDS)('a queue opened below its mount is PSXMQ, as the live lsof %s says', (words) => {
  if (words === '') expect(live.get(words)).toMatch(/ PSXMQ +\d+,\d+ .*coldstat-scenario/);
  expect(ours('mqueue-by-path', words)).toBe(live.get(words));
});

test('of one opened by mq_open, on a mount nobody can see, the name is known and nothing is guessed', () => {
  expect(ours('mqueue', '')).toMatch(/ unknown +\d+ \/coldstat-scenario \(deleted\)\n$/);
});
