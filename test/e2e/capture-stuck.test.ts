import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCaptured } from '../support/captured.ts';
import { nodeArguments } from '../support/run.ts';

const directory = mkdtempSync(join(tmpdir(), 'coldstat-stuck-'));
const program = join(directory, 'stuck');

beforeAll(() => {
  const source = join(import.meta.dirname, '../support/stuck/stuck.c');
  execFileSync('gcc', ['-O1', '-Wall', '-Wextra', '-Werror', '-o', program, source], { stdio: ['ignore', 'ignore', 'inherit'] });
});

afterAll(() => rmSync(directory, { recursive: true }));

/** A process that stands in a file system whose server has stopped answering. */
async function startStuck(name: string, ...how: string[]): Promise<{ server: ChildProcess; pid: number; place: string }> {
  const place = join(directory, name);
  mkdirSync(place);
  const server = spawn(program, [place, ...how], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [said] = (await once(server.stdout, 'data')) as [Buffer];
  return { server, pid: Number(said.toString()), place };
}

/** What a record bears when a reading child had to be killed over it. */
const GIVEN_UP = ['not-stat', 'reader-died', 'not-tried'];

test.each([
  { name: 'seen from another mount namespace', how: [], inside: false },
  { name: 'seen from its own mount namespace', how: [], inside: true },
  { name: 'unmounted lazily, seen from its own mount namespace', how: ['lazy'], inside: true },
])('a server that does not answer is never asked: $name', async ({ how, inside }) => {
  const { server, pid, place } = await startStuck(`m${how.length}${Number(inside)}`, ...how);
  try {
    const proof = spawnSync('timeout', ['-s', 'KILL', '0.5', 'stat', '-L', `/proc/${pid}/cwd`]);
    expect(proof.status, 'the file system must really be stuck').not.toBe(0);
    const run = [process.execPath, ...nodeArguments('coldstat-capture.mjs'), '-o', '-'];
    const enter = inside ? ['nsenter', `--mount=/proc/${pid}/ns/mnt`, ...run] : run;
    const { stdout, stderr } = spawnSync(enter[0] ?? '', enter.slice(1), { maxBuffer: 1 << 28 });
    writeFileSync(`${place}.tar.zst`, stdout);
    const got = await readCaptured(`${place}.tar.zst`);
    expect(got.problems, stderr.toString()).toEqual([]);
    expect(got.records.filter((r) => r.blocked || (r.errno === undefined && GIVEN_UP.includes(r.note ?? '')))).toEqual([]);
    const fds = [...got.list(`proc/${pid}/fd.list`).values()];
    const standing = how.length > 0 ? '/' : place;
    expect(fds.filter((line) => line.target === standing)).toMatchObject([{ stat: null, lmode: 0o500 }]);
    const cwd = got.list(`proc/${pid}/links.list`).get('cwd');
    expect(cwd?.target).toBe(standing);
    // By its name `/` is the root directory, which is marked as such; the stuck directory itself has no name any more.
    expect(cwd?.statByName ?? false).toBe(how.length > 0);
  } finally {
    server.stdin?.end();
    await once(server, 'exit');
  }
});
