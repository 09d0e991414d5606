import { hash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { attempt, Failure } from '../attempt.ts';
import type { Intake } from '../intake.ts';
import { type Program, ReaderPool } from '../pool.ts';
import type { Done, Job, Setup } from '../wire.ts';
import { direntNames, nameLines } from './listing.ts';
import { DUMPS } from './sock-diag.ts';

export interface KernelOptions {
  readonly netlink: boolean;
  readonly sockopt: boolean;
}

interface Context {
  readonly options: KernelOptions;
  readonly proc: string;
  readonly program: Program;
  readonly setup: Setup;
  readonly patienceMs: number;
  readonly intake: Intake;
  /** Told what each job cost and opened. */
  readonly done: (done: Done) => void;
}

/** What the kernel answers by system call (docs/ARCHIVE-FORMAT.md §3.3), as the parent sees it: one child of its own asks. */
export class KernelAnswers {
  readonly #c: Context;
  readonly #pool: ReaderPool | null;
  #listed: number[] = [];
  /** What makes the calls; null: nothing here can. */
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
        if (head.path === 'listing/getdents') this.#listed = processNumbers(direntNames(body));
        return intake.source(head, body);
      },
      done: (job, done) => this.#done(job, done),
      lost: (path, hung) => intake.lost(path, hung ? { blocked: true } : { note: 'reader-died' }),
    });
  }

  /** Whether socket lists are asked for, and can be. */
  get asked(): boolean {
    return this.libc !== null && this.#c.options.netlink;
  }

  #done(job: Job, done: Done | null): void {
    if (job.job === 'libc') this.libc = done?.libc ?? null;
    if (done !== null) this.#c.done(done);
  }

  stop(): void {
    this.#pool?.stop();
  }

  /** Starts the child, if an option asks for it, and learns whether it can call anything. */
  async open(): Promise<void> {
    if (this.#pool === null) return;
    await this.#pool.run([{ job: 'libc' }]);
    const { options, intake } = this.#c;
    for (const part of ['netlink', 'sockopt'] as const) {
      if (!options[part]) continue;
      if (this.libc === null) intake.lost(part, { note: 'no-ffi' });
      else intake.unplan(part);
    }
  }

  /** The kernel's own socket lists of these namespaces; `paths` null is the capture's own. */
  async netlink(spaces: readonly { readonly netns: string; readonly paths: readonly string[] | null }[]): Promise<void> {
    if (this.#pool === null || !this.asked) return;
    for (const { netns } of spaces) for (const { name } of DUMPS) this.#c.intake.plan(`netlink/${netns}/${name}`);
    await this.#pool.run(spaces.map(({ netns, paths }): Job => ({ job: 'netlink', netns, paths })));
  }

  /** `/proc` listed three times in a row; gives the process numbers that any of them names. */
  async listing(): Promise<number[]> {
    const first = await this.#readdir('listing/readdir-1');
    this.#listed = [];
    if (this.#pool !== null && this.libc !== null) await this.#pool.run([{ job: 'getdents' }]);
    const last = await this.#readdir('listing/readdir-2');
    return [...new Set([...first, ...this.#listed, ...last])].sort((a, b) => a - b);
  }

  async #readdir(path: string): Promise<number[]> {
    const { intake, proc } = this.#c;
    const start = intake.now();
    const names = attempt(() => readdirSync(proc, 'latin1'));
    const end = intake.now();
    if (names instanceof Failure) {
      intake.lost(path, { errno: names.errno });
      return [];
    }
    const body = nameLines(names);
    await intake.source({ t: 'body', path, start, end, sha256: hash('sha256', body, 'hex') }, body);
    return processNumbers(names);
  }
}

function processNumbers(names: readonly string[]): number[] {
  return names.filter((name) => /^[1-9]\d*$/.test(name)).map(Number);
}
