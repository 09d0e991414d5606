import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Program } from './own-program.ts';
import { stuckOn } from './stuck.ts';
import { type Done, encodeLine, FrameReader, type Head, type Job, type PlainHead, type Setup, type SourceHead } from './wire.ts';

export interface PoolOptions {
  readonly program: Program;
  readonly setup: Setup;
  readonly size: number;
  /** Without a sign of progress for so long, a child is killed. */
  readonly patienceMs: number;
  /** Takes a source; what it returns holds the child back. */
  readonly source: (head: SourceHead | PlainHead, body: Buffer) => Promise<void> | undefined;
  /** A job is done; `done` is null when it was given up. */
  readonly done: (job: Job, done: Done | null) => void;
  /** A child hung on this source (`hung`), or died on it. */
  readonly lost: (path: string, hung: boolean) => void;
}

/** Most jobs given to a child ahead, so that it does not wait for the parent between two, and each side wakes the other but now and then. */
const AHEAD = 24;
const WATCH_MS = 250;
/** After so many hangs a child is given a fifth of the time. */
const HANGS = 4;
/** Times a job is given to a fresh child before it is given up. */
const TRIES = 12;

interface Child {
  readonly process: ChildProcess;
  readonly input: Writable;
  readonly inHand: Assigned[];
  marker: string | null;
  /** Sources of the job in hand that have arrived. */
  delivered: string[];
  /** Ticks of the watch since the last frame; counts only while the parent itself is not holding the child back. */
  idle: number;
  held: boolean;
}

interface Assigned {
  readonly job: Job;
  readonly tries: number;
}

