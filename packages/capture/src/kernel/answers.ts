import type { Intake } from '../intake.ts';
import type { Program } from '../own-program.ts';
import { ReaderPool } from '../pool.ts';
import { takeLink } from '../take.ts';
import type { Done, HeldSocket, Job, Setup, Walked } from '../wire.ts';
import { direntNames } from './listing.ts';
import { DUMPS } from './sock-diag.ts';
import { alike } from './tables.ts';

/** What is asked of the kernel beside files. */
export interface KernelOptions {
  readonly netlink: boolean;
  readonly sockopt: boolean;
  /** Milliseconds for the probe for unlisted processes; 0: none. */
  readonly probeMs: number;
}

interface Context {
  readonly options: KernelOptions;
  readonly program: Program;
  readonly setup: Setup;
  readonly patienceMs: number;
  readonly intake: Intake;
  /** Told what each job gave. */
  readonly done: (done: Done) => void;
}

/** A network namespace, and paths that lead into it; null is the capture's own. */
export interface Space {
  readonly netns: string;
  readonly paths: readonly string[] | null;
  /** A socket of it, where nothing else leads in. */
  readonly through?: HeldSocket;
}

const NAMES = 'proc/sockprotoname.pack';
const TABLES = 'listing/kcmp-files';

/** What the kernel answers by system call (docs/ARCHIVE-FORMAT.md §3.3), as the parent sees it: one child of its own asks. */
export class KernelAnswers {
  readonly #c: Context;
  readonly #pool: ReaderPool | null;
  /** Parts that were asked for and can be had. */
  readonly #parts: Set<'netlink' | 'sockopt'> = new Set();
  #dirents: readonly string[] = [];
  /** Whether the child has said what it can do, or died over it. */
  #answered = false;
  /** What makes the calls; null: nothing here can, or nothing asked for it. */
  libc: string | null = null;

  constructor(context: Context) {
    this.#c = context;
    const { options, intake } = context;
    this.#pool = options.netlink || options.sockopt ? this.#newPool() : null;
    if (options.netlink) intake.plan('netlink');
    if (options.sockopt) intake.plan('sockopt');
  }

  #newPool(): ReaderPool {
    const { program, setup, patienceMs, intake } = this.#c;
    return new ReaderPool({
      program,
      setup: { ...setup, libc: true },
      size: 1,
      patienceMs,
      source: (head, body) => {
        if (head.path === 'listing/getdents') this.#dirents = direntNames(body);
        return intake.source(head, body);
      },
      done: (job, done) => this.#done(job, done),
      lost: (path, hung) => intake.lost(path, hung ? { blocked: true } : { note: 'reader-died' }),
    });
  }

  /** Whether socket lists are asked for, and can be. */
  get lists(): boolean {
    return this.#parts.has('netlink');
  }

  #done(job: Job, done: Done | null): void {
    if (job.job === 'libc') {
      this.#answered = true;
      this.libc = done?.libc ?? null;
    }
    if (done !== null) this.#c.done(done);
  }

  stop(): void {
    this.#pool?.stop();
  }

  /** Starts the child, if an option asks for it, and learns what it can do. */
  async open(): Promise<void> {
    if (this.#pool === null) return;
    await this.#pool.run([{ job: 'libc' }]);
    if (!this.#answered) return; // stopped: what is planned stays to be told as not tried
    const { options, intake, setup } = this.#c;
    for (const part of ['netlink', 'sockopt'] as const) {
      if (!options[part]) continue;
      if (this.libc === null) intake.lost(part, { note: 'no-ffi' });
      // Under another number this process is known to that mount of proc: its numbers would mean other processes to us.
      else if (part === 'sockopt' && takeLink(`${setup.proc}/self`) !== String(process.pid)) intake.lost(part, { note: 'other-pids' });
      else {
        intake.unplan(part);
        this.#parts.add(part);
      }
    }
    if (this.lists) intake.plan(NAMES);
  }

  /** The kernel's own socket lists of these namespaces. */
  async netlink(spaces: readonly Space[]): Promise<void> {
    if (this.#pool === null || !this.lists) return;
    for (const { netns } of spaces) for (const { name } of DUMPS) this.#c.intake.plan(`netlink/${netns}/${name}`);
    await this.#pool.run(spaces.map((space): Job => ({ job: 'netlink', ...space })));
  }

  /** `/proc` by system call: its names, none where no call can be made. */
  async directory(): Promise<readonly string[]> {
    this.#dirents = [];
    if (this.#pool !== null && this.libc !== null) await this.#pool.run([{ job: 'getdents' }]);
    return this.#dirents;
  }

  /** Whether descriptor tables that hold the same sockets are one, shared by several processes, or copies of each other. */
  async tables(walked: readonly Walked[]): Promise<void> {
    // Under other numbers, as the mount of proc may give them, the system call would mean other processes.
    if (this.#pool === null || this.#parts.size === 0 || takeLink(`${this.#c.setup.proc}/self`) !== String(process.pid)) return;
    const groups = alike(walked);
    if (groups.length === 0) return;
    this.#c.intake.plan(TABLES);
    await this.#pool.run([{ job: 'kcmp', groups }]);
  }

  /** What can be asked of the sockets themselves, each through the descriptor at which it was met first. */
  async sockets(walked: readonly Walked[]): Promise<void> {
    if (this.#pool === null || this.#parts.size === 0) return;
    const jobs = socketJobs(walked, this.lists, this.#parts.has('sockopt'));
    if (this.#parts.has('sockopt')) for (const { pid, dir } of jobs) this.#c.intake.plan(`proc/${pid}/${dir}sockopt.pack`);
    await this.#pool.run(jobs);
  }
}

function socketJobs(walked: readonly Walked[], names: boolean, options: boolean): (Job & { job: 'sockets' })[] {
  const met = new Set<string>();
  const jobs: (Job & { job: 'sockets' })[] = [];
  for (const { pid, start, sockets } of walked) {
    const byDir = new Map<string, [string, string][]>();
    for (const [dir, fd, inode] of sockets) {
      if (met.has(inode)) continue;
      met.add(inode);
      const fds = byDir.get(dir);
      if (fds === undefined) byDir.set(dir, [[fd, inode]]);
      else fds.push([fd, inode]);
    }
    for (const [dir, fds] of byDir) jobs.push({ job: 'sockets', pid, dir, start, fds, names, options });
  }
  return jobs;
}
