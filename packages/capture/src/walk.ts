import { readdirSync } from 'node:fs';
import { ARTEFACTS, type Artefact } from './artefacts.ts';
import { attempt, Failure } from './attempt.ts';
import { type Descriptors, type FdContext, takeDescriptors } from './descriptors.ts';
import { type ProcessLinks, takeLinks } from './links.ts';
import { MountTable } from './mounts.ts';
import type { Outlet } from './outlet.ts';
import { takeFile } from './take.ts';
import { takeThreads, threadSpaces } from './threads.ts';
import type { Belongs, Walked } from './wire.ts';

const FILE_MS = 2000;
const FILES = ARTEFACTS.filter((a) => a.scope === 'process' && a.phase === 'walk' && !/\.(list|pack)$/.test(a.path));
const STAT = FILES.filter((a) => ['stat', 'status', 'comm'].includes(a.path));
const REST = FILES.filter((a) => !STAT.includes(a) && !a.lock);
const LOCKING = FILES.filter((a) => a.lock);
const MOUNTINFO_CAP = ARTEFACTS.find((a) => a.path === 'mountinfo')?.cap ?? 0;

/** What a child knows of the capture and learns on its way. */
export interface Walker {
  readonly outlet: Outlet;
  readonly label: boolean;
  /** Mount table, mount namespace and root of the capture itself. */
  readonly own: MountTable | null;
  readonly ownMnt: string | null;
  /** Mount tables by mount namespace and root of the process: mountinfo shows what is below that root. */
  readonly tables: Map<string, MountTable>;
}

/** What stat says that the walk needs. */
export interface StatFacts {
  readonly state: string;
  readonly kernelThread: boolean;
  readonly start: string;
}

const PF_KTHREAD = 0x00200000;

/** Fields after the last `)` of stat: state is the 3rd of the file, flags the 9th, starttime the 22nd. */
export function statFacts(text: string): StatFacts {
  const f = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: f[0] ?? '', kernelThread: (Number(f[6]) & PF_KTHREAD) !== 0, start: f[19] ?? '' };
}

/** Everything of one process, its directory being the current one, up to what waits for the memory-map lock. */
export function walkProcess(w: Walker, pid: number, takeStats: boolean): Walked {
  const errors: Record<string, number> = {};
  const pinned = new Set<string>();
  const error = (errno: string): void => {
    errors[errno] = (errors[errno] ?? 0) + 1;
  };
  let facts: StatFacts = { state: '', kernelThread: false, start: '' };
  for (const a of STAT) {
    const text = takeOne(w, pid, a, '');
    if (a.path === 'stat') facts = statFacts(text);
  }
  const tids = attempt(() => readdirSync('task'));
  const live = tids instanceof Failure ? [] : tids.filter((tid) => tid !== String(pid));
  const dead = (facts.state === 'Z' || facts.state === 'X') && live.length > 0;
  const seat = dead ? `task/${live[0]}/` : '';
  const by = {
    own: w.own,
    error,
    sameView: (ns: ReadonlyMap<string, string>, root: string | Failure) => root === '/' && w.ownMnt !== null && ns.get('mnt') === w.ownMnt,
  };
  const links = takeLinksOf(w, pid, null, () => takeLinks('', by));
  // A dead leader tells nothing of itself any more: the first live thread stands in for it.
  const view = dead ? takeLinks(seat, by) : links;
  const table = mountTable(w, pid, seat, view?.namespaces.get('mnt'), view?.root ?? new Failure('ENOENT'));
  for (const mount of table?.all() ?? []) if (mount.pinned !== null) pinned.add(mount.pinned);
  const context: FdContext = {
    table,
    own: w.own,
    stat: takeStats,
    error,
    pinned: (ns) => pinned.add(ns),
    tick: () => w.outlet.tick(),
  };
  const fds = takeFds(w, pid, null, context);
  for (const a of REST) if (a.path !== 'attr/current' || w.label) takeOne(w, pid, a, seat);
  const own = walkThreads(w, pid, tids instanceof Failure ? [] : tids, dead, fds, context, by);
  for (const a of LOCKING) takeOne(w, pid, a, seat);
  return {
    pid,
    threads: tids instanceof Failure ? 1 : tids.length,
    descriptors: own + (fds?.links.size ?? 0),
    kernelThread: facts.kernelThread,
    start: facts.start,
    seat,
    local: by.sameView(view?.namespaces ?? new Map(), view?.root ?? new Failure('ENOENT')),
    errors,
    pinned: [...pinned],
  };
}