/** Reading children and their watchdog. A child that hangs is killed and never waited for: its read may never return. */
export class ReaderPool {
  #options: PoolOptions;
  readonly #children = new Set<Child>();
  #queue: Assigned[] = [];
  #open = 0;
  #finish: (() => void) | null = null;
  #fail: ((error: Error) => void) | null = null;
  /** Children that ended one after the other without finishing a job. */
  #deaths = 0;
  /** Sources that hung. */
  #hangs = 0;
  #stopped = false;
  /** Children cannot be had on this host. */
  #broken = false;
  #watch: NodeJS.Timeout | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.serve(options);
  }

  /** Begins the next capture with the children that `rest` left, as if the pool were new. */
  serve(options: PoolOptions): void {
    this.rest();
    this.#options = options;
    this.#queue = [];
    this.#open = 0;
    this.#deaths = 0;
    this.#hangs = 0;
    this.#stopped = false;
    this.#broken = false;
    this.#watch = setInterval(() => this.#look(), WATCH_MS).unref();
    for (const child of this.#children) child.input.write(encodeLine(options.setup));
  }

  /** A capture is over: its children wait for the next one, but for those that are still at something. They end when this process does, with their input. */
  rest(): void {
    this.#stopped = true;
    clearInterval(this.#watch);
    for (const child of [...this.#children]) if (child.inHand.length > 0) this.#drop(child);
    this.#finish?.();
  }

  /** Runs the jobs, in order as far as several children allow; resolves when each is done or given up, or the pool was stopped. */
  run(jobs: readonly Job[]): Promise<void> {
    if (jobs.length === 0 || this.#stopped) return Promise.resolve();
    if (this.#broken) {
      for (const job of jobs) this.#options.done(job, null);
      return Promise.resolve();
    }
    this.#queue = jobs.map((job) => ({ job, tries: 0 }));
    this.#open = jobs.length;
    return new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
      while (this.#children.size < Math.min(this.#options.size, jobs.length)) this.#start();
      for (const child of this.#children) this.#feed(child);
    });
  }

  /** Kills all children; what runs now resolves. */
  stop(): void {
    this.rest();
    for (const child of [...this.#children]) this.#drop(child);
  }

  #start(): void {
    const { program, setup } = this.#options;
    // A session of its own: Ctrl-C on the terminal is for the parent, which then ends its children itself.
    // What a dying child prints goes to a pipe that is emptied: there may be no /dev/null here.
    const child = spawn(program.exec, program.args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true, env: program.env, cwd: '/' });
    child.stderr.on('error', () => undefined).resume();
    const entry: Child = { process: child, input: child.stdin, inHand: [], marker: null, delivered: [], idle: 0, held: false };
    this.#children.add(entry);
    child.on('error', () => this.#gone(entry, false));
    child.on('exit', () => this.#gone(entry, false));
    child.stdin.on('error', () => undefined);
    child.stdout.on('error', () => undefined);
    child.stdin.write(encodeLine(setup));
    this.#listen(entry, child.stdout).then(undefined, (error: Error) => {
      // A stream that was destroyed with its child says so by an error; anything else is the parent's own.
      if (this.#children.has(entry)) this.#fail?.(error);
    });
  }

  async #listen(child: Child, output: Readable): Promise<void> {
    const frames = new FrameReader();
    for await (const chunk of output) {
      if (!this.#children.has(child)) return;
      child.idle = 0;
      frames.push(chunk as Buffer);
      for (let frame = frames.next(); frame !== undefined && this.#children.has(child); frame = frames.next()) {
        const held = this.#frame(child, frame.head, frame.body);
        if (held === undefined) continue;
        child.held = true;
        await held;
        child.held = false;
      }
      child.idle = 0;
    }
  }

  #frame(child: Child, head: Head, body: Buffer): Promise<void> | undefined {
    if (head.t === 'at') child.marker = head.path;
    else if (head.t === 'done') this.#jobDone(child, head);
    else if (head.t !== 'tick') {
      child.delivered.push(head.path);
      return this.#options.source(head, body);
    }
    return undefined;
  }

  #jobDone(child: Child, done: Done): void {
    const assigned = child.inHand.shift();
    child.delivered = [];
    child.marker = null;
    this.#deaths = 0;
    if (assigned) this.#close(assigned.job, done);
    this.#feed(child);
  }

  #close(job: Job, done: Done | null): void {
    this.#options.done(job, done);
    this.#open--;
    if (this.#open === 0) this.#finish?.();
  }

  #feed(child: Child): void {
    // Near the end each child gets less, so that all come to it together.
    const share = Math.min(AHEAD, Math.ceil((this.#queue.length + child.inHand.length) / (2 * this.#options.size)));
    if (child.inHand.length > share / 2) return;
    const given = this.#queue.splice(0, share - child.inHand.length);
    if (given.length === 0) return;
    child.inHand.push(...given);
    child.input.write(given.map(({ job }) => encodeLine(job)).join(''));
  }

  #look(): void {
    for (const child of [...this.#children]) {
      if (child.held || child.inHand.length === 0) child.idle = 0;
      else if (++child.idle * WATCH_MS > this.#patience()) this.#gone(child, true);
    }
  }

  /** On a host where much hangs the capture must still come to its end. */
  #patience(): number {
    const { patienceMs } = this.#options;
    return this.#hangs < HANGS ? patienceMs : patienceMs / 5;
  }

  #drop(child: Child): void {
    this.#children.delete(child);
    child.process.kill('SIGKILL');
    child.process.stdout?.destroy();
    child.input.destroy();
    child.process.unref();
  }

  /** A child hung or died: what it had in hand is tried again, without what it hung on. */
  #gone(child: Child, hung: boolean): void {
    if (!this.#children.has(child)) return;
    const marker = child.marker ?? (hung ? stuckOn(child.process.pid ?? 0, this.#options.setup.proc) : null);
    this.#drop(child);
    const { inHand, delivered } = child;
    const first = inHand[0];
    if (first) inHand[0] = { ...first, job: { ...first.job, delivered: [...(first.job.delivered ?? []), ...delivered] } };
    // What is done is not told at once: it may have come to a later job.
    const at = inHand.findIndex(({ job }) => 'pid' in job && marker?.startsWith(`proc/${job.pid}/`));
    const [guilty] = inHand.splice(Math.max(0, at), 1);
    // Without a name it may have been any of these.
    this.#queue.unshift(
      ...(marker === null ? inHand.map(({ job, tries }) => ({ job: { ...job, careful: true as const }, tries })) : inHand),
    );
    if (guilty) this.#again(marker, guilty, hung);
    if (++this.#deaths > TRIES) this.#giveUp();
    if (this.#open === 0 || this.#stopped) return;
    this.#start();
    for (const other of this.#children) this.#feed(other);
  }

  /** No child lives long enough to do anything: what is left is given up, so that the archive holds at least what the parent read. */
  #giveUp(): void {
    this.#broken = true;
    for (const child of [...this.#children]) {
      this.#drop(child);
      this.#queue.push(...child.inHand);
    }
    for (const { job } of this.#queue.splice(0)) this.#close(job, null);
  }

  #again(marker: string | null, { job, tries }: Assigned, hung: boolean): void {
    const again: Assigned = { job: { ...job, careful: true }, tries: tries + 1 };
    if (hung) this.#hangs++;
    if (tries >= TRIES) this.#close(job, null);
    else if (marker === null) this.#queue.unshift(again);
    // A list of descriptors that hangs does so in a stat: it is taken once more without.
    else if (job.job === 'walk' && marker.endsWith('fd.list') && job.noStat !== true)
      this.#queue.unshift({ ...again, job: { ...again.job, noStat: true } as Job });
    else {
      this.#options.lost(marker, hung);
      this.#queue.unshift({ ...again, job: { ...again.job, avoid: [...(job.avoid ?? []), marker] } });
    }
  }
}
