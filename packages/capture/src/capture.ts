import type { Header } from './archive/header.ts';
import { PASS_B } from './archive/layout.ts';
import { ArchiveWriter } from './archive/write.ts';
import { ARTEFACTS, type Artefact, FILE_CAP } from './artefacts.ts';
import { Failure } from './attempt.ts';
import { type CaptureOptions, cautionsOf, makeHeader } from './header.ts';
import { newCaptureId, readClock } from './host.ts';
import { Intake } from './intake.ts';
import { KernelAnswers } from './kernel/answers.ts';
import { CHILDREN, Namespaces } from './namespaces.ts';
import { ownName, takeOwn } from './own-tables.ts';
import { frameText } from './pieces.ts';
import { ReaderPool } from './pool.ts';
import { askPortmapper, PORTMAPPER_PATHS } from './portmapper.ts';
import type { CaptureResult } from './summary.ts';
import { takeFile, takeLink } from './take.ts';
import type { Done, Job, Walked } from './wire.ts';

/** Without a sign of life for so long, a reading child is given up. */
const PATIENCE_MS = 5000;

const TABLES = ARTEFACTS.filter((a) => a.phase === 'tables');
const NET_NAMES = TABLES.filter((a) => a.scope === 'netns').map((a) => a.path);
const STATS_B = `${PASS_B}proc/stat.pack`;
const MAPPED = 'proc/mapped.list';

/** One capture, from the first look at the clock to the manifest. */
export class Capture {
  readonly #o: CaptureOptions;
  readonly #id = newCaptureId();
  readonly #writer: ArchiveWriter;
  readonly #intake: Intake;
  readonly #pool: ReaderPool;
  readonly #kernel: KernelAnswers;
  readonly #clock: Header['clock'];
  readonly #ownNet: string | null;
  readonly #spaces: Namespaces;
  readonly #windows: Record<string, readonly [number, number]> = {};
  readonly #walked: Walked[] = [];
  readonly #lines = { mapped: new Map<string, string>(), hashed: new Map<string, string>(), copied: new Map<string, string>() };
  readonly #files: string[] = [];
  #cautions: readonly string[] = [];
  #stopped: 'interrupted' | 'timeout' | null = null;

