import { readdirSync } from 'node:fs';
import { ARTEFACTS, type Artefact, FILE_CAP } from './artefacts.ts';
import { attempt, Failure } from './attempt.ts';
import { type Descriptors, type FdContext, takeDescriptors } from './descriptors.ts';
import { type ByName, type ProcessLinks, statByName, takeLinks } from './links.ts';
import type { MountTable } from './mounts.ts';
import { takeFile, takeSmall, takeWhole } from './take.ts';
import { takeThreads, threadSpaces } from './threads.ts';
import { FILE_MS, mountTable, type StatFacts, statFacts, type Walker } from './walker.ts';
import type { Walked } from './wire.ts';

const FILES = ARTEFACTS.filter((a) => a.scope === 'process' && a.phase === 'walk' && !/\.(list|pack)$/.test(a.path));
const FIRST = FILES.filter((a) => ['stat', 'status', 'comm'].includes(a.path));
const REST = FILES.filter((a) => !FIRST.includes(a) && !a.lock);
const LOCKING = FILES.filter((a) => a.lock);
/** Of status (fs/proc/array.c task_sig). A name cannot hold it: in status a newline is escaped. */
const ALONE = '\nThreads:\t1\n';
const GONE = new Failure('ENOENT');

/** Everything of one process up to what waits for the memory-map lock. Its directory is the current one. */
export class ProcessWalk {
  readonly #w: Walker;
  readonly #pid: number;
  readonly #stat: boolean;
  readonly #errors: Record<string, number> = {};
  readonly #pinned = new Map<string, string | null>();
  readonly #sockets: [string, string, string][] = [];
  readonly #by: ByName;
  #descriptors = 0;
  #statBody: Buffer | null = null;
  /** It has no thread but the leader: to list them is spared. */
  #alone = false;

