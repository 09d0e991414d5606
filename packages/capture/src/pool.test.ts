import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ReaderPool } from './pool.ts';
import type { Job } from './wire.ts';

const directory = mkdtempSync(join(tmpdir(), 'coldstat-pool-'));
const script = join(directory, 'reader.mjs');

/** A reader that takes `a`, `b`, `c` of each process and hangs or dies at one of them, as its arguments say: HOW PID SOURCE. */
const READER = `
import { readSync, writeSync } from 'node:fs';
const [how, pid, at] = process.argv.slice(2);
const chunk = Buffer.alloc(65536);
let text = '';
let first = true;
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
    if (first) { first = false; continue; }
    for (const name of ['a', 'b', 'c']) {
      const path = 'proc/' + line.pid + '/' + name;
      if ([...(line.delivered ?? []), ...(line.avoid ?? [])].includes(path)) continue;
      if (line.careful) send({ t: 'at', path });
      if (String(line.pid) === pid && name === at) {
        if (how === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
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

test('where no child can be started the jobs are given up, and run() comes back', async () => {
  expect(await walk([], [10, 11], '/bin/false')).toEqual({ paths: [], lost: [], done: ['10 given up', '11 given up'] });
  expect(await walk([], [10], join(directory, 'no-such-program'))).toEqual({ paths: [], lost: [], done: ['10 given up'] });
});
