import { endianness } from 'node:os';
import { describe, expect, test } from 'vitest';
import { Failure } from '../attempt.ts';
import { findEnd, takeDump } from './dump.ts';
import type { Libc } from './libc.ts';
import { putU16, putU32, u16, u32 } from './native.ts';
import { DUMPS } from './sock-diag.ts';

function message(type: number, payload: Buffer): Buffer {
  const out = Buffer.alloc((16 + payload.length + 3) & ~3);
  putU32(out, 0, 16 + payload.length);
  putU16(out, 4, type);
  payload.copy(out, 16);
  return out;
}

function int(value: number): Buffer {
  const out = Buffer.alloc(4);
  putU32(out, 0, value >>> 0);
  return out;
}

const RECORD = message(20, Buffer.from('abc'));
const DONE = message(3, int(0));
const ENOENT = 2;

describe('findEnd', () => {
  test('none in a datagram of records', () => expect(findEnd(Buffer.concat([RECORD, RECORD]))).toBeNull());
  test('done', () => expect(findEnd(Buffer.concat([RECORD, DONE, RECORD]))).toEqual({ end: RECORD.length + DONE.length, errno: null }));
  test('an error says which', () => expect(findEnd(message(2, int(-ENOENT)))?.errno).toBe('ENOENT'));
  test('done may bear an error as well', () => expect(findEnd(message(3, int(-ENOENT)))?.errno).toBe('ENOENT'));
  test('a length that cannot be', () => {
    const short = Buffer.from(RECORD);
    putU32(short, 0, 3);
    expect(findEnd(short)).toEqual({ end: short.length, errno: 'EBADMSG' });
    putU32(short, 0, 4000);
    expect(findEnd(short)?.errno).toBe('EBADMSG');
  });
});

/** A C library whose socket gives these datagrams. */
function libcWith(answers: readonly ({ readonly body: Buffer; readonly port?: number } | Failure)[]): { libc: Libc; closed: number[] } {
  const closed: number[] = [];
  const queue = [...answers];
  const libc = {
    socket: () => 7,
    setsockopt: () => null,
    send: (_: number, sent: Buffer) => sent.length,
    receive: (_: number, into: Buffer) => {
      const next = queue.shift() ?? new Failure('EIO');
      if (next instanceof Failure) return next;
      next.body.copy(into);
      return { bytes: next.body.length, port: next.port ?? 0 };
    },
    close: (fd: number) => void closed.push(fd),
  } as unknown as Libc;
  return { libc, closed };
}

const dump = (libc: Libc, cap = 1 << 20) => takeDump(libc, { request: Buffer.alloc(16) }, cap, 1000, () => undefined);

describe('takeDump', () => {
  test('several datagrams, with interruptions and what others send left out', () => {
    const { libc, closed } = libcWith([
      { body: RECORD },
      new Failure('EINTR'),
      { body: DONE, port: 4711 },
      { body: Buffer.concat([RECORD, DONE]) },
    ]);
    expect(dump(libc)).toEqual({ body: Buffer.concat([RECORD, RECORD, DONE]) });
    expect(closed).toEqual([7]);
  });

  test('an answer that breaks off keeps what came', () => {
    expect(dump(libcWith([{ body: RECORD }, new Failure('ENOBUFS')]).libc)).toEqual({ body: RECORD, errno: 'ENOBUFS' });
  });

  test('nothing at all is the errno', () => {
    expect(dump(libcWith([new Failure('EPERM')]).libc)).toEqual(new Failure('EPERM'));
  });

  test('too much is cut between datagrams', () => {
    expect(dump(libcWith([{ body: RECORD }, { body: RECORD }]).libc, RECORD.length + 1)).toEqual({ body: RECORD, limit: 'bytes' });
  });
});

describe('what is asked', () => {
  test('each request is a dump by family that says its own length, and none destroys', () => {
    const SOCK_DIAG_BY_FAMILY = 20;
    const NLM_F_DUMP = 0x300;
    const RTM_GETADDR = 22;
    for (const { name, request, netlink } of DUMPS) {
      expect(u32(request, 0), name).toBe(request.length);
      expect(u16(request, 4), name).toBe(netlink === undefined ? SOCK_DIAG_BY_FAMILY : RTM_GETADDR);
      expect(u16(request, 6) & NLM_F_DUMP, name).toBe(NLM_F_DUMP);
    }
    expect(new Set(DUMPS.map(({ name }) => name)).size).toBe(DUMPS.length);
  });

  test('TCP: every state and every extension', () => {
    const request = DUMPS.find(({ name }) => name === 'inet-tcp')?.request ?? Buffer.alloc(0);
    expect([...request.subarray(16, 20)]).toEqual([2, 6, 0xff, 0]);
    expect(u32(request, 20)).toBe(0xffffffff);
    expect(request.length).toBe(16 + 56);
  });

  test('numbers are those of this host', () => {
    const bytes = Buffer.alloc(4);
    putU32(bytes, 0, 0x01020304);
    expect([...bytes]).toEqual(endianness() === 'LE' ? [4, 3, 2, 1] : [1, 2, 3, 4]);
  });
});
