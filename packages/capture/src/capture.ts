import type { Header } from './archive/header.ts';
import { PASS_B } from './archive/layout.ts';
import { ArchiveWriter } from './archive/write.ts';
import type { Artefact } from './artefacts.ts';
import { Failure } from './attempt.ts';
import { close } from './closing.ts';
import { Gathered } from './gathered.ts';
import { type CaptureOptions, cautionsOf, makeHeader, setupOf } from './header.ts';
import { newId, readClock } from './host.ts';
import { Intake } from './intake.ts';
import { KernelAnswers } from './kernel/answers.ts';
import { Hidden } from './kernel/hidden.ts';
import { CHILDREN, Namespaces } from './namespaces.ts';
import { labelled, lastArtefacts, MAPPED, NET_NAMES, type OwnTable, plannedPaths, TABLES, takeOwn } from './own-tables.ts';
import { type PoolOptions, ReaderPool } from './pool.ts';
import { askPortmapper } from './portmapper.ts';
import type { CaptureResult } from './summary.ts';
import { takeLink } from './take.ts';
import type { Done, Job, Walked } from './wire.ts';

/** Without a sign of life for so long, a reading child is given up. */
const PATIENCE_MS = 5000;

/** One capture, from the first look at the clock to the manifest. */
export class Capture {
  readonly #o: CaptureOptions;
  readonly #id = newId();
  readonly #writer: ArchiveWriter;
  readonly #intake: Intake;
  readonly #pool: ReaderPool;
  readonly #kernel: KernelAnswers;
  readonly #clock: Header['clock'];
  readonly #ownNet: string | null;
  readonly #spaces: Namespaces;
  readonly #hidden: Hidden;
  readonly #windows: Record<string, readonly [number, number]> = {};
  readonly #walked: Walked[] = [];
  readonly #gathered = new Gathered();
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
    this.#writer = new ArchiveWriter(options.to, options.compress, options.seal);
    this.#intake = new Intake(this.#writer, origin, options.moment?.bodies ?? null);
    const { kernel } = options;
    const setup = setupOf(options, origin, !options.light && labelled(proc, this.#intake));
    const common = { program: options.program, setup, patienceMs: PATIENCE_MS };
    this.#kernel = new KernelAnswers({ ...common, options: kernel, intake: this.#intake, done: (done) => this.#found(done) });
    const readers: PoolOptions = {
      ...common,
      size: CHILDREN,
      source: (head, body) => this.#intake.source(head, body),
      done: (job, done) => this.#jobDone(job, done),
      lost: (path, hung) => this.#intake.lost(path, hung ? { blocked: true } : { note: 'reader-died' }),
    };
    this.#pool = options.moment?.readers.for(readers) ?? new ReaderPool(readers);
    this.#spaces = new Namespaces(proc, this.#ownNet, this.#intake, this.#pool);
    this.#hidden = new Hidden(proc, this.#intake, this.#pool, kernel.probeMs);
    for (const path of plannedPaths(options.with, options.light)) this.#intake.plan(path);
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
    const timer = this.#o.maxTimeMs === null ? null : setTimeout(() => this.stop('timeout'), this.#o.maxTimeMs).unref();
    await this.#tablesA();
    await this.#windowed('descriptors', 'processes', async () => {
      await this.#walk(await this.#listing());
      await this.#walk(this.#intake.newcomers(this.#o.proc));
    });
    // Of namespaces that no process lives in, through which their tables could be read, the kernel may still answer.
    await this.#phase('kernel socket lists', () => this.#kernel.netlink(this.#spaces.unreachable(this.#walked)));
    if (!this.#o.light) await this.#whole();
    clearTimeout(timer ?? undefined);
    if (this.#o.moment === null) this.#pool.stop();
    else this.#pool.rest();
    this.#kernel.stop();
    return this.#finish();
  }

  /** What a light capture leaves out. */
  async #whole(): Promise<void> {
    await this.#windowed('tables_b', 'socket tables again', async () => {
      await this.#all(TABLES.map((a) => this.#own(a, PASS_B)));
      await this.#spaces.tables(PASS_B, NET_NAMES);
    });
    await this.#phase('sockets', () => this.#sockets(this.#walked));
    await this.#phase('unlisted processes', () => this.#unlisted());
    await this.#phase('descriptor tables', () => this.#kernel.tables(this.#walked));
    await this.#phase('processes again', () => this.#statsAgain());
    await this.#phase('memory maps and host files', () => this.#late());
    if (this.#o.with.includes('rpcbind'))
      await this.#phase('portmapper', async () => this.#all(await askPortmapper(() => this.#intake.now())));
    if (this.#o.with.includes('nf_conntrack')) await this.#phase('connection tracking', () => this.#lastTables());
  }

  /** The socket tables of all namespaces, the own ones first and before anything else is done, and the kernel's own lists. */
  async #tablesA(): Promise<void> {
    const start = this.#intake.now();
    const tables = TABLES.map((a) => this.#own(a, ''));
    const header = makeHeader(this.#o, this.#id, this.#clock);
    this.#cautions = cautionsOf(header.self);
    if (header.self['others_hidden']) this.#intake.tally.hidden();
    this.#writer.header(header);
    await this.#all(tables);
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
    if (this.#kernel.lists) this.#windows['netlink'] = [own, this.#intake.now()];
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

  async #all(sources: readonly OwnTable[]): Promise<void> {
    for (const { head, body } of sources) await this.#intake.source(head, body);
  }

  #own(a: Artefact, prefix: string): OwnTable {
    return takeOwn(a, this.#o.proc, prefix, this.#ownNet, () => this.#intake.now());
  }

  /** Processes by every listing of /proc that can be had. */
  async #listing(): Promise<number[]> {
    if (!Object.values(this.#o.kernel).some(Boolean)) return this.#intake.processes(this.#o.proc);
    return this.#hidden.listings(() => this.#kernel.directory());
  }

  /** Processes that answer and are not listed are taken as the others were. */
  async #unlisted(): Promise<void> {
    const pids = await this.#hidden.probe();
    if (pids.length === 0) return;
    const before = this.#walked.length;
    await this.#walk(pids);
    this.#windows['descriptors'] = [this.#windows['descriptors']?.[0] ?? 0, this.#intake.now()];
    await this.#sockets(this.#walked.slice(before));
  }

  /** What can be asked of sockets themselves, and the lists of namespaces that nothing but a socket holds. */
  async #sockets(walked: readonly Walked[]): Promise<void> {
    await this.#kernel.sockets(walked);
    await this.#kernel.netlink(this.#spaces.bySocket());
  }

  async #statsAgain(): Promise<void> {
    const pids = new Set([...this.#intake.processes(this.#o.proc), ...this.#walked.map(({ pid }) => pid)]);
    await this.#pool.run([{ job: 'stats', pids: [...pids].sort((a, b) => a - b) }]);
  }

  async #walk(pids: readonly number[]): Promise<void> {
    for (const pid of pids) this.#intake.plan(`proc/${pid}/stat`);
    await this.#pool.run(pids.map((pid) => ({ job: 'walk', pid })));
    for (const { pid, seat, kernelThread, start } of this.#walked) {
      if (!this.#o.light && !kernelThread && start !== '') this.#intake.plan(`proc/${pid}/${seat}maps`);
    }
  }

  async #late(): Promise<void> {
    const jobs = this.#walked
      .filter((w) => !w.kernelThread && w.start !== '')
      .map(({ pid, seat, start, local }): Job => ({ job: 'late', pid, seat, start, local }));
    // The files of the host by whichever child is free first.
    await this.#pool.run([...jobs, { job: 'host' }]);
    await this.#gathered.write(this.#intake, MAPPED);
    if (this.#o.with.includes('exe-hash')) await this.#gathered.write(this.#intake, 'proc/exe-hash.pack');
    if (this.#o.with.includes('deleted-exe')) await this.#gathered.write(this.#intake, 'proc/deleted-exe.pack');
    if (this.#kernel.lists) await this.#gathered.write(this.#intake, 'proc/sockprotoname.pack');
  }

  async #lastTables(): Promise<void> {
    const last = lastArtefacts(this.#o.with);
    await this.#all(last.map((a) => this.#own(a, '')));
    await this.#spaces.tables(
      '',
      last.map(({ path }) => path),
    );
  }

  #jobDone(job: Job, done: Done | null): void {
    if (done === null) this.#intake.givenUp(job);
    else this.#found(done);
    if (done?.walked) {
      this.#walked.push(done.walked);
      this.#intake.tally.walked(done.walked);
      if (this.#walked.length % 50 === 0) this.#o.progress(`processes: ${this.#walked.length}`);
    }
  }

  #found(done: Done): void {
    this.#spaces.found(done);
    this.#hidden.found(done);
    this.#gathered.found(done);
    this.#intake.tally.within(done.errors ?? {});
    if (done.usage) this.#intake.tally.usage.set(done.usage.pid, done.usage);
    if (done.files) this.#files.push(...done.files);
  }

  #finish(): Promise<CaptureResult> {
    this.#intake.tally.namespaces = this.#spaces.seen.size;
    return close(this.#o, {
      id: this.#id,
      writer: this.#writer,
      intake: this.#intake,
      windows: this.#windows,
      stopped: this.#stopped,
      libc: this.#kernel.libc,
      files: this.#files,
      cautions: [...this.#cautions, ...this.#hidden.cautions],
    });
  }
}
