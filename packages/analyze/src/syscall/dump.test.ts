import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collect, type Env, LINE_PROBLEMS, type Parsed } from '../procfs/lines.ts';
import { diagInet } from '../tables/diag-inet.ts';
import { diagNetlink } from '../tables/diag-netlink.ts';
import { diagPacket } from '../tables/diag-packet.ts';
import { diagTcpInfo } from '../tables/diag-tcp-info.ts';
import { diagUnix } from '../tables/diag-unix.ts';
import { diagVsock } from '../tables/diag-vsock.ts';
import { diagXdp } from '../tables/diag-xdp.ts';
import { parseDump } from './dump.ts';
import { byteOrderOf, messageRanges, messagesOf } from './messages.ts';
import { Pieces } from './pieces.ts';
import type { DiagRecord, SocketRecord } from './record.ts';

/** Dumps of a namespace made for it, as a 6.18 kernel gave them (test/support/dumps). */
const NAMES = ['inet-tcp', 'inet6-tcp', 'inet-udp', 'inet6-udp', 'inet-mptcp', 'inet-raw', 'unix', 'netlink', 'packet'] as const;
const LITTLE: Env = { byteOrder: 'little' };
const body = (name: string): Buffer => readFileSync(join(import.meta.dirname, '../../../../test/support/dumps', name));
const parse = (name: string, bytes: Buffer = body(name), env: Env = LITTLE): Parsed<DiagRecord> => collect(parseDump(name), bytes, env);
const sockets = (name: string): SocketRecord[] => parse(name).records.filter((r) => r.kind === 'socket');

/** Every piece of the body is a record or a problem, and problems are from the list. */
function holds({ lines, records, problems }: Parsed<DiagRecord>): void {
  expect(records.length + problems.reduce((n, p) => n + p.lines, 0)).toBe(lines);
  for (const p of problems) expect(Object.keys(LINE_PROBLEMS)).toContain(p.code);
  for (const r of records) expect(r.line >= 1 && r.line <= lines).toBe(true);
}

function message(type: number, payload: Buffer, flags = 2): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(16 + payload.length, 0);
  head.writeUInt16LE(type, 4);
  head.writeUInt16LE(flags, 6);
  return Buffer.concat([head, payload, Buffer.alloc((4 - (payload.length % 4)) % 4)]);
}

