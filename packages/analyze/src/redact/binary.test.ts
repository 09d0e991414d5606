import { formatFrame, parsePack } from '@coldstat/capture/archive';
import { expect, it } from 'vitest';
import type { Context } from './lines.ts';
import { Names } from './names.ts';
import { ruleOf } from './rules.ts';
import { Secret } from './secret.ts';

const context: Context = { names: new Names(new Secret(Buffer.from('a key of sixteen'))), byteOrder: 'little' };
const ADDRESS = Buffer.from([203, 0, 113, 77]);
const REPLACED = context.names.addresses.replace(ADDRESS);

function message(type: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(16 + payload.length, 0);
  head.writeUInt16LE(type, 4);
  return Buffer.concat([head, payload]);
}

function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(4 + value.length, 0);
  head.writeUInt16LE(type, 2);
  return Buffer.concat([head, value, Buffer.alloc(-value.length & 3)]);
}

const done = message(3, Buffer.alloc(4));
const redact = (path: string, body: Buffer): Buffer | null => ruleOf(path)?.(Buffer.from(body), context, path) ?? null;

it('a dump of inet sockets keeps its form; addresses are those of the tables, unknown attributes are zero', () => {
  const fixed = Buffer.alloc(72, 0x11);
  fixed[0] = 2;
  fixed.fill(0, 8, 40);
  ADDRESS.copy(fixed, 8);
  ADDRESS.copy(fixed, 24);
  const secret = Buffer.from('correct horse battery');
  const body = Buffer.concat([message(20, Buffer.concat([fixed, attribute(4, Buffer.from('cubic\0')), attribute(99, secret)])), done]);
  const made = redact('netlink/4026531833/inet-tcp', body);
  expect(made?.length).toBe(body.length);
  expect(made?.subarray(24, 28)).toEqual(REPLACED);
  expect(made?.subarray(40, 44)).toEqual(REPLACED);
  expect(made?.includes('cubic')).toBe(true);
  expect(made?.includes('correct')).toBe(false);
  // Ports, states and what is numbers stay.
  expect(made?.subarray(44 + 12, 16 + 72)).toEqual(body.subarray(44 + 12, 16 + 72));
});

it('a dump of addresses: those and broadcast addresses are replaced, labels are zero', () => {
  const address = message(
    20,
    Buffer.concat([Buffer.alloc(8, 1), attribute(2, ADDRESS), attribute(4, ADDRESS), attribute(3, Buffer.from('quack0\0'))]),
  );
  const made = redact('netlink/1/ipv4-addresses', Buffer.concat([address, done]));
  expect(made?.subarray(28, 32)).toEqual(REPLACED);
  expect(made?.subarray(36, 40)).toEqual(REPLACED);
  expect(made?.includes('quack')).toBe(false);
});

it.each([
  ['keys of signed connections', 18],
  ['local addresses of an SCTP endpoint', 12],
  ['its peers', 13],
  ['what BPF programs keep with a socket', 20],
])('%s do not pass', (_, type) => {
  const secret = Buffer.concat([Buffer.from([2, 0, 0, 80]), ADDRESS, Buffer.from('correct horse battery staple')]);
  const body = message(20, Buffer.concat([Buffer.alloc(72, 2), attribute(type, secret), attribute(8, Buffer.from([3]))]));
  const made = redact('netlink/4026531833/inet6-sctp', Buffer.concat([body, done]));
  expect(made?.length).toBe(body.length + done.length);
  expect(made?.includes('correct')).toBe(false);
  expect(made?.includes(ADDRESS)).toBe(false);
  // What follows it is still read.
  expect(made?.subarray(body.length - 4, body.length)).toEqual(Buffer.from([3, 0, 0, 0]));
});

it('an errno passes, and nothing else that netlink itself says', () => {
  const error = Buffer.concat([Buffer.from([0xfe, 0xff, 0xff, 0xff]), Buffer.alloc(16, 7), Buffer.from('correct horse\0')]);
  const made = redact('netlink/1/inet-tcp', Buffer.concat([message(2, error), message(3, Buffer.from('errnstaple'))]));
  expect(made?.subarray(16, 36)).toEqual(error.subarray(0, 20));
  expect(made?.includes('correct')).toBe(false);
  expect(made?.includes('staple')).toBe(false);
});

