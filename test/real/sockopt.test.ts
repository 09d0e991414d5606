import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Captured, readCaptured } from '../support/captured.ts';
import { inetSockets } from '../support/diag.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

interface Told {
  readonly what: string;
  readonly pid?: number;
  readonly fd: number;
  readonly inode: number;
  /** `LEVEL/NAME` to bytes in hex. */
  readonly values: Readonly<Record<string, string>>;
}

let scene: Scene;
let archive: Captured;
let told: readonly Told[];
let pid: number;

beforeAll(async () => {
  scene = await startScene(['owners', 'netns']);
  const { host } = scene;
  writeFileSync(`${host.files}/srv/bin/own-sockets`, '#!/bin/sh\nexec /usr/bin/python3 /srv/bin/own-sockets.py\n', { mode: 0o755 });
  copyFileSync(join(import.meta.dirname, 'own-sockets.py'), `${host.files}/srv/bin/own-sockets.py`);
  await host.start('own-sockets', [], '/srv');
  const log = readFileSync(`${host.files}/var/log/own-sockets.log`, 'utf8');
  told = log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Told);
  pid = told.find(({ what }) => what === 'self')?.pid ?? 0;
  archive = await readCaptured(scene.capture('sockopt', ['--sockopt']).archive);
});
afterAll(async () => scene?.stop());

/** Frames of the process, by name: bytes in hex, or the errno. */
function frames(of: number | string = pid): ReadonlyMap<string, string> {
  const pack = archive.pack(`proc/${of}/sockopt.pack`);
  return new Map([...pack].map(([name, frame]) => [name, 'errno' in frame ? frame.errno : frame.body.toString('hex')]));
}

describe('what sockets say of themselves', () => {
  test.each(['listener', 'client', 'server', 'udp6', 'pair', 'raw', 'sniffer', 'refused'])('%s', (what) => {
    const socket = told.find((t) => t.what === what);
    const ours = frames();
    const wanted = Object.entries(socket?.values ?? {});
    expect(wanted.length).toBeGreaterThan(15);
    const seen = wanted.map(([name]) => [name, ours.get(`${socket?.fd}/${name}`)]);
    // The level IP answers on sockets of all kinds here; it is asked of inet sockets alone.
    expect(Object.fromEntries(seen.filter(([, value]) => value !== undefined))).toEqual(
      Object.fromEntries(wanted.filter((_, i) => seen[i]?.[1] !== undefined)),
    );
    expect(seen.filter(([name, value]) => value === undefined && name?.startsWith('SOL_SOCKET'))).toEqual([]);
  });

  test('the odd values really are there', () => {
    const ours = frames();
    const fd = (what: string): number => told.find((t) => t.what === what)?.fd ?? -1;
    expect(ours.get(`${fd('client')}/SOL_SOCKET/SO_LINGER`)).toBe('0100000007000000');
    expect(ours.get(`${fd('client')}/IPPROTO_TCP/TCP_KEEPIDLE`)).toBe('4d000000');
    expect(ours.get(`${fd('client')}/IPPROTO_TCP/TCP_NODELAY`)).toBe('01000000');
    expect(ours.get(`${fd('udp6')}/IPPROTO_IPV6/IPV6_V6ONLY`)).toBe('01000000');
    expect(ours.get(`${fd('listener')}/SOL_SOCKET/SO_RCVBUF`)).toBe('6a040100');
    expect(ours.get(`${fd('listener')}/SOL_SOCKET/SO_ACCEPTCONN`)).toBe('01000000');
  });

  test('both ends of a connection name each other', () => {
    const ours = frames();
    const [client, server] = ['client', 'server'].map((what) => told.find((t) => t.what === what)?.fd);
    expect(ours.get(`${client}/sockname`)).toMatch(/^0200[0-9a-f]{4}7f000001/);
    expect(ours.get(`${client}/peername`)).toBe(ours.get(`${server}/sockname`));
    expect(ours.get(`${server}/peername`)).toBe(ours.get(`${client}/sockname`));
  });
});

describe('what reading must not change', () => {
  test('nothing that changes when it is read was read', () => {
    const names = new Set([...frames().keys()].map((name) => name.split('/')[2]));
    for (const name of ['SO_ERROR', 'TCP_SAVED_SYN', 'PACKET_STATISTICS', 'SO_PEERPIDFD', 'TCP_ZEROCOPY_RECEIVE'])
      expect(names).not.toContain(name);
  });

  test('a waiting error, a saved SYN and counters are still there afterwards', async () => {
    const ECONNREFUSED = 111;
    scene.host.run('kill', ['-USR1', String(pid)]);
    const file = `${scene.host.files}/tmp/kept.json`;
    for (let tries = 0; tries < 200 && !existsSync(file); tries++) await sleep(50);
    const kept = JSON.parse(readFileSync(file, 'utf8')) as { error: number; syn: number; packets: number };
    expect(kept.error).toBe(ECONNREFUSED);
    expect(kept.syn).toBeGreaterThan(20);
    expect(kept.packets).toBeGreaterThan(0);
  });
});

