import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Captured, readCaptured } from '../support/captured.ts';
import { type DiagSocket, diagMessages, inetSockets, netlinkSockets, packetSockets, unixSockets } from '../support/diag.ts';
import { lines } from '../support/scenario/columns.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** From 6.8 on the kernel lists TCP sockets that are only bound. */
const [major = 0, minor = 0] = release().split('.').map(Number);
const TELLS_BOUND = major > 6 || (major === 6 && minor >= 8);

let scene: Scene;
let archive: Captured;
let own: string;
/** Inode of a namespace that only a mount holds, as `ip netns add` leaves it. */
let mounted: string;
/** What ss says before and after the capture: nobody makes sockets of these kinds in between. */
const live: Record<string, [before: string, after: string]> = {};
const ASKED = { tcp: '-tanepH', udp: '-uanepH', packet: '-0anepH', unix: '-xanepH' } as const;

beforeAll(async () => {
  scene = await startScene(['tcp', 'inet', 'unix', 'owners', 'netns']);
  scene.host.run('sh', ['-c', 'touch /run/held && unshare --net=/run/held true']);
  mounted = scene.live('stat', ['-c', '%i', '/run/held']).trim();
  for (const [name, args] of Object.entries(ASKED)) live[name] = [scene.live('ss', [args]), ''];
  archive = await readCaptured(scene.capture('netlink', ['--netlink']).archive);
  for (const [name, args] of Object.entries(ASKED)) live[name] = [live[name]?.[0] ?? '', scene.live('ss', [args])];
  own = String((archive.header.self['namespaces'] as Record<string, string>)['net']);
});
afterAll(async () => scene?.stop());

function dump(name: string, netns = own): Buffer {
  const body = archive.bodies.get(`netlink/${netns}/${name}`);
  if (body === undefined) throw new Error(`netlink/${netns}/${name}: ${JSON.stringify(archive.record(`netlink/${netns}/${name}`))}`);
  return body;
}

function bothFamilies(name: string): DiagSocket[] {
  return [...inetSockets(dump(`inet-${name}`)), ...inetSockets(dump(`inet6-${name}`))];
}

/** `INODE COOKIE` of each socket that ss lists with `-e`; sockets without an inode have their cookie alone. */
function cookiesOf(text: string): string[] {
  const rows = lines(text).map((line) => `${/ ino:(\d+)/.exec(line)?.[1] ?? 0} ${/ sk:([0-9a-f]+)/.exec(line)?.[1] ?? 'none'}`);
  return rows.sort();
}

function cookies(sockets: readonly DiagSocket[]): string[] {
  return sockets.map(({ inode, cookie }) => `${inode} ${cookie.toString(16)}`).sort();
}

function inodes(sockets: readonly DiagSocket[]): number[] {
  return sockets.map(({ inode }) => inode);
}

describe('the dump of the own namespace', () => {
  test.each(['tcp', 'udp'])('%s: the sockets of ss, by inode and cookie', (name) => {
    const [before = '', after = ''] = live[name] ?? [];
    expect(cookiesOf(after)).toEqual(cookiesOf(before));
    expect(cookiesOf(before).length).toBeGreaterThan(5);
    const bound = scene.one('tcp-bound').inode;
    const seen = bothFamilies(name).filter(({ inode }) => inode !== bound);
    expect(cookies(seen)).toEqual(cookiesOf(before));
  });

  test.runIf(TELLS_BOUND)('a TCP socket that is only bound, which this ss does not ask for and no table holds', () => {
    expect(inodes(bothFamilies('tcp'))).toContain(scene.one('tcp-bound').inode);
  });

  test('every answer ends with the closing message, and nothing follows it', () => {
    const dumps = [...archive.bodies].filter(([name]) => name.startsWith(`netlink/${own}/`));
    expect(dumps.length).toBeGreaterThan(8);
    for (const [name, body] of dumps) {
      const types = diagMessages(body).map(({ type }) => type);
      expect(
        types.slice(0, -1).every((type) => type === 20),
        name,
      ).toBe(true);
      expect([2, 3], name).toContain(types.at(-1));
    }
  });

  test('TCP rows of /proc/net with an inode are in it', () => {
    const listed = ['tcp', 'tcp6'].flatMap((name) => lines(archive.text(`proc/net/${name}`)).slice(1));
    const rows = listed.map((line) => Number(line.trim().split(/ +/)[9])).filter((inode) => inode > 0);
    expect(rows.length).toBeGreaterThan(10);
    expect(inodes(bothFamilies('tcp'))).toEqual(expect.arrayContaining(rows));
  });

  test('the peer of a unix socket, which /proc does not tell', () => {
    const [one, other] = [scene.one('unix-pair-0'), scene.one('unix-pair-1')];
    const ours = unixSockets(dump('unix')).find(({ inode }) => inode === one.inode);
    const UNIX_DIAG_PEER = 2;
    expect(ours?.attributes.get(UNIX_DIAG_PEER)?.readUInt32LE(0)).toBe(other.inode);
  });

  test('a listener has its memory, congestion control, shutdown, options and cgroup', () => {
    const listener = inetSockets(dump('inet-tcp')).find(({ inode }) => inode === scene.one('tcp-listen').inode);
    const [MEMINFO, INFO, CONG, TOS, SKMEMINFO, SHUTDOWN] = [1, 2, 4, 5, 7, 8];
    expect([...(listener?.attributes.keys() ?? [])]).toEqual(expect.arrayContaining([MEMINFO, INFO, CONG, TOS, SKMEMINFO, SHUTDOWN]));
    // Index 1 of SKMEMINFO is the receive buffer, which the scenario made small.
    expect(listener?.attributes.get(SKMEMINFO)?.readUInt32LE(4)).toBe(8192);
  });

  test('packet and netlink sockets that the scenario made', () => {
    expect(inodes(packetSockets(dump('packet')))).toContain(scene.one('packet-raw').inode);
    expect(inodes(netlinkSockets(dump('netlink')))).toContain(scene.one('netlink-route').inode);
  });

  test('of a protocol that the kernel does not list nothing is asked', () => {
    const rows = new Set(lines(archive.text('proc/net/protocols')).map((line) => line.split(' ')[0]));
    for (const [name, row] of [
      ['smc', 'SMC'],
      ['tipc', 'TIPC'],
      ['inet-dccp', 'DCCP'],
    ] as const) {
      if (rows.has(row)) continue;
      expect(archive.record(`netlink/${own}/${name}`)).toMatchObject({ errno: 'ENOENT', note: 'not-tried' });
    }
  });
});

