import { hash } from 'node:crypto';
import type { LogRecord } from './archive/record.ts';
import type { ArchiveWriter } from './archive/write.ts';
import { Failure } from './attempt.ts';
import { listProcesses, monotonic } from './host.ts';
import type { SeriesBodies } from './series-bodies.ts';
import { Tally } from './tally.ts';
import type { Job, PlainHead, SourceHead } from './wire.ts';

/** Where the hash begins in the record of a plain source, which ends with it, a quote and a brace. */
const SHA256_FROM_END = -66;

/** Where all sources arrive: each becomes an entry with a record or a record alone, is counted, and is crossed off the plan. */
export class Intake {
  readonly tally: Tally;
  readonly #writer: ArchiveWriter;
  readonly #origin: bigint;
  readonly #bodies: SeriesBodies | null;
  /** Sources that are to come; what is left at the end was not tried. */
  readonly #planned = new Set<string>();
  readonly #once = new Set<string>();
  /** Processes that were planned to be read. */
  readonly #met = new Set<string>();

  /** `bodies`: what earlier moments of the series hold. */
  constructor(writer: ArchiveWriter, origin: bigint, bodies: SeriesBodies | null = null) {
    this.#writer = writer;
    this.#origin = origin;
    this.#bodies = bodies;
    this.tally = new Tally(bodies === null || bodies.first);
  }

  /** Microseconds since the start of the capture. */
  now(): number {
    return Number((monotonic() - this.#origin) / 1000n);
  }

  plan(path: string): void {
    this.#planned.add(path);
    if (path.endsWith('/stat')) this.#met.add(path);
  }

  /** It will not come, and another source says why. */
  unplan(path: string): void {
    this.#planned.delete(path);
  }

  /** A source as a reader delivers it; what it returns, if anything, resolves when more may be given. */
  source(head: SourceHead | PlainHead, body: Buffer): Promise<void> | undefined {
    if (head.t === 'plain') this.#plain(head, body);
    else this.#source(head, body);
    return this.#writer.full ? this.#writer.ready() : undefined;
  }

  #source(head: SourceHead, body: Buffer): void {
    const { t, once, limit, ...rest } = head;
    if (once !== undefined && this.#once.has(once)) return;
    if (once !== undefined) this.#once.add(once);
    const record = { ...rest, ...(limit && { truncated: true as const, limit }) };
    this.#planned.delete(record.path);
    this.tally.record(record);
    if (t === 'miss') this.#writer.miss(record);
    else this.#body(record, body);
  }

  /** Nothing about it is to be counted. */
  #plain({ path, record }: PlainHead, body: Buffer): void {
    this.#planned.delete(path);
    const earlier = this.#earlier(record.slice(SHA256_FROM_END, -2), body);
    this.#writer.plain(path, earlier === null ? record : `${record.slice(0, -1)},"ref":${earlier}}`, earlier === null ? body : null);
  }

  #body(record: Omit<LogRecord, 'seq' | 'bytes'>, body: Buffer): void {
    const earlier = record.sha256 === undefined ? null : this.#earlier(record.sha256, body);
    if (earlier === null) this.#writer.body(record, body);
    else this.#writer.refer(record, body.length, earlier);
  }

  /** The moment of the series that has this body already. */
  #earlier(sha256: string, body: Buffer): number | null {
    return body.length === 0 ? null : (this.#bodies?.earlier(sha256) ?? null);
  }

  /** A source without a body, for a reason that is known here. */
  lost(path: string, why: Partial<LogRecord>): void {
    const now = this.now();
    const record = { path, start: now, end: now, ...why };
    this.#planned.delete(path);
    this.tally.record(record);
    this.#writer.miss(record);
  }

  /** What was to come of a job that no child could do; the rest of it is on the plan. */
  givenUp(job: Job): void {
    const note = 'reader-died';
    if (job.job === 'walk') this.lost(`proc/${job.pid}/stat`, { note });
    if (job.job === 'tables') this.lost(`${job.prefix}netns/${job.netns}`, { netns: job.netns, note });
    if (job.job === 'scan') this.lost('netns', { note });
    if (job.job === 'sweep') this.lost('listing/probe', { note });
  }

  /** Processes that are listed now. A listing that fails is a source that was refused: without it nothing of any process is taken. */
  processes(proc: string): number[] {
    const pids = listProcesses(proc);
    if (!(pids instanceof Failure)) return pids;
    this.lost('proc', { errno: pids.errno });
    return [];
  }

  /** Processes that began since: one of them may hold by now what an older process held when it was looked at. */
  newcomers(proc: string): number[] {
    return this.processes(proc).filter((pid) => !this.#met.has(`proc/${pid}/stat`));
  }

  /** A body put together of parts that came from several children. */
  async gathered(path: string, parts: ReadonlyMap<string, string>): Promise<void> {
    const body = Buffer.from([...parts.values()].join(''), 'latin1');
    const now = this.now();
    await this.source({ t: 'body', path, start: now, end: now, sha256: hash('sha256', body, 'hex') }, body);
  }

  /** Says of everything that was planned and did not come that it was not tried. */
  settle(): void {
    for (const path of this.#planned) this.lost(path, { note: 'not-tried' });
  }
}
