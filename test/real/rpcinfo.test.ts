import { afterAll, beforeAll, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** A real rpcbind on a private host, asked by the capture and by the real rpcinfo. */

let scene: Scene;
let asked: string;
let unasked: string;
let refused: string;
const live = new Map<string, string>();

/** What rpcbind wants of a host and the private one lacks: its transports, and the user it gives up its rights to. */
const START = `cd / && mkdir -p /run/rpcbind
printf '%s\\n' 'udp tpi_clts v inet udp - -' 'tcp tpi_cots_ord v inet tcp - -' 'udp6 tpi_clts v inet6 udp - -' 'tcp6 tpi_cots_ord v inet6 tcp - -' \\
  'local tpi_cots_ord - loopback - - -' >/etc/netconfig
printf '%s\\n' 'sunrpc 111/tcp portmapper' 'sunrpc 111/udp portmapper' >>/etc/services
echo '_rpc:x:100:65534::/run/rpcbind:/usr/sbin/nologin' >>/etc/passwd
rpcbind && sleep 0.3`;

/** Registers programs with version 2 SET over the loopback, as a service would. */
const REGISTER = `
import socket, struct
for prog, vers, prot, port in ((200100, 1, 6, 2222), (100003, 3, 17, 2049), (100003, 4, 6, 2049)):
    s = socket.create_connection(('127.0.0.1', 111))
    call = struct.pack('>10I', 7, 0, 2, 100000, 2, 1, 0, 0, 0, 0) + struct.pack('>4I', prog, vers, prot, port)
    s.sendall(struct.pack('>I', 0x80000000 | len(call)) + call)
    assert s.recv(4096)[-4:] == bytes([0, 0, 0, 1])
`;

beforeAll(async () => {
  scene = await startScene([]);
  refused = scene.capture('refused', ['--with', 'rpcbind']).archive;
  const ran = scene.host.run('/bin/sh', ['-c', START]);
  expect(ran.code, ran.stderr).toBe(0);
  const registered = scene.host.run('python3', ['-c', REGISTER]);
  expect(registered.code, registered.stderr).toBe(0);
  for (const words of ['-p', '', '-s']) live.set(words, scene.live('rpcinfo', words === '' ? [] : [words]));
  asked = scene.capture('asked', ['--with', 'rpcbind']).archive;
  unasked = scene.capture('unasked').archive;
});
afterAll(async () => {
  await scene?.stop();
});

test.each(['-p', '', '-s'])('rpcinfo %s prints what the live one printed', (words) => {
  const ours = coldstat(['rpcinfo', '--archive', asked, '--quiet-ledger', ...(words === '' ? [] : [words])]);
  expect(ours.code, ours.err).toBe(0);
  expect(ours.out).toContain('200100');
  // The made-up /etc/rpc of the host and that of this machine agree on every program that is registered.
  expect(ours.out).toBe(live.get(words));
});

test('every answer is kept as it came, with the way it was asked', () => {
  const ran = coldstat([
    'query',
    '--archive',
    asked,
    '--format',
    'jsonl',
    "SELECT path, note, records FROM sources WHERE path LIKE 'reply/%' ORDER BY path",
  ]);
  const rows = ran.out
    .trimEnd()
    .split('\n')
    .map((l) => JSON.parse(l) as { path: string; note: string; records: number });
  expect(rows.map((r) => [r.path, r.note])).toEqual([2, 3, 4].map((v) => [`reply/rpcbind/v${v}-dump`, 'asked-tcp']));
  expect(rows.every((r) => r.records > 5)).toBe(true);
});

test('not asked, and asked in vain, are told apart', () => {
  const never = coldstat(['rpcinfo', '--archive', unasked, '--quiet-ledger', '-p']);
  expect(never.code).toBe(1);
  expect(never.out).toBe('');
  expect(never.err).toContain('it was not asked');
  expect(never.err).toMatch(/likely, by \/etc\/services and \/etc\/rpc: \S+ on tcp port 111/);
  const vain = coldstat(['rpcinfo', '--archive', refused, '--quiet-ledger', '-p']);
  expect(vain.code).toBe(1);
  expect(vain.err).toMatch(/answered E[A-Z]+/);
});

test('what needs a live server is refused', () => {
  for (const letter of ['-t', '-u', '-l', '-b', '-d', '-m']) {
    const ran = coldstat(['rpcinfo', '--archive', asked, letter]);
    expect([letter, ran.code]).toEqual([letter, 1]);
    expect(ran.err).toContain('refused');
  }
});