  /** `stat` false: no stat through descriptors, because it hung. */
  constructor(walker: Walker, pid: number, stat: boolean) {
    this.#w = walker;
    this.#pid = pid;
    this.#stat = stat;
    this.#by = {
      own: walker.own,
      through: walker.through,
      error: (errno) => this.#error(errno),
      sameView: (ns, root) => root === '/' && walker.ownMnt !== null && ns.get('mnt') === walker.ownMnt,
    };
  }

  run(): Walked {
    const pid = this.#pid;
    if (this.#w.light) return this.#light();
    for (const a of FIRST) this.#file(a, '');
    const facts = this.#facts();
    const tids = this.#alone ? [String(pid)] : this.#listed();
    const live = tids.find((tid) => tid !== String(pid));
    // A dead leader tells nothing of itself any more: the first live thread stands in for it.
    const seat = (facts.state === 'Z' || facts.state === 'X') && live !== undefined ? `task/${live}/` : '';
    const links = this.#links('');
    const view = seat === '' ? links : takeLinks(seat, this.#by);
    const fds = this.#fds('', this.#context('', seat, view), live !== undefined && seat === '');
    for (const a of REST) if (a.path !== 'attr/current' || this.#w.label) this.#file(a, seat);
    if (live !== undefined) this.#threads(tids, seat, fds);
    for (const a of LOCKING) this.#file(a, seat);
    return {
      pid,
      threads: tids.length,
      descriptors: this.#descriptors,
      kernelThread: facts.kernelThread,
      start: facts.start,
      seat,
      local: view !== null && this.#by.sameView(view.namespaces, view.root),
      errors: this.#errors,
      pinned: [...this.#pinned],
      sockets: this.#sockets,
    };
  }

  #listed(): string[] {
    const listed = attempt(() => readdirSync('task'));
    if (!(listed instanceof Failure)) return listed;
    this.#w.outlet.miss(`proc/${this.#pid}/task`, {}, { errno: listed.errno });
    return [String(this.#pid)];
  }

  #facts(): StatFacts {
    // Delivered before a child was killed over something else, it was not read now.
    const stat = this.#statBody ?? takeSmall('stat', FILE_CAP);
    return statFacts(stat instanceof Failure ? '' : stat.toString('latin1'));
  }

  /** Who it is and what its descriptors lead to; of a dead leader, those of its first live thread. */
  #light(): Walked {
    for (const a of FIRST) if (a.path === 'stat') this.#file(a, '');
    const facts = this.#facts();
    const dead = facts.state === 'Z' || facts.state === 'X';
    const tids = dead ? attempt(() => readdirSync('task')) : [];
    const live = tids instanceof Failure ? undefined : tids.find((tid) => tid !== String(this.#pid));
    const seat = live === undefined ? '' : `task/${live}/`;
    this.#fds(seat, this.#blindContext(seat), false);
    return {
      pid: this.#pid,
      threads: 1,
      descriptors: this.#descriptors,
      kernelThread: facts.kernelThread,
      start: facts.start,
      seat,
      local: false,
      errors: this.#errors,
      pinned: [...this.#pinned],
      sockets: this.#sockets,
    };
  }

  #error(errno: string): void {
    this.#errors[errno] = (this.#errors[errno] ?? 0) + 1;
  }

  /** One plain file, under the path of the thread that stands in where there is one. */
  #file(a: Artefact, seat: string): void {
    this.#w.outlet.source(`proc/${this.#pid}/${seat}${a.path}`, false, {}, () => {
      const taken = (a.lock === true ? takeFile : takeWhole)(seat + a.path, a.cap, FILE_MS);
      if (taken instanceof Failure) return taken;
      if (a.path === 'stat') this.#statBody = taken.body;
      if (a.path === 'status') this.#alone = taken.body.includes(ALONE);
      return taken;
    });
  }

  /** `links.list` of the process or of one of its threads (`dir`). Null when it hung before. */
  #links(dir: string): ProcessLinks | null {
    const path = `proc/${this.#pid}/${dir}links.list`;
    const { outlet } = this.#w;
    // It was delivered before a child was killed over something else: what it says is still needed here.
    if (outlet.delivered.has(path)) return takeLinks(dir, this.#by);
    let links: ProcessLinks | null = null;
    outlet.source(path, false, {}, () => {
      links = takeLinks(dir, this.#by);
      return links.list;
    });
    return links;
  }

  /** The first way in that is safe to open is kept. */
  #pin(netns: string, path: string | null): void {
    this.#pinned.set(netns, this.#pinned.get(netns) ?? path);
  }

  /** By what the descriptors of the process, or of a thread with namespaces of its own, are judged. */
  #context(dir: string, seat: string, view: ProcessLinks | null): FdContext {
    const table = mountTable(this.#w, this.#pid, seat, view?.namespaces.get('mnt'), view?.root ?? GONE);
    const sameView = view !== null && this.#by.sameView(view.namespaces, view.root);
    for (const mount of table?.all() ?? [])
      if (mount.pinned !== null) this.#pin(mount.pinned, sameView ? reachable(mount.point, table) : null);
    return {
      ...this.#blindContext(dir),
      table,
      stat: this.#stat,
      info: true,
    };
  }

  /** No mount is known, so that nothing is asked for its stat. */
  #blindContext(dir: string): FdContext {
    return {
      table: null,
      own: this.#w.own,
      stat: false,
      info: false,
      error: (errno) => this.#error(errno),
      pinned: (netns, fd) => this.#pin(netns, `${this.#w.proc}/${this.#pid}/${dir}fd/${fd}`),
      socket: this.#w.sockets ? (inode, fd) => this.#sockets.push([dir, fd, inode]) : null,
      tick: () => this.#w.outlet.tick(),
    };
  }

  /** `fd.list` and `fdinfo.pack`; gives the text of the links by descriptor where it is to be kept. */
  #fds(dir: string, context: FdContext, keepLinks: boolean): ReadonlyMap<string, string> {
    const { outlet } = this.#w;
    let taken: Descriptors | Failure = GONE;
    const read = () => {
      taken = takeDescriptors(dir, context, keepLinks);
      return taken instanceof Failure ? taken : taken.list;
    };
    outlet.source(`proc/${this.#pid}/${dir}fd.list`, false, {}, read, this.#stat || !context.info ? {} : { note: 'not-stat' });
    const fds = taken as Descriptors | Failure;
    if (fds instanceof Failure) return new Map();
    if (context.info) outlet.source(`proc/${this.#pid}/${dir}fdinfo.pack`, false, {}, () => fds.info);
    this.#descriptors += fds.count;
    return fds.links;
  }

  /** `task.pack`, and the lists of threads that differ from the leader, or from the thread that stands in for it. */
  #threads(tids: readonly string[], seat: string, fds: ReadonlyMap<string, string>): void {
    const { outlet } = this.#w;
    const path = `proc/${this.#pid}/task.pack`;
    if (outlet.skips(path)) return;
    const pid = String(this.#pid);
    const tick = (): void => outlet.tick();
    const first = seat === '' ? pid : (seat.split('/')[1] ?? pid);
    const reference = { tid: first, links: seat === '' ? fds : null, spaces: threadSpaces(seat) };
    let odd: { tid: number; files: boolean }[] = [];
    outlet.source(path, false, {}, () => {
      const threads = takeThreads(pid, tids, reference, tick);
      odd = threads.odd;
      return threads.pack;
    });
    for (const { tid, files } of odd) {
      const dir = `task/${tid}/`;
      const links = this.#links(dir);
      if (files) this.#fds(dir, this.#context(dir, dir, links), false);
    }
  }
}

/** A mount point in our own view, when nothing on the way to it can hang or lead elsewhere. */
function reachable(point: string, table: MountTable | null): string | null {
  const st = statByName(point, table);
  return st === null || st instanceof Failure ? null : point;
}
