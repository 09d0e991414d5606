import { hash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { Failure } from './attempt.ts';
import type { Taken } from './take.ts';
import { type Belongs, type Careful, type Done, encodeHead, type Head, headSize, putHead } from './wire.ts';

const FLUSH = 512 * 1024;
const TICK_NS = 250_000_000n;
/** How long what is done may lie here. */
const LINGER_NS = 20_000_000n;

/**
 * The child's way up: buffers frames, and writes them when there is much, when a risky source is next, and when no job waits. Each write wakes the parent, so
 * files that may wait for a lock of their process are not announced: which one hangs is seen from outside (stuck.ts).
 */
export class Outlet {
  readonly #fd: number;
  readonly #origin: bigint;
  readonly #block = Buffer.allocUnsafeSlow(FLUSH);
  /** What this process had cost when the capture began. */
  readonly #before: { readonly userCPUTime: number; readonly systemCPUTime: number };
  #held = 0;
  #lastWrite = 0n;
  /** Announce every source (a child hung in this job before). */
  careful = false;
  delivered: ReadonlySet<string> = new Set();
  avoid: ReadonlySet<string> = new Set();

  /** `first`: the start of this process is a part of what the capture costs. */
  constructor(fd: number, origin: bigint, first = true) {
    this.#fd = fd;
    this.#origin = origin;
    this.#before = first ? { userCPUTime: 0, systemCPUTime: 0 } : process.resourceUsage();
  }

  /** What is to be heeded from now on. */
  begin(job: Careful): void {
    this.careful = job.careful === true;
    this.delivered = new Set(job.delivered);
    this.avoid = new Set(job.avoid);
  }

  /** Whether this source is done with in this job: sent before, or not to be touched again. */
  skips(path: string): boolean {
    return this.delivered.has(path) || this.avoid.has(path);
  }

  /** Microseconds since the capture's start. */
  now(): number {
    return Number((process.hrtime.bigint() - this.#origin) / 1000n);
  }

  /** Tries one source unless it is to be skipped; `risky` ones are announced first, so that a hang has a name. */
  source(path: string, risky: boolean, belongs: Belongs, take: () => Taken | Failure, extra: { note?: string; once?: string } = {}): void {
    if (this.skips(path)) return;
    const announce = risky || this.careful;
    if (announce) this.announce(path);
    const start = this.now();
    const taken = take();
    if (taken instanceof Failure) this.#push({ t: 'miss', path, start, end: this.now(), errno: taken.errno, ...belongs, ...extra }, null);
    else this.deliver(path, belongs, start, taken, hash('sha256', taken.body, 'hex'), extra);
    if (announce) this.settled();
  }

  deliver(path: string, belongs: Belongs, start: number, taken: Taken, sha256: string, extra: { note?: string; once?: string }): void {
    const { body, limit, errno } = taken;
    const end = this.now();
    if (limit !== undefined || errno !== undefined || !isEmpty(belongs) || !isEmpty(extra)) {
      const odd = { ...(limit && { limit }), ...(errno && { errno }) };
      this.#push({ t: 'body', path, start, end, sha256, ...odd, ...belongs, ...extra }, body);
      return;
    }
    const record = `{"path":"${path}","start":${start},"end":${end},"bytes":${body.length},"sha256":"${sha256}"}`;
    this.#push({ t: 'plain', path, record }, body);
  }

  /** What comes next may hang: says so, and sends all that is ready. */
  announce(path: string): void {
    this.#push({ t: 'at', path }, null);
    this.flush();
  }

  /** What was announced is over. */
  settled(): void {
    this.#push({ t: 'at', path: null }, null);
  }

  /** A source that was not tried, or was gone. */
  miss(path: string, belongs: Belongs, why: { errno?: string; note?: string }): void {
    if (this.skips(path)) return;
    const now = this.now();
    this.#push({ t: 'miss', path, start: now, end: now, ...why, ...belongs }, null);
  }

  /** Says that there is progress in something long. */
  tick(): void {
    if (process.hrtime.bigint() - this.#lastWrite < TICK_NS) return;
    this.#push({ t: 'tick' }, null);
    this.flush();
  }

  /** The job is over. Nothing is sent yet when more jobs wait and little is ready: each write wakes the parent. */
  done(head: Omit<Done, 't'>, more: boolean): void {
    const late = process.hrtime.bigint() - this.#lastWrite > LINGER_NS;
    if (more && !late) {
      this.#push({ t: 'done', ...head }, null);
      return;
    }
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const user = userCPUTime - this.#before.userCPUTime;
    const system = systemCPUTime - this.#before.systemCPUTime;
    this.#push({ t: 'done', ...head, usage: { pid: process.pid, user, system, rss: maxRSS } }, null);
    this.flush();
  }

  #push(head: Head, body: Buffer | null): void {
    const text = encodeHead(head);
    const before = headSize(text);
    const size = body?.length ?? 0;
    if (this.#held + before + size > FLUSH) this.flush();
    // Small frames go out together; a large one is not copied once more.
    const large = before + size > FLUSH;
    const block = large ? Buffer.allocUnsafe(before) : this.#block;
    putHead(block, large ? 0 : this.#held, text, size);
    if (large) {
      this.#write(block);
      if (body !== null) this.#write(body);
      return;
    }
    this.#held += before;
    if (body !== null) this.#held += body.copy(block, this.#held);
  }

  flush(): void {
    this.#write(this.#block.subarray(0, this.#held));
    this.#held = 0;
    this.#lastWrite = process.hrtime.bigint();
  }

  /** The pipe blocks: the parent's pace is ours. It reads nothing more when it is gone: EPIPE ends this process. */
  #write(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
  }
}

function isEmpty(more: object): boolean {
  for (const _ in more) return false;
  return true;
}
