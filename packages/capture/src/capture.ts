import { hash, randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Header } from './archive/header.ts';
import { PASS_B } from './archive/layout.ts';
import type { Manifest } from './archive/manifest.ts';
import { ArchiveWriter, type Compression } from './archive/write.ts';
import { ARTEFACTS, FILE_CAP, type OptIn } from './artefacts.ts';
import { attempt, Failure } from './attempt.ts';
import { readClock, readHost, readKernel, readSelf } from './host.ts';
import { type Program, ReaderPool } from './pool.ts';
import { takeFile, takeLink } from './take.ts';
import { Tally } from './tally.ts';
import type { Done, Job, Place, SourceHead, Walked } from './wire.ts';

export interface CaptureOptions {
  readonly fd: number;
  readonly compress: Compression;
  readonly case: string | null;
  readonly operator: string | null;
  readonly reason: string | null;
  readonly timeOffsetMs: number | null;
  /** Absolute. */
  readonly proc: string;
  readonly with: readonly OptIn[];
  readonly maxTimeMs: number | null;
  readonly program: Program;
  readonly tool: Header['tool'];
  readonly output: string | null;
  /** Told what is going on, now and then. */
  readonly progress: (text: string) => void;
}

export interface CaptureResult {
  readonly tally: Tally;
  readonly exit: Manifest['exit'];
  readonly windows: Manifest['windows'];
  readonly sha256: string;
  readonly archiveBytes: number;
  readonly entries: number;
}

const PATIENCE_MS = 5000;
const TABLE_MS = 20_000;
const NET_NAMES = ARTEFACTS.filter((a) => a.scope === 'netns' && a.phase === 'tables').map((a) => a.path);

export class Capture {
  readonly #o: CaptureOptions;
  readonly #writer: ArchiveWriter;
  readonly #pool: ReaderPool;
  readonly #origin: bigint;
  readonly #clock: Header['clock'];
  readonly #tally = new Tally();
  readonly #windows: Record<string, readonly [number, number]> = {};
  readonly #once = new Set<string>();
  readonly #walked: Walked[] = [];
  readonly #mapped = new Map<string, string>();
  readonly #files: string[] = [];
  #places: Record<string, Place[]> = {};
  #ownNet: string | null;
  #stopped: 'interrupted' | 'timeout' | null = null;

