import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Failure } from '../attempt.ts';
import { failureOf } from './errno.ts';
import type { Libc } from './libc.ts';
import { putU32, u32 } from './native.ts';
import { GETDENTS, KCMP, KCMP_FILES, MSG_TRUNC, PIDFD_GETFD, PIDFD_OPEN } from './numbers.ts';

/** A raw function: numbers and buffers in, a number out. */
type Raw = (...args: readonly (number | Buffer | null)[]) => number;

/** How functions are had, and the errno of the last one that failed. `kinds` has one letter an argument: i int, l long or size, p pointer; the first is the result. */
interface Maker {
  readonly name: string;
  readonly files: readonly string[];
  make(name: string, kinds: string): Raw;
  errno(): number;
}

/** The one way to call the C library: `node:ffi` where this Node has it, else koffi, else null. Called in a child of its own alone, and only when an option asks. */
export async function openLibc(): Promise<Libc | null> {
  const maker = (await tried(async () => builtIn())) ?? (await tried(koffi));
  return maker === null ? null : libc(maker);
}

/** Absent, or it does not load on this host: both mean that there is none. */
async function tried(load: () => Promise<Maker | null>): Promise<Maker | null> {
  try {
    return await load();
  } catch {
    return null;
  }
}

/** The parts of node:ffi (Node 26) that are used; Node 24 knows no types for it. */
interface NodeFfi {
  dlopen(
    path: null,
    definitions: object,
  ): {
    readonly lib: {
      getFunction(name: string, signature: { arguments: string[]; return: string }): (...args: unknown[]) => number | bigint;
    };
  };
  getInt32(pointer: bigint): number;
}

const NODE_TYPES: Readonly<Record<string, string>> = { i: 'i32', l: 'i64', p: 'pointer' };

function builtIn(): Maker | null {
  const ffi = process.getBuiltinModule('node:ffi') as NodeFfi | undefined;
  if (ffi === undefined) return null;
  const { lib } = ffi.dlopen(null, {});
  const type = (kind: string): string => NODE_TYPES[kind] ?? 'void';
  const location = lib.getFunction('__errno_location', { arguments: [], return: 'pointer' });
  return {
    name: 'node:ffi',
    files: [],
    make: (name, kinds) => {
      const [result = '', ...args] = kinds;
      const call = lib.getFunction(name, { arguments: args.map(type), return: type(result) });
      // Longs and pointers go as bigints; a pointer may also be a number, where a system call takes one in that place.
      const given = (value: number | Buffer | null, i: number): unknown =>
        typeof value === 'number' && args[i] !== 'i' ? BigInt(value) : value;
      return (...values) => Number(call(...values.map(given)));
    },
    errno: () => ffi.getInt32(location() as bigint),
  };
}

/** The parts of koffi that are used. */
interface Koffi {
  load(path: null): { func(name: string, result: string, args: string[]): (...args: unknown[]) => number };
  errno(): number;
}

const KOFFI_TYPES: Readonly<Record<string, string>> = { i: 'int', l: 'long', p: 'void *' };

async function koffi(): Promise<Maker> {
  const found: Koffi = (await import('koffi')).default;
  const lib = found.load(null);
  const type = (kind: string): string => KOFFI_TYPES[kind] ?? 'void';
  return {
    name: 'koffi',
    files: [fileURLToPath(import.meta.resolve('koffi')), ...addons()],
    make: (symbol, kinds) => {
      const [result = '', ...args] = kinds;
      const call = lib.func(symbol, type(result), args.map(type));
      return (...values) => call(...values);
    },
    errno: () => found.errno(),
  };
}

function addons(): string[] {
  const maps = readFileSync('/proc/self/maps', 'latin1');
  return [...new Set([...maps.matchAll(/ (\/\S+\.node)$/gm)].map(([, path = '']) => path))];
}

function libc(maker: Maker): Libc {
  const raw = {
    socket: maker.make('socket', 'iiii'),
    close: maker.make('close', 'ii'),
    sendto: maker.make('sendto', 'liplipi'),
    recvfrom: maker.make('recvfrom', 'liplipp'),
    setsockopt: maker.make('setsockopt', 'iiiipi'),
    getsockopt: maker.make('getsockopt', 'iiiipp'),
    getsockname: maker.make('getsockname', 'iipp'),
    getpeername: maker.make('getpeername', 'iipp'),
    ioctl: maker.make('ioctl', 'ill'),
    setns: maker.make('setns', 'iii'),
    getxattr: maker.make('getxattr', 'lpppl'),
    // One signature for all: the same function cannot be had with two.
    syscall: maker.make('syscall', 'lllplll'),
  };
  const failed = (): Failure => failureOf(maker.errno());
  const value = (n: number): number | Failure => (n < 0 ? failed() : n);
  const done = (n: number): Failure | null => (n < 0 ? failed() : null);
  const sender = Buffer.alloc(128);
  const length = Buffer.alloc(4);
  /** Runs a call that fills `room` and tells in `length` how much. */
  const filled = (room: Buffer, call: () => number): Buffer | Failure => {
    putU32(length, 0, room.length);
    return call() < 0 ? failed() : Buffer.from(room.subarray(0, Math.min(u32(length, 0), room.length)));
  };
  return {
    name: maker.name,
    files: maker.files,
    socket: (domain, type, protocol) => value(raw.socket(domain, type, protocol)),
    close: (fd) => void raw.close(fd),
    send: (fd, message) => value(raw.sendto(fd, message, message.length, 0, null, 0)),
    receive: (fd, into) => {
      putU32(length, 0, sender.length);
      const bytes = raw.recvfrom(fd, into, into.length, MSG_TRUNC, sender, length);
      return bytes < 0 ? failed() : { bytes, port: u32(sender, 4) };
    },
    setsockopt: (fd, level, name, given) => done(raw.setsockopt(fd, level, name, given, given.length)),
    getsockopt: (fd, level, name, room) => filled(room, () => raw.getsockopt(fd, level, name, room, length)),
    getname: (fd, end, room) => filled(room, () => (end === 'local' ? raw.getsockname : raw.getpeername)(fd, room, length)),
    ioctl: (fd, request) => value(raw.ioctl(fd, request)),
    setns: (fd, kind) => done(raw.setns(fd, kind)),
    getxattr: (path, name, room) => {
      const n = raw.getxattr(zeroEnded(path), zeroEnded(name), room, room.length);
      return n < 0 ? failed() : Buffer.from(room.subarray(0, n));
    },
    pidfdOpen: (pid, flags) => value(raw.syscall(PIDFD_OPEN, pid, flags, 0, 0, 0)),
    pidfdGetfd: (pidfd, fd) => value(raw.syscall(PIDFD_GETFD, pidfd, fd, 0, 0, 0)),
    getdents: (fd, into) => value(raw.syscall(GETDENTS, fd, into, into.length, 0, 0)),
    compareFiles: (pid, other) => value(raw.syscall(KCMP, pid, other, KCMP_FILES, 0, 0)),
  };
}

function zeroEnded(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'latin1');
}
