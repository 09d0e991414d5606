import { readdirSync, readlinkSync, readSync } from 'node:fs';
import { FILE_CAP, LIST_CAP, TABLE_CAP } from './artefacts.ts';
import { attempt, Failure } from './attempt.ts';
import { takeHost } from './host-files.ts';
import { confirm, sweep } from './kernel/probe.ts';
import { Late } from './late.ts';
import { MountTable } from './mounts.ts';
import { Outlet } from './outlet.ts';
import { Pieces } from './pieces.ts';
import { takeBriefly, takeFile, takeLink, takeTable } from './take.ts';
import { Through } from './through.ts';
import { ProcessWalk } from './walk.ts';
import { FILE_MS, type Walker } from './walker.ts';
import type { Done, Job, Place, Setup } from './wire.ts';

const TABLE_MS = 20_000;
const MAX_PLACES = 5;

/**
 * A reading child: one job at a time from standard input, frames to standard output. Its current directory is the process it reads, so a recycled pid
 * answers ESRCH and never becomes another process. It ends when its input closes, and can be killed at any moment.
 */
export async function serve(): Promise<void> {
  Error.stackTraceLimit = 0;
  let reader: { run(job: Job, more: boolean): void } | null = null;
  for (const { line, more } of readLines()) {
    const given = JSON.parse(line) as Setup | Job;
    if ('job' in given) reader?.run(given, more);
    else reader = given.libc === true ? await kernelReader(given) : new Reader(given, reader === null);
  }
}

/** Loaded here alone: without an option that asks for it nothing of it comes near the host. */
async function kernelReader(setup: Setup): Promise<{ run(job: Job, more: boolean): void }> {
  const { openLibc } = await import('./kernel/door.ts');
  const { KernelReader } = await import('./kernel/kernel-reader.ts');
  return new KernelReader(setup, await openLibc());
}

/** Lines as they come, and whether one more has come already. */
function* readLines(): Generator<{ readonly line: string; readonly more: boolean }, void> {
  const chunk = Buffer.alloc(65536);
  let text = '';
  for (;;) {
    for (let lf = text.indexOf('\n'); lf >= 0; lf = text.indexOf('\n')) {
      const line = text.slice(0, lf);
      text = text.slice(lf + 1);
      yield { line, more: text.includes('\n') };
    }
    const n = attempt(() => readSync(0, chunk, 0, chunk.length, null));
    if (n instanceof Failure || n === 0) return;
    text += chunk.toString('latin1', 0, n);
  }
}

class Reader {
  readonly #setup: Setup;
  readonly #walker: Walker;
  readonly #outlet: Outlet;
  readonly #second: Late;

