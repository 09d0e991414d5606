import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCaptured } from '../support/captured.ts';
import { coldstat, nodeArguments } from '../support/run.ts';

/** Where something is missing on the host, each part goes without it by itself, and the ledger says what is unknown. In namespaces of the test's own. */

const directory = mkdtempSync(join(tmpdir(), 'coldstat-degrade-'));
const CAPTURE = [process.execPath, ...nodeArguments('coldstat-capture.mjs')];
const ROOT = join(import.meta.dirname, '../..');
/** The capture where there is no koffi to be found. */
const BARE = [process.execPath, '--conditions=source', '--disable-warning=ExperimentalWarning', join(directory, 'bare/src/cli.ts')];

beforeAll(() => {
  cpSync(join(ROOT, 'packages/capture/src'), join(directory, 'bare/src'), { recursive: true });
  cpSync(join(ROOT, 'packages/capture/package.json'), join(directory, 'bare/package.json'));
  mkdirSync(join(directory, 'bare/node_modules'));
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (name === 'commander' || name === 'tar-stream')
      symlinkSync(join(ROOT, 'node_modules', name), join(directory, 'bare/node_modules', name));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Captured {
  readonly archive: Awaited<ReturnType<typeof readCaptured>>;
  readonly code: number | null;
  readonly said: string;
  readonly ledger: string;
}

/** A capture in private namespaces, with a listener to be seen, made by these words; what its ledger says. */
async function made(name: string, before: readonly string[], command: readonly string[]): Promise<Captured> {
  const script = `ip link set lo up; python3 -c 'import socket,time; s = socket.create_server(("127.0.0.1", 7007)); time.sleep(100)' & sleep 1; "$@"; c=$?; kill $!; exit $c`;
  const words = ['-fpmn', '--kill-child', '--mount-proc', 'bash', '-c', script, 'bash', ...before, ...command, '-o', '-'];
  const { status, stdout, stderr } = spawnSync('unshare', words, { maxBuffer: 1 << 28, timeout: 90_000, cwd: '/' });
  const path = join(directory, `${name}.tar.zst`);
  writeFileSync(path, stdout);
  const ledger = coldstat(['ledger', '--archive', path], { cwd: directory });
  return { archive: await readCaptured(path), code: status, said: stderr.toString('utf8'), ledger: ledger.out + ledger.err };
}

const blind = (ledger: string, check: RegExp): boolean => new RegExp(`^ +blind +${check.source}`, 'm').test(ledger);

test('without anything to make system calls with, files are taken, and the rest is said to be unknown', { timeout: 120_000 }, async () => {
  const { archive, code, said, ledger } = await made('bare', [], [...BARE, '--netlink', '--sockopt']);
  expect(code, said).toBe(1);
  expect(said).toContain('system calls need Node 26 or the package koffi');
  expect(archive.records.filter((r) => r.note === 'no-ffi').map((r) => r.path)).toEqual(['netlink', 'sockopt']);
  expect(archive.manifest?.self['ffi']).toBeNull();
  expect(archive.manifest?.exit).toBe('refused');
  expect([...archive.bodies.keys()].filter((path) => /^netlink\/|sockopt\.pack$|sockprotoname/.test(path))).toEqual([]);
  // What needs none is there: the other listings, the probe, tables and descriptors.
  expect([...archive.bodies.keys()]).toEqual(
    expect.arrayContaining(['listing/readdir-1', 'listing/readdir-2', 'listing/probe', 'pass-b/proc/net/tcp']),
  );
  expect(blind(ledger, /kernel's own list/)).toBe(true);
  expect(blind(ledger, /processes listed by system call/)).toBe(true);
  expect(ledger).toMatch(/^ +holds +TCP inuse/m);
  const netstat = coldstat(['netstat', '--archive', 'bare.tar.zst', '-tlnp'], { cwd: directory });
  expect(netstat.out).toMatch(/127\.0\.0\.1:7007 .*LISTEN +\d+\/python3/);
});

test('where netlink is refused, the options of sockets are still taken, and each list is said to be missing', {
  timeout: 120_000,
}, async () => {
  const filter = ['python3', join(import.meta.dirname, '../support/under-seccomp.py')];
  const { archive, code, said, ledger } = await made('refused', ['/usr/bin/env', ...filter], [...CAPTURE, '--netlink', '--sockopt']);
  expect(code, said).toBe(1);
  const refused = archive.records.filter((r) => r.path.startsWith('netlink/') && r.errno === 'EPERM');
  expect(refused.length).toBeGreaterThan(3);
  expect([...archive.bodies.keys()].filter((path) => path.startsWith('netlink/'))).toEqual([]);
  expect([...archive.bodies.keys()].some((path) => path.endsWith('sockopt.pack'))).toBe(true);
  expect(said).toMatch(/EPERM/);
  expect(said).toContain('this program runs under seccomp');
  expect(blind(ledger, /kernel's own list/), ledger).toBe(true);
});

test('without privilege: what belongs to others is said to be unknown, socket lists are taken all the same', {
  timeout: 120_000,
}, async () => {
  const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
  const { archive, code, said, ledger } = await made('nobody', nobody, [...CAPTURE, '--netlink', '--sockopt']);
  expect(code, said).toBe(1);
  expect(archive.header.self.euid).toBe(65534);
  const own = (archive.header.self['namespaces'] as Record<string, string>)['net'];
  expect([...archive.bodies.keys()]).toEqual(
    expect.arrayContaining([`netlink/${own}/inet-tcp`, `netlink/${own}/unix`, 'listing/getdents']),
  );
  expect(archive.records.some((r) => /^proc\/\d+\/fd\.list$/.test(r.path) && r.errno === 'EACCES')).toBe(true);
  expect(said).toMatch(/× EACCES/);
  expect(blind(ledger, /descriptors EACCES/), ledger).toBe(true);
  expect(ledger).toMatch(/holds +kernel's own list of tcp/);
  // The listener is there, whose it is is not known, and nobody is accused.
  const netstat = coldstat(['netstat', '--archive', 'nobody.tar.zst', '-tlnp'], { cwd: directory });
  expect(netstat.out).toMatch(/127\.0\.0\.1:7007 .*LISTEN +-/);
  expect(ledger).not.toMatch(/^ +broken +unexplained/m);
});

test('a light capture without privilege says the same', { timeout: 120_000 }, async () => {
  const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
  const { archive, code, ledger } = await made('light', nobody, [...CAPTURE, '--light']);
  expect(code).toBe(1);
  expect(archive.header.options['light']).toBe(true);
  expect([...archive.bodies.keys()].filter((path) => /^proc\/\d+\/(?!stat$|fd\.list$)/.test(path))).toEqual([]);
  expect(blind(ledger, /descriptors EACCES/), ledger).toBe(true);
  expect(ledger).not.toMatch(/^ +broken/m);
});