describe('other namespaces', () => {
  test('one that a process lives in', () => {
    const netns = String(scene.one('netns').net_ns);
    expect(inodes(inetSockets(dump('inet-tcp', netns)))).toEqual([scene.one('netns-listen').inode]);
    expect(inodes(unixSockets(dump('unix', netns)))).toContain(scene.one('netns-unix').inode);
  });

  test('one that only a mount keeps', () => {
    expect(mounted).toMatch(/^\d{6,}$/);
    expect(archive.record(`netns/${mounted}`)?.note).toBe('unreachable');
    expect(diagMessages(dump('inet-tcp', mounted))).toHaveLength(1);
    // The kernel has netlink sockets of its own in every namespace.
    expect(netlinkSockets(dump('netlink', mounted)).length).toBeGreaterThan(3);
  });

  test('one that only a descriptor keeps', () => {
    const netns = String(scene.one('netns-by-descriptor').net_ns);
    expect(archive.record(`netns/${netns}`)?.note).toBe('unreachable');
    expect(inetSockets(dump('inet-tcp', netns))).toEqual([]);
    expect(diagMessages(dump('inet-tcp', netns))).toHaveLength(1);
  });
});

describe('what goes with it', () => {
  test('the protocol name of each socket, those in no table too', () => {
    const names = archive.pack('proc/sockprotoname.pack');
    const name = (what: string): string | undefined => {
      const frame = names.get(String(scene.one(what).inode));
      return frame === undefined || 'errno' in frame ? undefined : frame.body.toString('latin1');
    };
    expect(name('tcp-bound')).toBe('TCP\0');
    expect(name('netns-by-socket')).toBe('TCP\0');
    expect(name('unix-stream-client')).toBe('UNIX-STREAM\0');
    expect(name('packet-raw')).toBe('PACKET\0');
  });

  test('the header says that it was asked for, the manifest when and by what', () => {
    expect(archive.header.options).toMatchObject({ netlink: true, sockopt: false });
    expect(archive.manifest?.self['ffi']).toBe('koffi');
    const [start, end] = archive.manifest?.windows['netlink'] ?? [0, 0];
    for (const { path, start: from, end: to } of archive.records) {
      if (!path.startsWith(`netlink/${own}/`)) continue;
      expect(from).toBeGreaterThanOrEqual(start);
      expect(to).toBeLessThanOrEqual(end);
    }
    expect(archive.problems).toEqual([]);
  });
});

/** Node 26 with its own foreign function interface, as the single executables have it; fetched where no build has done so yet. */
function node26(): string {
  const from = new URL('../../packages/capture/standalone/node26.mjs', import.meta.url).href;
  const ask = `import(${JSON.stringify(from)}).then((m) => process.stdout.write(m.bareNode(process.arch)))`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', ask], { encoding: 'utf8', timeout: 200_000 });
  if (status !== 0) throw new Error(`no Node 26: ${stderr}`);
  return join(stdout, 'bin/node');
}

test('with node:ffi the answers are the same', { timeout: 240_000 }, async () => {
  mkdirSync(`${scene.host.files}/opt/node26`, { recursive: true });
  copyFileSync(node26(), `${scene.host.files}/opt/node26/node`);
  const program = ['--conditions=source', '/opt/coldstat/capture.mjs', '-o', '/tmp/node26.tar.zst', '--netlink', '--sockopt'];
  const ran = scene.host.run('/opt/node26/node', program);
  expect(ran.code, ran.stderr).toBeLessThan(2);
  const other = await readCaptured(`${scene.host.files}/tmp/node26.tar.zst`);
  expect(other.manifest?.self['ffi']).toBe('node:ffi');
  for (const name of ['inet-tcp', 'inet6-tcp', 'inet-udp', 'inet6-udp']) {
    const there = other.bodies.get(`netlink/${own}/${name}`) ?? Buffer.alloc(0);
    expect(cookies(inetSockets(there)), name).toEqual(cookies(inetSockets(dump(name))));
  }
});
