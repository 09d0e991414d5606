import { execFileSync } from 'node:child_process';
import { createSocket, type Socket as Datagram } from 'node:dgram';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { endianness, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect, type Env } from '../../packages/analyze/src/procfs/lines.ts';
import { type InetSocket, parseDatagram, parseTcp } from '../../packages/analyze/src/procfs/net-inet.ts';
import { parseUnix } from '../../packages/analyze/src/procfs/net-unix.ts';

/** The parsers against the running kernel and ss, for sockets this test makes. */

const env: Env = { byteOrder: endianness() === 'LE' ? 'little' : 'big' };
const dir = mkdtempSync(join(tmpdir(), 'procfs-net-'));
const path = join(dir, 'a\nb\x1b');
const open: (Server | Socket | Datagram)[] = [];
const ports = { tcp4: 0, tcp6: 0, mapped: 0, udp4: 0 };

const STATES: readonly string[] = [
  '',
  'ESTAB',
  'SYN-SENT',
  'SYN-RECV',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'TIME-WAIT',
  'UNCONN',
  'CLOSE-WAIT',
  'LAST-ACK',
  'LISTEN',
  'CLOSING',
];

function listen(options: { readonly host: string } | { readonly path: string }): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer((socket) => open.push(socket.on('error', () => undefined)));
    open.push(server);
    server.listen('path' in options ? { path: options.path } : { host: options.host, port: 0 }, () => resolve(server));
  });
}

function dial(host: string, port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => resolve(socket));
    open.push(socket.on('error', () => undefined));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

beforeAll(async () => {
  ports.tcp4 = portOf(await listen({ host: '127.0.0.1' }));
  ports.tcp6 = portOf(await listen({ host: '::1' }));
  ports.mapped = portOf(await listen({ host: '::' }));
  await dial('127.0.0.1', ports.tcp4);
  await dial('::1', ports.tcp6);
  await dial('127.0.0.1', ports.mapped);
  await listen({ path });
  const udp = createSocket('udp4');
  open.push(udp);
  ports.udp4 = await new Promise((resolve) => udp.bind(0, '127.0.0.1', () => resolve(udp.address().port)));
});

afterAll(() => {
  for (const o of open) 'destroy' in o ? o.destroy() : o.close();
  rmSync(dir, { recursive: true, force: true });
});

/** `state local remote` of rows that concern a port, as ss prints them. */
function ours(rows: readonly InetSocket[], port: number): string[] {
  const end = (address: string | null, p: number | null) => `${address?.includes(':') ? `[${address}]` : address}:${p === 0 ? '*' : p}`;
  return rows
    .filter((r) => r.localPort === port || r.remotePort === port)
    .map((r) => `${STATES[r.state]} ${end(r.localAddress, r.localPort)} ${end(r.remoteAddress, r.remotePort)} ino:${r.inode}`)
    .sort();
}

function ss(options: string, port: number): string[] {
  const text = execFileSync('ss', ['-Hane', options, `( sport = :${port} or dport = :${port} )`], { encoding: 'utf8' });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [state = '', , , local = '', remote = ''] = line.split(/ +/);
      // ss writes `*` for the unspecified address of a socket that takes both families.
      const both = (end: string) => end.replace(/^\*:/, '[::]:');
      return `${state} ${both(local)} ${both(remote)} ino:${/ ino:(\d+)/.exec(line)?.[1] ?? '0'}`;
    })
    .sort();
}

describe('against ss', () => {
  const read = (name: string) => readFileSync(`/proc/net/${name}`);

  it.each(['tcp4', 'tcp6', 'mapped'] as const)('%s: states, addresses, ports and inodes', (kind) => {
    const rows = ['tcp', 'tcp6'].flatMap((name) => collect(parseTcp, read(name), env).records);
    const found = ours(rows, ports[kind]);
    expect(found).toHaveLength(3);
    expect(found).toEqual(ss('-t', ports[kind]));
  });

  it('udp', () => {
    const found = ours(collect(parseDatagram, read('udp'), env).records, ports.udp4);
    expect(found).toHaveLength(1);
    expect(found).toEqual(ss('-u', ports.udp4));
  });

  it('the mapped address is as inet_ntop writes it', () => {
    const row = collect(parseTcp, read('tcp6'), env).records.find((r) => r.localPort === ports.mapped && r.remotePort !== 0);
    expect(row?.localAddress).toBe('::ffff:127.0.0.1');
  });
});

it('a unix socket of this process, with a newline and an ESC in its name, by the inode of its descriptor', () => {
  const inodes = new Set(readdirSync('/proc/self/fd').flatMap((fd) => socketInode(`/proc/self/fd/${fd}`)));
  const { records } = collect(parseUnix, readFileSync('/proc/net/unix'), env);
  const row = records.find((r) => r.path?.equals(Buffer.from(path)));
  expect(row).toMatchObject({ type: 1, state: 1, flags: 0x10000, lines: 2 });
  expect(inodes.has(String(row?.inode))).toBe(true);
});

/** Inode in the text of a descriptor's link; nothing when it is no socket or is closed by now. */
function socketInode(link: string): string[] {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(link))?.slice(1) ?? [];
  } catch {
    return [];
  }
}