it('a unix name in a dump becomes what it becomes in net/unix', () => {
  const dump = (name: string): Buffer => message(20, Buffer.concat([Buffer.alloc(16, 1), attribute(0, Buffer.from(name, 'latin1'))]));
  const made =
    redact('netlink/4026531833/unix', Buffer.concat([dump('\0quackmire-agent'), dump('/run/quackmire.sock\0'), done]))?.toString(
      'latin1',
    ) ?? '';
  expect(made).not.toContain('quackmire');
  expect(made).toContain(`\0${context.names.path('@quackmire-agent').slice(1)}`);
  expect(made).toContain(`${context.names.path('/run/quackmire.sock')}\0`);
  expect(context.names.path('/run/quackmire.sock')).toMatch(/^\/run\/\w{9}\.\w{4}$/);
});

it('what is no message, or of a family that is not known, does not pass', () => {
  expect(redact('netlink/1/unix', Buffer.from('correct horse battery staple'))?.includes('horse')).toBe(false);
  expect(redact('netlink/1/smc', done)).toBeNull();
  expect(redact('netlink/1/tipc', done)).toBeNull();
});

it('addresses of sockets, and options', () => {
  const sockname = Buffer.concat([Buffer.from([2, 0, 0, 80]), ADDRESS, Buffer.alloc(8, 0x61)]);
  const unix = Buffer.concat([Buffer.from([1, 0]), Buffer.from('/home/quackmire/s\0')]);
  const frames = [
    { name: '3/sockname', body: sockname, truncated: false },
    { name: '4/peername', body: unix, truncated: false },
    { name: '3/SOL_SOCKET/SO_KEEPALIVE', body: Buffer.from([1, 0, 0, 0]), truncated: false },
    { name: '3/SOL_SOCKET/SO_BINDTODEVICE', body: Buffer.from('wg-acme\0'), truncated: false },
    { name: '3/IPPROTO_IP/IP_MULTICAST_IF', body: ADDRESS, truncated: false },
    { name: '3/IPPROTO_IP/IP_OPTIONS', body: Buffer.concat([Buffer.from([7, 7, 4]), ADDRESS, Buffer.from([0])]), truncated: false },
    { name: 'novelty', body: Buffer.from('acme'), truncated: false },
  ];
  const made = parsePack(redact('proc/7/sockopt.pack', Buffer.concat(frames.map(formatFrame))) ?? Buffer.alloc(0)).frames.map(
    ({ frame }) => frame,
  );
  expect(made.map((frame) => frame.name)).toEqual(frames.slice(0, 6).map((frame) => frame.name));
  const bodies = made.map((frame) => ('body' in frame ? frame.body : Buffer.alloc(0)));
  expect(bodies[0]).toEqual(Buffer.concat([Buffer.from([2, 0, 0, 80]), REPLACED, Buffer.alloc(8)]));
  expect(bodies[1]?.includes('quackmire')).toBe(false);
  expect(bodies[2]).toEqual(Buffer.from([1, 0, 0, 0]));
  expect(bodies[3]).toEqual(Buffer.alloc(8));
  expect(bodies[4]).toEqual(REPLACED);
  expect(bodies[5]).toEqual(Buffer.alloc(8));
});

it('an answer of the portmapper keeps its entries; addresses and owners are replaced', () => {
  const u32 = (...numbers: readonly number[]): Buffer =>
    Buffer.concat(numbers.map((n) => Buffer.from([n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255])));
  const text = (t: string): Buffer => Buffer.concat([u32(t.length), Buffer.from(t), Buffer.alloc(-t.length & 3)]);
  const reply = Buffer.concat([
    u32(7, 1, 0, 0, 0, 0),
    u32(1, 100000, 4),
    text('tcp'),
    text('203.0.113.77.0.111'),
    text('quackmire'),
    u32(0),
  ]);
  const made = redact('reply/rpcbind/v4-dump', Buffer.concat([u32((0x8000_0000 | reply.length) >>> 0), reply]))?.toString('latin1') ?? '';
  expect(made).toContain(`${[...REPLACED].join('.')}.0.111`);
  expect(made).toContain('\x03tcp\0');
  expect(made).not.toContain('quackmire');
  expect(made).not.toContain('203.0.113');
  expect(redact('reply/rpcbind/v4-dump', Buffer.from('nonsense, and quite long enough'))).toBeNull();
});
