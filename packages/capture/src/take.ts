import { closeSync, constants, openSync, readlinkSync, readSync } from 'node:fs';
import { attempt, Failure } from './attempt.ts';

/** What one read gave. `limit` says what cut it; `errno` what broke it off after the bytes at hand. */
export interface Taken {
  readonly body: Buffer;
  readonly limit?: 'bytes' | 'time';
  readonly errno?: string;
}

/** Seen between two chunks of a long read: the watchdog wants to know that there is progress. */
export type Tick = () => void;

/** Asks the kernel to leave the time of last access alone: granted to the owner and to root, EPERM for others. */
export const O_NOATIME = 0o1000000;

const NO_TICK: Tick = () => undefined;
const CHUNK = 256 * 1024;
const scratch = Buffer.allocUnsafeSlow(CHUNK);

/**
 * Reads a file to its end, at most `cap` bytes and `ms` milliseconds (looked at between chunks; a read that hangs is the watchdog's matter).
 * The kernel gives about a page a read of most files here, so short reads are not the end: only 0 is.
 */
export function takeFile(
  path: string | Buffer,
  cap: number,
  ms: number,
  flags: number = constants.O_RDONLY,
  tick: Tick = NO_TICK,
  shortEnd = 0,
): Taken | Failure {
  const fd = attempt(() => openSync(path, flags));
  if (fd instanceof Failure) return fd;
  const taken = attempt(() => drain(fd, cap, ms, tick, shortEnd));
  attempt(() => closeSync(fd));
  return taken;
}

function drain(fd: number, cap: number, ms: number, tick: Tick, shortEnd: number): Taken | Failure {
  const until = performance.now() + ms;
  const full: Buffer[] = [];
  let total = 0;
  let held = 0;
  const end = (extra: Omit<Taken, 'body'>): Taken => {
    const last = Buffer.from(scratch.subarray(0, held));
    return { body: full.length === 0 ? last : Buffer.concat([...full, last]), ...extra };
  };
  for (let reads = 1; ; reads++) {
    // One byte beyond the cap is asked for, so that a file of exactly that size is not called truncated.
    const room = Math.min(CHUNK - held, cap + 1 - total);
    const n = attempt(() => readSync(fd, scratch, held, room, null));
    if (n instanceof Failure) return total === 0 ? n : end({ errno: n.errno });
    if (n === 0) return end({});
    total += n;
    held += n;
    if (total > cap) {
      held--;
      return end({ limit: 'bytes' });
    }
    if (held === CHUNK) {
      full.push(Buffer.from(scratch));
      held = 0;
    }
    if (n < room && n < shortEnd) return end({});
    if (reads % 16 === 0) {
      tick();
      if (performance.now() > until) return end({ limit: 'time' });
    }
  }
}

/** Tables made of a hash that all network namespaces share, with rows under 256 bytes. */
const HASHED = /(?:^|\/)(?:tcp|udp|udplite)6?$/;
const SURELY_LAST = 3072;

/**
 * A table below `net/`. To say 0 at its end, tcp and udp walk their whole hash once more (net/ipv4/tcp_ipv4.c tcp_seq_start: tcp_get_idx), which for an
 * empty namespace is half of the cost. seq_read_iter fills its buffer, a page at least, until the next row does not fit: what left room for many rows
 * was the end.
 */
export function takeTable(path: string, cap: number, ms: number, tick: Tick = NO_TICK): Taken | Failure {
  return takeFile(path, cap, ms, constants.O_RDONLY, tick, HASHED.test(path) ? SURELY_LAST : 0);
}

/**
 * A file that the kernel makes in one piece (single_open of seq_file, simple_read_from_buffer: most files of a process): a read that did not fill the
 * buffer had all of it, and the one that would say 0 is spared.
 */
export function takeWhole(path: string, cap: number, ms: number): Taken | Failure {
  return takeFile(path, cap, ms, constants.O_RDONLY, NO_TICK, CHUNK);
}

/**
 * A small file that the kernel makes in one piece (single_open of seq_file: fdinfo). One read is enough when it did not fill the buffer; there are
 * hundreds of thousands of these, so the second read that would say 0 is spared. The bytes stay only until the next file is taken.
 */
export function takeBriefly(path: string, cap: number): Buffer | Failure {
  const fd = attempt(() => openSync(path, constants.O_RDONLY));
  if (fd instanceof Failure) return fd;
  const n = attempt(() => readSync(fd, scratch, 0, CHUNK, null));
  attempt(() => closeSync(fd));
  if (n instanceof Failure) return n;
  if (n < CHUNK) return scratch.subarray(0, n);
  const whole = takeFile(path, cap, 2000);
  return whole instanceof Failure ? whole : whole.body;
}

/** The same as text, latin1. */
export function takeSmall(path: string, cap: number): string | Failure {
  const bytes = takeBriefly(path, cap);
  return bytes instanceof Failure ? bytes : bytes.toString('latin1');
}

/** Text of a link, one character a byte. The kernel's limit is 4095 bytes (ENAMETOOLONG beyond). */
export function takeLink(path: string | Buffer): string | Failure {
  return attempt(() => readlinkSync(path, 'latin1'));
}
