import { readdirSync } from 'node:fs';
import { FILE_CAP, LIST_CAP } from './artefacts.ts';
import { attempt, Failure } from './attempt.ts';
import type { CgroupIds } from './cgroup-ids.ts';
import type { Outlet } from './outlet.ts';
import { Pieces } from './pieces.ts';
import { type Taken, takeFile } from './take.ts';

/**
 * Lists of processes that are not the listing of /proc: who is hidden from that is often forgotten here. Neither takes a memory-map lock. Both are
 * bounded in number and time, because a host may have any number of threads and control groups.
 */
const FILE_MS = 2000;
const MAX_READS = 20_000;
const MAX_MS = 10_000;

/** Stops a walk that has read enough; what is missing then is said by `limit`. */
class Budget {
  readonly #end = performance.now() + MAX_MS;
  #reads = 0;

  spent(): 'bytes' | 'time' | null {
    if (++this.#reads > MAX_READS) return 'bytes';
    return performance.now() > this.#end ? 'time' : null;
  }
}

/** `proc/children.pack`: task/TID/children of every thread that has any (fs/proc/array.c, CONFIG_PROC_CHILDREN). */
export function takeChildren(outlet: Outlet, proc: string): Taken | Failure {
  const names = attempt(() => readdirSync(proc, 'latin1'));
  if (names instanceof Failure) return names;
  const pack = new Pieces(LIST_CAP);
  const budget = new Budget();
  let answered = false;
  for (const pid of names) {
    if (!/^\d+$/.test(pid)) continue;
    const tids = attempt(() => readdirSync(`${proc}/${pid}/task`, 'latin1'));
    for (const tid of tids instanceof Failure ? [] : tids) {
      const limit = budget.spent();
      if (limit !== null) return { ...pack.taken(), limit };
      const taken = takeFile(`${proc}/${pid}/task/${tid}/children`, FILE_CAP, FILE_MS);
      answered ||= !(taken instanceof Failure);
      if (!(taken instanceof Failure) && taken.body.length > 0) pack.frame(`${pid}/${tid}`, taken.body);
    }
    outlet.tick();
  }
  return answered ? pack.taken() : new Failure('ENOENT');
}

/**
 * `sys/fs/cgroup.pack`: cgroup.procs of every control group that has members, of every hierarchy that is mounted here. Never leaves its file system.
 * `ids` sees each directory of the second version.
 */
export function takeCgroups(outlet: Outlet, proc: string, opened: string[], ids: CgroupIds): Taken | Failure {
  const mountinfo = takeFile(`${proc}/self/mountinfo`, LIST_CAP, FILE_MS);
  if (mountinfo instanceof Failure) return mountinfo;
  const lines = mountinfo.body.toString('latin1').split('\n');
  const point = (line: string): string =>
    (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, d: string) => String.fromCharCode(Number.parseInt(d, 8)));
  const mounts = new Set(lines.map(point));
  const waiting = lines
    .filter((line) => / - cgroup2? /.test(line))
    .map((line) => ({ path: point(line), second: / - cgroup2 /.test(line) }));
  if (waiting.length === 0) return new Failure('ENOENT');
  const pack = new Pieces(LIST_CAP);
  const budget = new Budget();
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    const limit = budget.spent();
    if (limit !== null) return { ...pack.taken(), limit };
    const { path, second } = directory;
    if (second) ids.see(path);
    const taken = takeFile(Buffer.from(`${path}/cgroup.procs`, 'latin1'), FILE_CAP, FILE_MS);
    opened.push(`${path}/cgroup.procs`);
    if (!(taken instanceof Failure) && taken.body.length > 0) pack.frame(path, taken.body);
    const entries = attempt(() => readdirSync(Buffer.from(path, 'latin1'), { withFileTypes: true, encoding: 'latin1' }));
    for (const entry of entries instanceof Failure ? [] : entries) {
      const below = `${path}/${entry.name}`;
      if (entry.isDirectory() && !mounts.has(below)) waiting.push({ path: below, second });
    }
    outlet.tick();
  }
  return pack.taken();
}