  constructor(options: CaptureOptions) {
    this.#o = options;
    const { proc } = options;
    this.#clock = readClock(proc);
    const origin = BigInt(this.#clock.monotonic_ns);
    const net = takeLink(`${proc}/self/ns/net`);
    this.#ownNet = net instanceof Failure ? null : net.slice(5, -1);
    this.#writer = new ArchiveWriter(options.fd, options.compress, options.seal);
    this.#intake = new Intake(this.#writer, origin);
    const setup = { proc, origin: String(origin), with: options.with, label: this.#labelled() };
    const common = { program: options.program, setup, patienceMs: PATIENCE_MS };
    this.#kernel = new KernelAnswers({ ...common, options: options.kernel, proc, intake: this.#intake, done: (done) => this.#cost(done) });
    this.#pool = new ReaderPool({
      ...common,
      size: CHILDREN,
      source: (head, body) => this.#intake.source(head, body),
      done: (job, done) => this.#jobDone(job, done),
      lost: (path, hung) => this.#intake.lost(path, hung ? { blocked: true } : { note: 'reader-died' }),
    });
    this.#spaces = new Namespaces(proc, this.#ownNet, this.#intake, this.#pool);
    const host = ARTEFACTS.filter((a) => a.scope === 'host' && a.phase === 'host');
    const twice = TABLES.flatMap((a) => [ownName(a), PASS_B + ownName(a)]);
    for (const path of [...twice, ...host.map(ownName), STATS_B, MAPPED, ...this.#last().map(ownName)]) this.#intake.plan(path);
    if (options.with.includes('rpcbind')) for (const path of PORTMAPPER_PATHS) this.#intake.plan(path);
  }

  /** Ends the capture early; run() finishes the archive with what there is. */
  stop(why: 'interrupted' | 'timeout'): void {
    this.#stopped ??= why;
    this.abandon();
  }

  /** Leaves no child behind; for every way out. */
  abandon(): void {
    this.#pool.stop();
    this.#kernel.stop();
  }

  async run(): Promise<CaptureResult> {
    const { maxTimeMs } = this.#o;
    const timer = maxTimeMs === null ? null : setTimeout(() => this.stop('timeout'), maxTimeMs).unref();
    const start = this.#intake.now();
    const tables = TABLES.map((a) => this.#own(a, ''));
    const header = makeHeader(this.#o, this.#id, this.#clock);
    this.#cautions = cautionsOf(header.self);
    this.#writer.header(header);
    for (const { head, body } of tables) await this.#intake.source(head, body);
    this.#writer.cut();
    // Finding the namespaces takes children that have to start first: it counts only when there was one to read.
    const own = this.#intake.now();
    await this.#phase('kernel socket lists', async () => {
      await this.#kernel.open();
      if (this.#ownNet !== null) await this.#kernel.netlink([{ netns: this.#ownNet, paths: null }]);
    });
    let others = 0;
    await this.#phase('socket tables', async () => {
      others = await this.#spaces.tables('', NET_NAMES);
    });
    this.#windows['tables_a'] = [start, others > 0 ? this.#intake.now() : own];
    await this.#phase('kernel socket lists', () => this.#kernel.netlink(this.#spaces.links()));
    if (this.#kernel.asked) this.#windows['netlink'] = [own, this.#intake.now()];
    await this.#windowed('descriptors', 'processes', () => this.#walk());
    await this.#windowed('tables_b', 'socket tables again', async () => {
      for (const { head, body } of TABLES.map((a) => this.#own(a, PASS_B))) await this.#intake.source(head, body);
      await this.#spaces.tables(PASS_B, NET_NAMES);
    });
    await this.#phase('processes again', () => this.#pool.run([{ job: 'stats', pids: this.#intake.processes(this.#o.proc) }]));
    await this.#phase('memory maps', () => this.#late());
    await this.#phase('host files', () => this.#pool.run([{ job: 'host' }]));
    if (this.#o.with.includes('rpcbind')) await this.#phase('portmapper', () => this.#portmapper());
    if (this.#last().length > 0) await this.#phase('connection tracking', () => this.#lastTables());
    if (timer) clearTimeout(timer);
    this.abandon();
    return this.#finish();
  }

  async #phase(name: string, work: () => Promise<void>): Promise<void> {
    if (this.#stopped) return;
    this.#o.progress(name);
    await work();
    this.#writer.cut();
    await this.#writer.ready();
  }

  async #windowed(window: string, name: string, work: () => Promise<void>): Promise<void> {
    if (this.#stopped) return;
    const start = this.#intake.now();
    await this.#phase(name, work);
    this.#windows[window] = [start, this.#intake.now()];
  }

  #own(a: Artefact, prefix: string): ReturnType<typeof takeOwn> {
    return takeOwn(a, this.#o.proc, prefix, this.#ownNet, () => this.#intake.now());
  }

  /** Whether attr/current says anything on this host: without a security module it answers EINVAL to everyone, and is asked only this once. */
  #labelled(): boolean {
    const label = takeFile(`${this.#o.proc}/self/attr/current`, FILE_CAP, 1000);
    if (!(label instanceof Failure)) return true;
    this.#intake.lost('proc/self/attr/current', { errno: label.errno, note: 'not-tried' });
    return false;
  }

  async #walk(): Promise<void> {
    const pids = await this.#kernel.listing();
    for (const pid of pids) this.#intake.plan(`proc/${pid}/stat`);
    await this.#pool.run(pids.map((pid) => ({ job: 'walk', pid })));
    for (const { pid, seat, kernelThread, start } of this.#walked) {
      if (!kernelThread && start !== '') this.#intake.plan(`proc/${pid}/${seat}maps`);
    }
  }

  async #late(): Promise<void> {
    const jobs = this.#walked
      .filter((w) => !w.kernelThread && w.start !== '')
      .map(({ pid, seat, start, local }): Job => ({ job: 'late', pid, seat, start, local }));
    await this.#pool.run(jobs);
    const { mapped, hashed, copied } = this.#lines;
    await this.#intake.gathered(MAPPED, mapped);
    if (this.#o.with.includes('exe-hash')) await this.#intake.gathered('proc/exe-hash.pack', hashed);
    if (this.#o.with.includes('deleted-exe')) await this.#intake.gathered('proc/deleted-exe.pack', copied);
    // Held by a descriptor or a mount alone: no process lives there through which its tables could be read.
    for (const { pid, pinned } of this.#walked) {
      for (const netns of pinned) {
        if (this.#spaces.seen.has(netns)) continue;
        this.#spaces.seen.add(netns);
        this.#intake.lost(`netns/${netns}`, { netns, pid, note: 'unreachable' });
      }
    }
  }

  async #portmapper(): Promise<void> {
    for (const { head, body } of await askPortmapper(() => this.#intake.now())) await this.#intake.source(head, body);
  }

  #last(): Artefact[] {
    return ARTEFACTS.filter((a) => a.phase === 'last' && (!a.optIn || this.#o.with.includes(a.optIn)));
  }

  async #lastTables(): Promise<void> {
    for (const a of this.#last()) {
      const { head, body } = this.#own(a, '');
      await this.#intake.source(head, body);
    }
    const names = this.#last().map((a) => a.path);
    await this.#spaces.tables('', names);
  }

  #jobDone(job: Job, done: Done | null): void {
    if (done === null) this.#givenUp(job);
    if (done !== null) {
      this.#cost(done);
      this.#spaces.found(done);
    }
    if (done?.walked) {
      this.#walked.push(done.walked);
      this.#intake.tally.walked(done.walked);
      if (this.#walked.length % 50 === 0) this.#o.progress(`processes: ${this.#walked.length}`);
    }
    const { mapped, hashed, copied } = this.#lines;
    for (const [name, line] of done?.mapped ?? []) if (!mapped.has(name)) mapped.set(name, line);
    for (const [name, content] of done?.hashed ?? []) if (!hashed.has(name)) hashed.set(name, frame(name, content));
    for (const [name, content] of done?.copied ?? []) copied.set(name, frame(name, content));
  }

  #cost(done: Done): void {
    if (done.usage) this.#intake.tally.usage.set(done.usage.pid, done.usage);
    if (done.files) this.#files.push(...done.files);
  }

  /** What was to come of a job that no child could do; the rest of it is on the plan. */
  #givenUp(job: Job): void {
    const note = 'reader-died';
    if (job.job === 'walk') this.#intake.lost(`proc/${job.pid}/stat`, { note });
    if (job.job === 'tables') this.#intake.lost(`${job.prefix}netns/${job.netns}`, { netns: job.netns, note });
    if (job.job === 'scan') this.#intake.lost('netns', { note });
  }

  async #finish(): Promise<CaptureResult> {
    this.#intake.settle();
    this.#intake.tally.namespaces = this.#spaces.seen.size;
    this.#windows['total'] = [0, this.#intake.now()];
    const exit = this.#stopped ?? (this.#intake.tally.refused > 0 ? 'refused' : 'complete');
    const opened = [
      process.execPath,
      '/etc/ld.so.preload',
      ...(this.#o.output === null ? [] : [this.#o.output]),
      ...this.#o.recipientFiles,
      ...this.#files,
    ];
    const { sha256, bytes } = await this.#writer.finish({
      capture_id: this.#id,
      counts: this.#intake.tally.counts(),
      windows: this.#windows,
      clock: readClock(this.#o.proc),
      self: { ...this.#intake.tally.cost(), files: [...new Set(opened)] },
      exit,
    });
    return {
      tally: this.#intake.tally,
      exit,
      windows: this.#windows,
      sha256,
      archiveBytes: bytes,
      entries: this.#writer.entries,
      cautions: this.#cautions,
    };
  }
}

function frame(name: string, content: string | { readonly errno: string }): string {
  return frameText(name, typeof content === 'string' ? content : new Failure(content.errno));
}
