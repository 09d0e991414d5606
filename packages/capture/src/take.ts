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
): Taken | Failure {
  const fd = attempt(() => openSync(path, flags));
  if (fd instanceof Failure) return fd;
  const taken = attempt(() => drain(fd, cap, ms, tick));
  attempt(() => closeSync(fd));
  return taken;
}

function drain(fd: number, cap: number, ms: number, tick: Tick): Taken | Failure {
  const until = process.hrtime.bigint() + BigInt(ms) * 1_000_000n;
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
    if (reads % 16 === 0) {
      tick();
      if (process.hrtime.bigint() > until) return end({ limit: 'time' });
    }
  }
}

/**
 * The text of a small file that the kernel makes in one piece (single_open of seq_file: fdinfo), as latin1. One read is enough when it did not
 * fill the buffer; there are hundreds of thousands of these, so the second read that would say 0 is spared.
 */
export function takeSmall(path: string, cap: number): string | Failure {
  const fd = attempt(() => openSync(path, constants.O_RDONLY));
  if (fd instanceof Failure) return fd;
  const n = attempt(() => readSync(fd, scratch, 0, CHUNK, null));
  attempt(() => closeSync(fd));
  if (n instanceof Failure) return n;
  if (n < CHUNK) return scratch.toString('latin1', 0, n);
  const whole = takeFile(path, cap, 2000);
  return whole instanceof Failure ? whole : whole.body.toString('latin1');
}

/** Text of a link, one character a byte. The kernel's limit is 4095 bytes (ENAMETOOLONG beyond). */
export function takeLink(path: string | Buffer): string | Failure {
  return attempt(() => readlinkSync(path, 'latin1'));
}