describe('the namespace of each socket', () => {
  test('it is told', () => {
    const own = (archive.header.self['namespaces'] as Record<string, string>)['net'];
    const fd = told.find((t) => t.what === 'client')?.fd;
    expect(Buffer.from(frames().get(`${fd}/ioctl/SIOCGSKNS`) ?? '', 'hex').toString()).toBe(`net:[${own}]`);
  });

  test('one that nothing but a socket holds is entered through it', async () => {
    const made = scene.one('netns-by-socket');
    const netns = String(made.net_ns);
    const both = await readCaptured(scene.capture('both', ['--netlink', '--sockopt']).archive);
    expect(both.record(`netns/${netns}`)).toMatchObject({ note: 'unreachable', pid: made.pid });
    expect(inetSockets(both.bodies.get(`netlink/${netns}/inet-tcp`) ?? Buffer.alloc(0)).map(({ inode }) => inode)).toEqual([made.inode]);
    expect(both.problems).toEqual([]);
  });
});

describe('who is asked', () => {
  test('a socket that several processes share is asked once', () => {
    const shared = scene.made.filter(({ what }) => what === 'shared');
    expect(shared.length).toBeGreaterThan(1);
    const asked = shared.filter((s) => archive.bodies.has(`proc/${s.pid}/sockopt.pack`) && frames(s.pid).has(`${s.fd}/sockname`));
    expect(asked).toHaveLength(1);
  });

  test.each(['thread-own-table', 'dead-leader'])('%s: a socket that only a thread holds is asked through the thread', (what) => {
    const thread = scene.one(what);
    expect(thread.tid).toBeGreaterThan(0);
    expect(frames(`${thread.pid}/task/${thread.tid}`).has(`${thread.fd}/sockname`)).toBe(true);
  });

  test('without privilege the own socket lists are taken, nothing of others, and the capture says so', async () => {
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all', '--bounding-set=-all'];
    const program = [
      '/opt/node/bin/node',
      '--conditions=source',
      '/opt/coldstat/capture.mjs',
      '-o',
      '/tmp/nobody.tar.zst',
      '--netlink',
      '--sockopt',
    ];
    const ran = scene.host.run('setpriv', [...nobody, ...program]);
    expect(ran.code, ran.stderr).toBe(1);
    const other = await readCaptured(`${scene.host.files}/tmp/nobody.tar.zst`);
    const own = String((other.header.self['namespaces'] as Record<string, string>)['net']);
    expect(other.bodies.has(`netlink/${own}/inet-tcp`)).toBe(true);
    expect(other.bodies.has(`proc/${pid}/sockopt.pack`)).toBe(false);
    expect(other.record(`proc/${pid}/fd.list`)?.errno).toBe('EACCES');
    expect(other.problems).toEqual([]);
  });
});

describe('without a way to call the kernel', () => {
  test('each part says so in one record and one line, and the rest is taken', async () => {
    const koffi = `${scene.host.files}/opt/coldstat/node_modules/koffi`;
    renameSync(koffi, `${koffi}-away`);
    const { archive: path, ran } = scene.capture('no-koffi', ['--netlink', '--sockopt']);
    renameSync(`${koffi}-away`, koffi);
    const without = await readCaptured(path);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('2 × no-ffi (system calls need Node 26 or the package koffi; the rest was taken)');
    expect(without.record('netlink')).toMatchObject({ note: 'no-ffi' });
    expect(without.record('sockopt')).toMatchObject({ note: 'no-ffi' });
    expect(without.manifest?.self['ffi']).toBeNull();
    expect([...without.bodies.keys()].filter((name) => /^netlink\/|sockopt|protoname|getdents/.test(name))).toEqual([]);
    expect(without.bodies.has(`proc/${pid}/fd.list`)).toBe(true);
    expect(without.manifest?.exit).toBe('refused');
  });

  test('koffi is not loaded when nobody asks', async () => {
    const koffi = expect.arrayContaining([expect.stringContaining('koffi')]);
    const plain = await readCaptured(scene.capture('plain').archive);
    expect(plain.manifest?.self['files']).not.toEqual(koffi);
    expect(plain.manifest?.self['ffi']).toBeNull();
    expect(archive.manifest?.self['files']).toEqual(koffi);
  });
});
