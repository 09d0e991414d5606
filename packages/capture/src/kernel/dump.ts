import { Failure } from '../attempt.ts';
import type { Taken, Tick } from '../take.ts';
import { failureOf } from './errno.ts';
import type { Libc } from './libc.ts';
import { i32, u16, u32 } from './native.ts';
import type { Dump } from './sock-diag.ts';

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_SOCK_DIAG = 4;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const NLMSG_HDRLEN = 16;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
/** The kernel makes parts of a dump as large as the reader's buffer, 32 KiB at most (net/netlink/af_netlink.c netlink_dump). */
const ROOM = 64 * 1024;
const WAIT_S = 1;

/**
 * One dump: every message of the answer as it came, up to and with the closing NLMSG_DONE or NLMSG_ERROR. `errno` is what the closing message says, or
 * what broke the answer off. At most `cap` bytes and `ms` milliseconds.
 */
export function takeDump(
  libc: Libc,
  { request, netlink }: Pick<Dump, 'request' | 'netlink'>,
  cap: number,
  ms: number,
  tick: Tick,
): Taken | Failure {
  const fd = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, netlink ?? NETLINK_SOCK_DIAG);
  if (fd instanceof Failure) return fd;
  const failed = libc.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, seconds(WAIT_S)) ?? sent(libc.send(fd, request));
  const taken = failed ?? drain(libc, fd, cap, ms, tick);
  libc.close(fd);
  return taken;
}

function sent(bytes: number | Failure): Failure | null {
  return bytes instanceof Failure ? bytes : null;
}

/** `struct timeval`: two longs. */
function seconds(n: number): Buffer {
  return Buffer.from(new BigInt64Array([BigInt(n), 0n]).buffer);
}

function drain(libc: Libc, fd: number, cap: number, ms: number, tick: Tick): Taken | Failure {
  const until = performance.now() + ms;
  const room = Buffer.alloc(ROOM);
  const parts: Buffer[] = [];
  let total = 0;
  const end = (extra: Omit<Taken, 'body'>): Taken => ({ body: Buffer.concat(parts), ...extra });
  for (;;) {
    const got = libc.receive(fd, room);
    tick();
    if (performance.now() > until) return end({ limit: 'time' });
    if (got instanceof Failure && (got.errno === 'EINTR' || got.errno === 'EAGAIN')) continue;
    if (got instanceof Failure) return total === 0 ? got : end({ errno: got.errno });
    // Another process with the right to can send to our port as well: only the kernel's is port 0.
    if (got.port !== 0) continue;
    if (got.bytes > ROOM) return end({ errno: 'EMSGSIZE' });
    const answer = room.subarray(0, got.bytes);
    const closing = findEnd(answer);
    const size = closing?.end ?? got.bytes;
    if (total + size > cap) return end({ limit: 'bytes' });
    parts.push(Buffer.from(answer.subarray(0, size)));
    total += size;
    if (closing !== null) return end(closing.errno === null ? {} : { errno: closing.errno });
  }
}

interface Closing {
  readonly end: number;
  readonly errno: string | null;
}

/** The message that ends a dump, if it is in this datagram; a length that cannot be ends it too. */
export function findEnd(answer: Buffer): Closing | null {
  for (let at = 0; at + NLMSG_HDRLEN <= answer.length; ) {
    const length = u32(answer, at);
    const type = u16(answer, at + 4);
    if (length < NLMSG_HDRLEN || at + length > answer.length) return { end: answer.length, errno: 'EBADMSG' };
    const end = Math.min(at + ((length + 3) & ~3), answer.length);
    if (type === NLMSG_DONE || type === NLMSG_ERROR) {
      // Both begin with an int: 0, or a negative errno (struct nlmsgerr; netlink_dump_done).
      const error = length >= NLMSG_HDRLEN + 4 ? i32(answer, at + NLMSG_HDRLEN) : 0;
      return { end, errno: error < 0 ? failureOf(-error).errno : null };
    }
    at = end;
  }
  return null;
}
