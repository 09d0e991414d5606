import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { readCaptured } from '../support/captured.ts';
import { nodeArguments } from '../support/run.ts';

/** The child that calls the C library must not be able to hold the capture up, whatever becomes of it. */
const directory = mkdtempSync(join(tmpdir(), 'coldstat-child-'));
afterAll(() => rmSync(directory, { recursive: true }));

function start(archive: string): { child: ChildProcess; ended: Promise<number | null> } {
  // A network namespace of its own: its socket lists are short, and everything in them is the capture's.
  const command = [process.execPath, ...nodeArguments('coldstat-capture.mjs'), '-o', archive, '--netlink', '--quiet'];
  const child = spawn('unshare', ['--net', ...command], { stdio: 'ignore' });
  return { child, ended: new Promise((resolve) => child.once('exit', resolve)) };
}

/** The first child of the capture: the one that calls the C library is started before the others. */
async function firstReader(pid: number): Promise<number> {
  for (let tries = 0; tries < 5000; tries++) {
    await sleep(2);
    for (const child of readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean)) {
      if (existsSync(`/proc/${child}`) && readFileSync(`/proc/${child}/cmdline`, 'latin1').includes('--coldstat-reader-process'))
        return Number(child);
    }
  }
  throw new Error('the capture started no child');
}

test('stopped by a signal, it is killed, another takes its place, and the capture ends with everything', async () => {
  const file = join(directory, 'stopped.tar.zst');
  const { child, ended } = start(file);
  const reader = await firstReader(child.pid ?? 0);
  process.kill(reader, 'SIGSTOP');
  expect(await ended).toBeLessThan(2);
  expect(existsSync(`/proc/${reader}`)).toBe(false);
  const archive = await readCaptured(file);
  expect(archive.problems).toEqual([]);
  expect(['complete', 'refused']).toContain(archive.manifest?.exit);
  const own = (archive.header.self['namespaces'] as Record<string, string>)['net'];
  expect([...archive.bodies.keys()]).toEqual(
    expect.arrayContaining([`netlink/${own}/inet-tcp`, 'listing/getdents', 'proc/sockprotoname.pack']),
  );
  const total = archive.manifest?.windows['total']?.[1] ?? 0;
  expect(total).toBeGreaterThan(4_000_000); // the watchdog waits five seconds for a sign of life
});

test('killed, another takes its place', async () => {
  const file = join(directory, 'killed.tar.zst');
  const { child, ended } = start(file);
  process.kill(await firstReader(child.pid ?? 0), 'SIGKILL');
  expect(await ended).toBeLessThan(2);
  const archive = await readCaptured(file);
  const own = (archive.header.self['namespaces'] as Record<string, string>)['net'];
  expect([...archive.bodies.keys()]).toContain(`netlink/${own}/inet-tcp`);
});