function attribute(number: number, bytes: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(4 + bytes.length, 0);
  head.writeUInt16LE(number, 2);
  return Buffer.concat([head, bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

const DONE = message(3, Buffer.alloc(4));

describe('what the kernel gave', () => {
  test.each(NAMES)('%s: every message a row, its end a fact, no problem', (name) => {
    const parsed = parse(name);
    holds(parsed);
    expect(parsed.problems).toEqual([]);
    expect(parsed.records.at(-1)).toMatchObject({ kind: 'end', word: 'done', errno: name === 'inet-raw' ? 2 : 0 });
  });

  test('a listener: addresses, limit of the queue, cookie, options', () => {
    const listener = sockets('inet-tcp').find((s) => s.cells['local_port'] === 2222 && s.cells['state_raw'] === 10);
    expect(listener?.cells).toMatchObject({
      family: 4,
      local_address: '127.0.0.1',
      remote_port: 0,
      rx_queue: 1,
      tx_queue: 5,
      shutdown: 0,
      uid: 0,
    });
    expect(listener?.cells).toMatchObject({
      cgroup_id: 1n,
      mark: 0,
      tos: 0,
      rcvbuf: 131072,
      drops: 0,
      socket_flags: 'is_icsk mc_loop mc_all',
    });
    expect(listener?.cells['cookie']).toBeTypeOf('bigint');
  });

  test('a connection: its mark, congestion control, and the inside of TCP', () => {
    const client = sockets('inet-tcp').find((s) => s.cells['mark'] === 7);
    expect(client?.cells).toMatchObject({ remote_port: 2222, timer: 2, tos: 16, congestion: Buffer.from('bbr') });
    expect(client?.tcpInfo).toMatchObject({
      snd_wscale: 10,
      bytes_sent: 1000n,
      bytes_acked: 1001n,
      app_limited: 1,
      reordering: 3,
      received_ce: 0,
    });
    expect(client?.tcpInfo?.['bbr_pacing_gain']).toBeGreaterThan(0);
  });

  test('IPv6: v6only, mapped addresses', () => {
    const only = Object.fromEntries(
      sockets('inet6-tcp')
        .filter((s) => s.cells['state_raw'] === 10)
        .map((s) => [s.cells['local_port'], s.cells['v6only']]),
    );
    expect(only).toEqual({ 8443: 1, 8080: 0 });
    expect(sockets('inet6-tcp').map((s) => s.cells['local_address'])).toEqual(expect.arrayContaining(['::', '::1', '::ffff:127.0.0.1']));
  });

  test('a socket that waits for its time has neither options nor inside', () => {
    const waiting = sockets('inet-tcp').find((s) => s.cells['inode'] === 0 && s.cells['timer'] === 3);
    expect(waiting?.cells['rcvbuf']).toBeUndefined();
    expect(waiting?.tcpInfo).toBeUndefined();
  });

  test('unix: peers both ways, bytes of names, waiting connections, queues', () => {
    const all = sockets('unix');
    const byInode = new Map(all.map((s) => [s.cells['inode'], s.cells]));
    const pair = all.filter((s) => s.cells['type_raw'] === 5).map((s) => s.cells);
    expect(byInode.get(pair[0]?.['peer_inode'])).toBe(pair[1]);
    expect(byInode.get(pair[1]?.['peer_inode'])).toBe(pair[0]);
    expect(all.map((s) => s.cells['path'])).toContainEqual(Buffer.from('\0kd abs\0x'));
    const listener = all.find((s) => s.cells['state_raw'] === 10);
    expect(String(listener?.cells['path'])).toMatch(/^\/tmp\/.*\/st\.sock$/);
    expect(listener?.cells).toMatchObject({ rx_queue: 1, tx_queue: 3, file_device: '254:0' });
    expect(listener?.pending).toHaveLength(1);
    expect(byInode.has(listener?.pending?.[0] ?? -1)).toBe(true);
  });

  test('netlink groups, packet sockets, the inside of MPTCP', () => {
    expect(sockets('netlink').filter((s) => s.cells['protocol'] === 0 && s.cells['port_id'] !== 0)[0]?.cells['groups']).toEqual(
      Buffer.from('1100000000000000', 'hex'),
    );
    expect(sockets('packet').map((s) => [s.cells['type_raw'], s.cells['protocol'], s.cells['ifindex'], s.cells['flags']])).toEqual([
      [3, 3, 0, 1],
      [2, 0x800, 1, 1],
    ]);
    expect(sockets('inet-mptcp').flatMap((s) => s.kept.map((k) => k.name))).toContain('INFO.token');
    expect(sockets('inet-tcp').flatMap((s) => s.kept.map((k) => k.name))).toContain('ULP_INFO.MPTCP.TOKEN_LOC');
  });

  test('every value has its column', () => {
    const columns = new Map(
      [diagInet, diagUnix, diagNetlink, diagPacket, diagVsock, diagXdp].map((t) => [t.name, new Set(t.columns.map(([c]) => c))]),
    );
    const inside = new Set(diagTcpInfo.columns.map(([c]) => c));
    for (const name of NAMES) {
      for (const { table, cells, tcpInfo } of sockets(name)) {
        expect(
          Object.keys(cells).filter((c) => !columns.get(table)?.has(c)),
          name,
        ).toEqual([]);
        expect(Object.keys(tcpInfo ?? {}).filter((c) => !inside.has(c))).toEqual([]);
      }
    }
  });

  test('vsock and xdp, which this kernel does not answer for', () => {
    const vsock = Buffer.alloc(32);
    vsock.set([40, 1, 10, 3]);
    for (const [i, n] of [2, 1024, 0xffffffff, 0xffffffff, 77, 5, 1].entries()) vsock.writeUInt32LE(n, 4 + 4 * i);
    const xdp = Buffer.concat([
      Buffer.from([44, 3, 0, 0]),
      Buffer.from('4d0000000500000001000000', 'hex'),
      attribute(1, Buffer.from('0200000003000000', 'hex')),
      attribute(9, Buffer.alloc(48, 1)),
    ]);
    const [v, x] = [parse('vsock', Buffer.concat([message(20, vsock), DONE])), parse('xdp', Buffer.concat([message(20, xdp), DONE]))];
    const cookie = { inode: 77, cookie: (1n << 32n) | 5n };
    expect(v.records[0]).toMatchObject({
      table: 'diag_vsock',
      cells: { state_raw: 10, shutdown: 3, local_cid: 2, local_port: 1024, remote_cid: 0xffffffff, ...cookie },
    });
    expect(x.records[0]).toMatchObject({
      table: 'diag_xdp',
      cells: { ifindex: 2, queue_id: 3, rx_dropped: 0x0101010101010101n, ...cookie },
    });
    for (const { table, cells } of [...v.records, ...x.records].filter((r) => r.kind === 'socket')) {
      const columns = (table === 'diag_vsock' ? diagVsock : diagXdp).columns.map(([c]) => c);
      expect(Object.keys(cells).filter((c) => !columns.includes(c))).toEqual([]);
    }
  });
});

describe('what no kernel gives', () => {
  test.each(NAMES)('%s cut off anywhere: whole messages stay as they are', (name) => {
    const whole = body(name);
    const { records } = parse(name);
    for (let end = 0; end < whole.length; end += name === 'unix' || name === 'packet' ? 1 : 7) {
      const cut = parse(name, whole.subarray(0, end));
      holds(cut);
      expect(cut.records).toEqual(records.slice(0, cut.records.length));
      if (end > 0) expect(cut.problems.length).toBeGreaterThan(0);
    }
  });

  test.each([
    ['a length of zero', (b: Buffer) => b.writeUInt32LE(0, 0)],
    ['a length below the head', (b: Buffer) => b.writeUInt32LE(15, 0)],
    ['a length beyond the body', (b: Buffer) => b.writeUInt32LE(0xfffffff0, 0)],
  ])('%s ends the walk', (_, lie) => {
    const bytes = body('unix');
    lie(bytes);
    const parsed = parse('unix', bytes);
    holds(parsed);
    expect(parsed).toMatchObject({ lines: 1, records: [], problems: [{ code: 'message-form', line: 1, lines: 1 }, { code: 'dump-open' }] });
  });

  test('a message that ends within its structure, one of another type, one without meaning', () => {
    const parsed = parse(
      'unix',
      Buffer.concat([message(20, Buffer.alloc(15)), message(16, Buffer.alloc(40)), message(1, Buffer.alloc(0)), DONE]),
    );
    holds(parsed);
    expect(parsed.problems.map((p) => [p.line, p.code])).toEqual([
      [1, 'message-form'],
      [2, 'message-form'],
      [3, 'message-form'],
    ]);
  });

  test('attributes: too short, unknown, and bytes in which there is none are kept', () => {
    const payload = Buffer.concat([
      Buffer.alloc(16),
      attribute(2, Buffer.from([9, 9])),
      attribute(77, Buffer.from('what')),
      Buffer.from([3, 0, 1, 0]),
    ]);
    const parsed = parse('unix', Buffer.concat([message(20, payload), DONE]));
    holds(parsed);
    expect(parsed.records[0]).toMatchObject({
      kept: [
        { number: 2, name: 'PEER', bytes: Buffer.from([9, 9]) },
        { number: 77, name: null, bytes: Buffer.from('what') },
        { number: null, name: null, bytes: Buffer.from([3, 0, 1, 0]) },
      ],
    });
    expect(parsed.problems).toMatchObject([{ code: 'message-value', line: 1, lines: 0 }]);
  });

  test('a dump that changed while it was made, an error instead of a dump', () => {
    const first = body('unix').subarray(16, body('unix').readUInt32LE(0));
    expect(parse('unix', Buffer.concat([message(20, first, 0x12), DONE])).problems).toMatchObject([{ code: 'dump-interrupted', lines: 0 }]);
    const refused = Buffer.alloc(20);
    refused.writeInt32LE(-1, 0);
    expect(parse('unix', message(2, refused)).records).toEqual([{ kind: 'end', word: 'error', errno: 1, line: 1 }]);
  });

  test('the same message from a big-endian host', () => {
    const big = Buffer.alloc(16 + 72 + 8);
    big.writeUInt32BE(big.length, 0);
    big.writeUInt16BE(20, 4);
    big.set([2, 1, 0, 0], 16);
    big.writeUInt16BE(80, 20);
    big.set([10, 0, 0, 1], 24);
    big.writeUInt32BE(5, 60);
    big.writeUInt32BE(4711, 16 + 68);
    big.writeUInt16BE(6, 88);
    big.writeUInt16BE(22, 90);
    big.set([0b1000_0000, 0b0100_0000], 92);
    const expected = {
      family: 4,
      local_port: 80,
      local_address: '10.0.0.1',
      cookie: 5n,
      inode: 4711,
      socket_flags: 'recverr recverr_rfc4884',
    };
    expect(parse('inet-tcp', big, { byteOrder: 'big' }).records[0]).toMatchObject({ cells: expected });
    expect(byteOrderOf(big)).toBe('big');
    expect(parse('inet-tcp', big, { byteOrder: null }).records[0]).toMatchObject({ cells: expected });
  });

  test('any bytes: nothing thrown, nothing lost', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...NAMES, 'smc', 'tipc'),
        fc.uint8Array({ maxLength: 400 }),
        fc.constantFrom('little', 'big', null),
        (name, bytes, byteOrder) => holds(parse(name, Buffer.from(bytes), { byteOrder })),
      ),
    );
  });

  test('a dump with bytes changed: nothing thrown, nothing lost, and every piece can be found', () => {
    const edits = fc.array(fc.record({ at: fc.nat(1000), byte: fc.nat(255) }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), edits, (name, list) => {
        const bytes = body(name);
        for (const { at, byte } of list) bytes.writeUInt8(byte, at % bytes.length);
        const parsed = parse(name, bytes);
        holds(parsed);
        const pieces = new Pieces(() => messageRanges(bytes, 'little'));
        const ends = Array.from({ length: parsed.lines }, (_, i) => pieces.range(i + 1));
        expect(ends.every((range) => range !== undefined && range[0] < range[1])).toBe(true);
        expect(pieces.range(parsed.lines + 1)).toBeUndefined();
      }),
    );
  });
});

test('pieces are found in any order', () => {
  const bytes = body('unix');
  const pieces = new Pieces(() => messageRanges(bytes, 'little'));
  const expected = [...messagesOf(bytes, 'little')].map((m) => m.start);
  expect([3, 1, 9, 2].map((n) => pieces.range(n)?.[0])).toEqual([expected[2], expected[0], expected[8], expected[1]]);
});
