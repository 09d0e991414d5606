import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PoolOptions, ReaderPool } from './pool.ts';
import type { Job } from './wire.ts';

const directory = mkdtempSync(join(tmpdir(), 'coldstat-pool-'));
const script = join(directory, 'reader.mjs');

/** A reader that takes `a`, `b`, `c` of each process and hangs or dies at one of them, as its arguments say: HOW PID SOURCE. */
const READER = `
import { openSync, readSync, writeSync } from 'node:fs';
const [how, pid, at] = process.argv.slice(2);
const chunk = Buffer.alloc(65536);
let text = '';
let captures = 0;
function send(head) {
  const json = Buffer.from(JSON.stringify(head));
  const sizes = Buffer.alloc(8);
  sizes.writeUInt32LE(json.length);
  writeSync(1, Buffer.concat([sizes, json]));
}
for (;;) {
  const n = readSync(0, chunk, 0, chunk.length, null);
  if (n === 0) break;
  text += chunk.toString('latin1', 0, n);
  for (let lf = text.indexOf('\\n'); lf >= 0; lf = text.indexOf('\\n')) {
    const line = JSON.parse(text.slice(0, lf));
    text = text.slice(lf + 1);
    if (line.job === undefined) { captures++; continue; }
    if (line.job === 'scan') { send({ t: 'miss', path: process.pid + ' ' + captures, start: 0, end: 0 }); send({ t: 'done' }); continue; }
    for (const name of ['a', 'b', 'c']) {
      const path = 'proc/' + line.pid + '/' + name;
      if ([...(line.delivered ?? []), ...(line.avoid ?? [])].includes(path)) continue;
      if (line.careful) send({ t: 'at', path });
      if (String(line.pid) === pid && name === at) {
        const file = 'proc/' + pid + '/cmdline';
        if (how === 'open' && (line.avoid ?? []).includes(file)) continue;
        if (how === 'open') openSync('/' + file);
        if (how !== 'die') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
        process.exit(3);
      }
      send({ t: 'miss', path, start: 0, end: 0 });
    }
    send({ t: 'done' });
  }
}
`;

beforeAll(() => writeFileSync(script, READER));
afterAll(() => rmSync(directory, { recursive: true }));

interface Seen {
  readonly paths: string[];
  readonly lost: string[];
  readonly done: string[];
}

async function walk(args: readonly string[], pids: readonly number[], exec = process.execPath): Promise<Seen> {
  const seen: Seen = { paths: [], lost: [], done: [] };
  const pool = new ReaderPool({
    program: { exec, args: [script, ...args], env: {} },
    setup: { proc: '/proc', origin: '0', with: [], sockets: false, label: false, light: false },
    size: 2,
    patienceMs: 700,
    source: async (head) => void seen.paths.push(head.path),
    done: (job, done) => void seen.done.push(`${'pid' in job ? job.pid : ''}${done === null ? ' given up' : ''}`),
    lost: (path, hung) => void seen.lost.push(`${path} ${hung ? 'hung' : 'died'}`),
  });
  await pool.run(pids.map((pid): Job => ({ job: 'walk', pid })));
  pool.stop();
  seen.done.sort();
  seen.paths.sort();
  return seen;
}

const all = (...pids: number[]): string[] => pids.flatMap((pid) => ['a', 'b', 'c'].map((name) => `proc/${pid}/${name}`));

test('every source of every job arrives once', async () => {
  const pids = Array.from({ length: 40 }, (_, i) => 100 + i);
  expect(await walk(['never'], pids)).toEqual({ paths: all(...pids), lost: [], done: pids.map(String) });
});

test.each([
  ['hang', 'hung'],
  ['die', 'died'],
])('a child that is to %s costs one source, once, and it is named', async (how, word) => {
  expect(await walk([how, '11', 'b'], [10, 11, 12, 13, 14, 15, 16])).toEqual({
    paths: all(10, 11, 12, 13, 14, 15, 16).filter((path) => path !== 'proc/11/b'),
    lost: [`proc/11/b ${word}`],
    done: ['10', '11', '12', '13', '14', '15', '16'],
  });
});

test('what a child hangs on is seen by what it has open, though it told nothing', async () => {
  const pid = process.pid;
  const before = performance.now();
  expect(await walk(['open', String(pid), 'b'], [1, 2, 3, pid, 4])).toEqual({
    paths: all(1, 2, 3, 4, pid)
      .filter((path) => path !== `proc/${pid}/b`)
      .sort(),
    lost: [`proc/${pid}/cmdline hung`],
    done: ['1', '2', '3', '4', String(pid)].sort(),
  });
  // Once for as long as a child is waited for, and not once more to learn the name.
  expect(performance.now() - before).toBeGreaterThan(700);
});

test('the next capture has the same children, but for one that was killed over what it was at', async () => {
  const seen: string[] = [];
  const options = (setup: object): PoolOptions => ({
    program: { exec: process.execPath, args: [script, 'hang', '11', 'b'], env: {} },
    setup: { proc: '/proc', origin: '0', with: [], sockets: false, label: false, light: false, ...setup },
    size: 1,
    patienceMs: 60_000,
    source: (head) => void seen.push(head.path),
    done: () => undefined,
    lost: (path) => void seen.push(path),
  });
  const who: Job[] = [{ job: 'scan', pids: [] }];
  const pool = new ReaderPool(options({}));
  await pool.run(who);
  pool.rest();
  pool.serve(options({ origin: '1' }));
  await pool.run(who);
  const hung = pool.run([{ job: 'walk', pid: 11 }]);
  await expect.poll(() => seen.at(-1)).toBe('proc/11/a');
  pool.rest();
  await hung;
  pool.serve(options({}));
  await pool.run(who);
  pool.stop();
  const [first = '', second, , third = ''] = seen;
  const child = first.split(' ')[0];
  expect([first, second]).toEqual([`${child} 1`, `${child} 2`]);
  expect(third.split(' ')[1]).toBe('1');
  expect(third.split(' ')[0]).not.toBe(child);
  // Of those that were ended nothing is left.
  for (const pid of [child, third.split(' ')[0]]) await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
});

test('where no child can be started the jobs are given up, and run() comes back', async () => {
  expect(await walk([], [10, 11], '/bin/false')).toEqual({ paths: [], lost: [], done: ['10 given up', '11 given up'] });
  expect(await walk([], [10], join(directory, 'no-such-program'))).toEqual({ paths: [], lost: [], done: ['10 given up'] });
});