  /** `first`: this process has made no other capture, so that its start is a part of what this one costs. */
  constructor(setup: Setup, first: boolean) {
    this.#setup = setup;
    this.#outlet = new Outlet(1, BigInt(setup.origin), first);
    const mountinfo = takeFile(`${setup.proc}/self/mountinfo`, TABLE_CAP, FILE_MS);
    const mnt = takeLink(`${setup.proc}/self/ns/mnt`);
    const own = mountinfo instanceof Failure ? null : new MountTable(mountinfo.body.toString('latin1'));
    this.#walker = {
      outlet: this.#outlet,
      proc: setup.proc,
      sockets: setup.sockets,
      light: setup.light,
      label: setup.label,
      own,
      ownMnt: mnt instanceof Failure ? null : (/\[(\d+)\]/.exec(mnt)?.[1] ?? null),
      through: new Through(setup.proc, own),
      tables: new Map(),
    };
    this.#second = new Late(this.#walker, setup);
  }

  /** `more`: another job waits. */
  run(job: Job, more: boolean): void {
    this.#outlet.begin(job);
    const done = this.#do(job);
    if (!more) process.chdir('/');
    this.#outlet.done(done, more);
  }

  #do(job: Job): Omit<Done, 't'> {
    if (job.job === 'scan') return this.#scan(job.pids);
    if (job.job === 'tables') return this.#tables(job);
    if (job.job === 'walk') return this.#walk(job.pid, job.noStat !== true);
    if (job.job === 'stats') return this.#stats(job.pids);
    if (job.job === 'late') return this.#late(job);
    if (job.job === 'sweep') return { swept: sweep(this.#setup.proc, job.listed, job.last, job.ms, () => this.#outlet.tick()) };
    if (job.job === 'confirm') return { confirmed: confirm(this.#setup.proc, job.suspects, job.listed) };
    return { files: takeHost(this.#outlet, this.#setup.proc) };
  }

  #enter(pid: number, dir = ''): Failure | undefined {
    const entered = attempt(() => process.chdir(`${this.#setup.proc}/${pid}${dir}`));
    return entered instanceof Failure ? entered : undefined;
  }

  /** Which network namespaces there are, and from where each can be seen. */
  #scan(pids: readonly number[]): Omit<Done, 't'> {
    const places: Record<string, Place[]> = {};
    const note = (link: string | Failure, pid: number, tid: number): void => {
      if (link instanceof Failure) return;
      const netns = link.slice(5, -1);
      places[netns] ??= [];
      if (places[netns].length < MAX_PLACES) places[netns].push({ pid, tid });
    };
    for (const pid of pids) {
      const path = `proc/${pid}/ns/net`;
      if (this.#outlet.skips(path)) continue;
      if (this.#outlet.careful) this.#outlet.announce(path);
      const root = `${this.#setup.proc}/${pid}`;
      note(takeLink(`${root}/ns/net`), pid, pid);
      const tids = attempt(() => readdirSync(`${root}/task`));
      if (!(tids instanceof Failure) && tids.length > 1)
        for (const tid of tids) if (tid !== String(pid)) note(takeLink(`${root}/task/${tid}/ns/net`), pid, Number(tid));
      this.#outlet.tick();
    }
    return { places };
  }

  /** The tables of one namespace through the first place that still shows it. */
  #tables(job: Job & { job: 'tables' }): Omit<Done, 't'> {
    for (const { pid, tid } of job.places) {
      const dir = tid === pid ? '' : `/task/${tid}`;
      if (this.#enter(pid, dir) || !this.#shows(job.netns)) continue;
      for (const name of job.names) {
        const path = `${job.prefix}proc/${pid}${dir}/net/${name}`;
        const belongs = { netns: job.netns, pid, ...(tid !== pid && { tid }) };
        this.#outlet.source(path, true, belongs, () => takeTable(`net/${name}`, TABLE_CAP, TABLE_MS, () => this.#outlet.tick()));
      }
      if (this.#shows(job.netns)) return {};
      // It left while it was read: what came after it left has an errno; another place gives the tables whole, under its own path.
    }
    this.#outlet.miss(`${job.prefix}netns/${job.netns}`, { netns: job.netns }, { note: 'vanished' });
    return {};
  }

  #shows(netns: string): boolean {
    return attempt(() => readlinkSync('ns/net')) === `net:[${netns}]`;
  }

  #walk(pid: number, takeStats: boolean): Omit<Done, 't'> {
    const gone = this.#enter(pid);
    if (gone) {
      this.#outlet.miss(`proc/${pid}/stat`, {}, { errno: gone.errno, note: 'vanished' });
      return {};
    }
    return { walked: new ProcessWalk(this.#walker, pid, takeStats).run() };
  }

  /** `pass-b/proc/stat.pack`. */
  #stats(pids: readonly number[]): Omit<Done, 't'> {
    const pack = new Pieces(LIST_CAP);
    for (const pid of pids) {
      const path = `pass-b/proc/${pid}/stat`;
      if (this.#outlet.skips(path)) continue;
      if (this.#outlet.careful) this.#outlet.announce(path);
      pack.frame(`${pid}/stat`, takeBriefly(`${this.#setup.proc}/${pid}/stat`, FILE_CAP));
      this.#outlet.tick();
    }
    this.#outlet.source('pass-b/proc/stat.pack', false, {}, () => pack.taken());
    return {};
  }

  #late(job: Job & { job: 'late' }): Omit<Done, 't'> {
    const gone = this.#enter(job.pid);
    if (!gone) return this.#second.visit(job);
    this.#second.gone(job, gone.errno);
    return {};
  }
}
