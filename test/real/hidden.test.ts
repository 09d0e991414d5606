import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Captured, readCaptured } from '../support/captured.ts';
import { lines } from '../support/scenario/columns.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** The process of the theme is hidden from whoever lists directories by the C library. */
let scene: Scene;
let hidden: number;
const HOOK = '/srv/lib/hide.so';

beforeAll(async () => {
  scene = await startScene(['tcp']);
  const library = join(scene.directory, 'hide.so');
  execFileSync('gcc', [
    '-O1',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-shared',
    '-fPIC',
    '-o',
    library,
    join(import.meta.dirname, '../support/hide.c'),
    '-ldl',
  ]);
  mkdirSync(`${scene.host.files}/srv/lib`, { recursive: true });
  copyFileSync(library, scene.host.files + HOOK);
  hidden = scene.one('tcp-listen').pid;
});
afterAll(async () => scene?.stop());

/** What the last capture said on standard error. */
let said = '';

async function capture(label: string, options: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Captured> {
  const file = `/tmp/${label}.tar.zst`;
  const ran = scene.host.run(
    '/opt/node/bin/node',
    ['--conditions=source', '/opt/coldstat/capture.mjs', '-o', file, ...options],
    environment,
  );
  expect(ran.code, ran.stderr).toBeLessThan(2);
  said = ran.stderr;
  return readCaptured(scene.host.files + file);
}

const PRELOADED = (): Record<string, string> => ({ LD_PRELOAD: HOOK, HIDDEN_PID: String(hidden) });

/** Names in `struct linux_dirent64`, little endian. */
function direntNames(body: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; at < body.length; at += body.readUInt16LE(at + 16))
    names.push(body.toString('latin1', at + 19, body.indexOf(0, at + 19)));
  return names;
}

function probed(archive: Captured): { pids: number[]; last: string } {
  const text = lines(archive.text('listing/probe'));
  return { pids: text.slice(0, -1).map(Number), last: text.at(-1) ?? '' };
}

function expectTaken(archive: Captured): void {
  for (const name of ['stat', 'status', 'cmdline', 'maps', 'fd.list', 'fdinfo.pack', 'links.list'])
    expect([...archive.bodies.keys()]).toContain(`proc/${hidden}/${name}`);
  expect(archive.pack('pass-b/proc/stat.pack').has(`${hidden}/stat`)).toBe(true);
  const inode = scene.one('tcp-listen').inode;
  expect(archive.text(`proc/${hidden}/fd.list`)).toContain(`>socket:[${inode}]`);
  expect(archive.problems).toEqual([]);
}

describe('nobody hides', () => {
  test('the probe names nobody, and says how far it went', async () => {
    const archive = await capture('honest', []);
    const { pids, last } = probed(archive);
    expect(pids).toEqual([]);
    const given = Number(/(\d+)\n$/.exec(archive.text('proc/loadavg'))?.[1]);
    expect(Number(last.split(' ')[2])).toBeGreaterThanOrEqual(given);
    expect(archive.record('listing/probe')?.note).toBeUndefined();
    expect(archive.manifest?.exit).toBe('complete');
    expect(said).not.toMatch(/in no listing|left out/);
  });

  test('--probe-time 0 does without, and lists /proc as it is needed alone', async () => {
    const archive = await capture('no-probe', ['--probe-time', '0']);
    expect([...archive.bodies.keys()].filter((name) => name.startsWith('listing/'))).toEqual([]);
    expect(archive.record('listing/probe')).toBeUndefined();
  });

  test('a probe that is cut short says how far it came, and is no refusal', async () => {
    scene.host.run('sh', ['-c', 'echo 31000 > /proc/sys/kernel/ns_last_pid']);
    const archive = await capture('cut', ['--probe-time', '0.001']);
    const reached = Number(probed(archive).last.split(' ')[2]);
    expect(reached).toBeGreaterThan(1000);
    expect(reached).toBeLessThan(31_000);
    expect(archive.record('listing/probe')?.note).toBe('probe-cut');
    expect(archive.manifest?.exit).toBe('complete');
  });

  test('raw listing and readdir agree', async () => {
    const archive = await capture('raw', ['--netlink']);
    const numbers = (names: readonly string[]): string[] => names.filter((name) => /^\d+$/.test(name)).sort();
    const raw = numbers(direntNames(archive.bodies.get('listing/getdents') ?? Buffer.alloc(0)));
    expect(raw).toEqual(numbers(lines(archive.text('listing/readdir-1'))));
    expect(raw).toContain(String(hidden));
  });
});

describe('a library in our own process hides one', () => {
  test('the probe finds it, and it is taken like any other', async () => {
    const archive = await capture('preload', [], PRELOADED());
    expect(lines(archive.text('listing/readdir-1'))).not.toContain(String(hidden));
    expect(probed(archive).pids).toEqual([hidden]);
    expect(said).toContain(`process ${hidden} in no listing, and there (listing/probe)`);
    expectTaken(archive);
    const [, descriptors] = archive.manifest?.windows['descriptors'] ?? [0, 0];
    expect(archive.record(`proc/${hidden}/fd.list`)?.end).toBeLessThanOrEqual(descriptors);
  });

  test('the raw listing shows it where readdir does not', async () => {
    const archive = await capture('preload-raw', ['--netlink'], PRELOADED());
    for (const name of ['readdir-1', 'readdir-2']) expect(lines(archive.text(`listing/${name}`))).not.toContain(String(hidden));
    expect(direntNames(archive.bodies.get('listing/getdents') ?? Buffer.alloc(0))).toContain(String(hidden));
    expect(probed(archive).pids).toEqual([]);
    expect(said).toContain(`process ${hidden} left out where the C library lists /proc (listing/getdents)`);
    expectTaken(archive);
  });
});

describe('ld.so.preload hides one from every program', () => {
  test('system calls and the probe are not fooled', async () => {
    writeFileSync(`${scene.host.files}/etc/hidden-pid`, `${hidden}\n`);
    writeFileSync(`${scene.host.files}/etc/ld.so.preload`, `${HOOK}\n`);
    const [raw, plain] = [await capture('everywhere-raw', ['--sockopt']), await capture('everywhere', [])];
    rmSync(`${scene.host.files}/etc/ld.so.preload`);
    expect(lines(raw.text('listing/readdir-1'))).not.toContain(String(hidden));
    expect(direntNames(raw.bodies.get('listing/getdents') ?? Buffer.alloc(0))).toContain(String(hidden));
    expect(probed(plain).pids).toEqual([hidden]);
    expectTaken(raw);
    expectTaken(plain);
  });
});