/** One plain file; what a dead leader no longer tells is read at its live thread, under that thread's path. Gives the text, '' when there is none. */
function takeOne(w: Walker, pid: number, a: Artefact, seat: string): string {
  let text = '';
  w.outlet.source(`proc/${pid}/${seat}${a.path}`, a.lock === true, {}, () => {
    const taken = takeFile(seat + a.path, a.cap, FILE_MS);
    if (!(taken instanceof Failure) && a.path === 'stat') text = taken.body.toString('latin1');
    return taken;
  });
  return text;
}

function takeLinksOf(w: Walker, pid: number, tid: number | null, take: () => ProcessLinks): ProcessLinks | null {
  let links: ProcessLinks | null = null;
  w.outlet.source(`proc/${pid}/${tid === null ? '' : `task/${tid}/`}links.list`, false, {}, () => {
    links = take();
    return links.list;
  });
  return links;
}

/** `fd.list` and `fdinfo.pack`; how many descriptors there were is in the result. */
function takeFds(w: Walker, pid: number, tid: number | null, context: FdContext): Descriptors | null {
  const dir = tid === null ? '' : `task/${tid}/`;
  let fds: Descriptors | Failure = new Failure('ENOENT');
  const note = context.stat ? {} : { note: 'not-stat' };
  w.outlet.source(
    `proc/${pid}/${dir}fd.list`,
    false,
    {},
    () => {
      fds = takeDescriptors(dir, context);
      return fds instanceof Failure ? fds : fds.list;
    },
    note,
  );
  const taken = fds as Descriptors | Failure;
  if (taken instanceof Failure) return null;
  w.outlet.source(`proc/${pid}/${dir}fdinfo.pack`, false, {}, () => taken.info);
  return taken;
}

/** The mount table that judges this process' descriptors; taken into the archive when its mount namespace is first met. */
export function mountTable(w: Walker, pid: number, seat: string, mnt: string | undefined, root: string | Failure): MountTable | null {
  if (mnt === undefined || root instanceof Failure) return null;
  const key = `${mnt} ${root}`;
  const known = w.tables.get(key);
  if (known !== undefined) return known;
  const path = `proc/${pid}/${seat}mountinfo`;
  w.outlet.source(
    path,
    true,
    {},
    () => {
      const taken = takeFile(`${seat}mountinfo`, MOUNTINFO_CAP, FILE_MS);
      if (!(taken instanceof Failure)) w.tables.set(key, new MountTable(taken.body.toString('latin1')));
      return taken;
    },
    { once: `mountinfo ${key}` },
  );
  return w.tables.get(key) ?? null;
}

/** Threads beside the leader. Gives how many descriptors were found in tables of their own. */
function walkThreads(
  w: Walker,
  pid: number,
  tids: readonly string[],
  dead: boolean,
  fds: Descriptors | null,
  context: FdContext,
  by: Parameters<typeof takeLinks>[1],
): number {
  if (tids.length < 2 || w.outlet.skip.has(`proc/${pid}/task.pack`)) return 0;
  const first = dead ? (tids.find((tid) => tid !== String(pid)) ?? '') : String(pid);
  const stood = dead ? takeDescriptors(`task/${first}/`, { ...context, stat: false, error: () => undefined }) : fds;
  const links = stood === null || stood instanceof Failure ? new Map<string, string>() : stood.links;
  const reference = { tid: first, links, spaces: threadSpaces(dead ? `task/${first}/` : '') };
  let odd: { tid: number; files: boolean }[] = [];
  w.outlet.source(`proc/${pid}/task.pack`, false, {}, () => {
    const threads = takeThreads(String(pid), tids, reference, dead, context.tick);
    odd = threads.odd;
    return threads.pack;
  });
  let own = 0;
  for (const { tid, files } of odd) {
    takeLinksOf(w, pid, tid, () => takeLinks(`task/${tid}/`, by));
    if (files) own += takeFds(w, pid, tid, context)?.links.size ?? 0;
  }
  return own;
}

export function vanished(w: Walker, pid: number, belongs: Belongs, errno: string): void {
  w.outlet.miss(`proc/${pid}/stat`, belongs, { errno, note: 'vanished' });
}