  constructor(options: CaptureOptions) {
    this.#o = options;
    this.#clock = readClock(options.proc);
    this.#origin = BigInt(this.#clock.monotonic_ns);
    const net = takeLink(`${options.proc}/self/ns/net`);
    this.#ownNet = net instanceof Failure ? null : net.slice(5, -1);
    this.#writer = new ArchiveWriter(options.fd, options.compress);
    this.#pool = new ReaderPool({
      program: options.program,
      setup: {
        proc: options.proc,
        origin: String(this.#origin),
        with: options.with,
        label: !(takeFile(`${options.proc}/self/attr/current`, FILE_CAP, 1000) instanceof Failure),
      },
      size: Math.min(2, availableParallelism()),
      patienceMs: PATIENCE_MS,
      source: (head, body) => this.#source(head, body),
      done: (job, done) => this.#jobDone(job, done),
      lost: (path, hung) => this.#lost(path, hung),
    });
  }

  /** Ends the capture early; the archive is finished with what there is. */
  stop(why: 'interrupted' | 'timeout'): void {
    this.#stopped ??= why;
    this.#pool.stop();
  }

  /** Lets go of everything; for every way out. */
  abandon(): void {
    this.#pool.stop();
  }

  async run(): Promise<CaptureResult> {
    const timer = this.#o.maxTimeMs === null ? null : setTimeout(() => this.stop('timeout'), this.#o.maxTimeMs);
    const tables = this.#ownTables('');
    const a0 = tables[0]?.head.start ?? 0;
    this.#writer.header(this.#header());
    for (const { head, body } of tables) await this.#source(head, body);
    await this.#phase('tables of other network namespaces', () => this.#otherTables(''));
    this.#windows['tables_a'] = [a0, this.#now()];
    await this.#windowed('descriptors', 'processes', () => this.#pool.run(this.#pids().map((pid) => ({ job: 'walk', pid }))));
    await this.#windowed('tables_b', 'socket tables again', async () => {
      for (const { head, body } of this.#ownTables(PASS_B)) await this.#source(head, body);
      await this.#otherTables(PASS_B);
    });
    await this.#phase('processes again', () => this.#pool.run([{ job: 'stats', pids: this.#pids() }]));
    await this.#phase('memory maps', () => this.#late());
    await this.#phase('host files', () => this.#pool.run([{ job: 'host' }]));
    if (timer) clearTimeout(timer);
    this.#pool.stop();
    return this.#finish();
  }

  #now(): number {
    return Number((process.hrtime.bigint() - this.#origin) / 1000n);
  }

  async #phase(name: string, work: () => Promise<void>): Promise<void> {
    if (this.#stopped) return;
    this.#o.progress(name);
    await work();
    this.#writer.cut();
    await this.#writer.ready();
  }

  async #windowed(window: string, name: string, work: () => Promise<void>): Promise<void> {
    const start = this.#now();
    await this.#phase(name, work);
    this.#windows[window] = [start, this.#now()];
  }

  #header(): object {
    const { tool, proc } = this.#o;
    const header: Header = {
      format: 'coldstat-archive',
      version: 1,
      capture_id: this.#captureId,
      case: this.#o.case,
      operator: this.#o.operator,
      reason: this.#o.reason,
      time_offset_ms: this.#o.timeOffsetMs,
      tool,
      host: readHost(proc),
      kernel: readKernel(proc),
      clock: this.#clock,
      self: readSelf(proc),
      options: { with: this.#o.with, compress: this.#o.compress, max_time_ms: this.#o.maxTimeMs, proc },
    };
    return header;
  }

  readonly #captureId = randomUUID();

  /** The tables of our own network namespace, read here and at once, before any other process is started. */
  #ownTables(prefix: string): { head: SourceHead; body: Buffer }[] {
    const out: { head: SourceHead; body: Buffer }[] = [];
    for (const a of ARTEFACTS) {
      if (a.phase !== 'tables' || this.#stopped) continue;
      const name = a.scope === 'netns' ? `proc/net/${a.path}` : a.path;
      const file = a.scope === 'netns' ? `${this.#o.proc}/self/net/${a.path}` : `${this.#o.proc}/${a.path.slice(5)}`;
      const start = this.#now();
      const taken = takeFile(file, a.cap, TABLE_MS);
      const end = this.#now();
      const netns = a.scope === 'netns' && this.#ownNet !== null ? { netns: this.#ownNet } : {};
      const place = { path: prefix + name, start, end, ...netns };
      if (taken instanceof Failure) out.push({ head: { t: 'miss', ...place, errno: taken.errno }, body: Buffer.alloc(0) });
      else {
        const { body, limit, errno } = taken;
        const odd = { ...(limit && { limit }), ...(errno && { errno }) };
        out.push({ head: { t: 'body', ...place, sha256: hash('sha256', body, 'hex'), ...odd }, body });
      }
    }
    return out;
  }

  async #otherTables(prefix: string): Promise<void> {
    this.#places = {};
    await this.#pool.run([{ job: 'scan', pids: this.#pids() }]);
    const jobs: Job[] = [];
    for (const [netns, places] of Object.entries(this.#places)) {
      if (netns !== this.#ownNet) jobs.push({ job: 'tables', netns, places, prefix, names: NET_NAMES });
    }
    this.#tally.namespaces = Math.max(this.#tally.namespaces, jobs.length + 1);
    await this.#pool.run(jobs);
  }

  #pids(): number[] {
    const names = attempt(() => readdirSync(this.#o.proc));
    if (names instanceof Failure) return [];
    return names
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  }

  async #late(): Promise<void> {
    const jobs: Job[] = this.#walked
      .filter((w) => !w.kernelThread && w.start !== '')
      .map(({ pid, seat, start, local }) => ({ job: 'late', pid, seat, start, local }));
    await this.#pool.run(jobs);
    const start = this.#now();
    const body = Buffer.from([...this.#mapped.values()].join(''), 'latin1');
    await this.#source({ t: 'body', path: 'proc/mapped.list', start, end: start, sha256: hash('sha256', body, 'hex') }, body);
  }

  async #source(head: SourceHead, body: Buffer): Promise<void> {
    const { t, once, limit, ...rest } = head;
    if (once !== undefined) {
      if (this.#once.has(once)) return;
      this.#once.add(once);
    }
    const record = { ...rest, ...(limit && { truncated: true as const, limit }) };
    this.#tally.record(record);
    if (t === 'miss') this.#writer.miss(record);
    else this.#writer.body(record, body);
    await this.#writer.ready();
  }

  #lost(path: string, hung: boolean): void {
    const now = this.#now();
    const record = hung ? { path, start: now, end: now, blocked: true as const } : { path, start: now, end: now, note: 'reader-died' };
    this.#tally.record(record);
    this.#writer.miss(record);
  }

  #jobDone(job: Job, done: Done | null): void {
    if (done?.places) this.#places = { ...done.places } as Record<string, Place[]>;
    if (done?.walked) {
      this.#walked.push(done.walked);
      this.#tally.walked(done.walked);
      if (this.#walked.length % 50 === 0) this.#o.progress(`processes: ${this.#walked.length}`);
    }
    for (const [name, line] of done?.mapped ?? []) if (!this.#mapped.has(name)) this.#mapped.set(name, line);
    if (done?.files) this.#files.push(...done.files);
    if (done === null && job.job === 'walk') this.#lost(`proc/${job.pid}/stat`, true);
  }

  async #finish(): Promise<CaptureResult> {
    const clock = readClock(this.#o.proc);
    this.#windows['total'] = [0, this.#now()];
    const exit = this.#stopped ?? (this.#tally.refused > 0 ? 'refused' : 'complete');
    const usage = process.resourceUsage();
    const result = await this.#writer.finish({
      capture_id: this.#captureId,
      counts: this.#tally.counts(),
      windows: this.#windows,
      clock,
      self: {
        user_us: usage.userCPUTime,
        system_us: usage.systemCPUTime,
        max_rss_kib: usage.maxRSS,
        files: [process.execPath, '/etc/ld.so.preload', ...(this.#o.output === null ? [] : [this.#o.output]), ...this.#files],
      },
      exit,
    });
    return {
      tally: this.#tally,
      exit,
      windows: this.#windows,
      sha256: result.sha256,
      archiveBytes: result.bytes,
      entries: this.#writer.entries,
    };
  }
}
