import { availableParallelism } from 'node:os';
import type { Intake } from './intake.ts';
import type { Space } from './kernel/answers.ts';
import type { ReaderPool } from './pool.ts';
import type { Done, HeldSocket, Job, Place, Walked } from './wire.ts';

export const CHILDREN: number = availableParallelism() > 1 ? 2 : 1;

/** The network namespaces of the host as they are met, and their tables. */
export class Namespaces {
  readonly #proc: string;
  readonly #intake: Intake;
  readonly #pool: ReaderPool;
  /** The capture's own; null where it could not be learnt. */
  readonly own: string | null;
  /** All that were met in a process or thread, the own one too. */
  readonly seen: Set<string>;
  readonly #sockets = new Map<string, HeldSocket>();
  #places: Record<string, readonly Place[]> = {};

  constructor(proc: string, own: string | null, intake: Intake, pool: ReaderPool) {
    this.#proc = proc;
    this.#intake = intake;
    this.#pool = pool;
    this.own = own;
    this.seen = new Set(own === null ? [] : [own]);
  }

  /** Places that a scanning child found, and sockets in namespaces. */
  found(done: Done): void {
    for (const [netns, socket] of done.spaces ?? []) if (!this.#sockets.has(netns)) this.#sockets.set(netns, socket);
    for (const [netns, places] of Object.entries(done.places ?? {})) this.#places[netns] = [...(this.#places[netns] ?? []), ...places];
  }

  /** The tables of every namespace but our own, through a process or thread that lives in it; gives how many there are. */
  async tables(prefix: string, names: readonly string[]): Promise<number> {
    this.#places = {};
    const pids = this.#intake.processes(this.#proc);
    // One part for each child, so that all have been started when there is something to read.
    const parts = Array.from({ length: CHILDREN }, (_, child) => pids.filter((_pid, i) => i % CHILDREN === child));
    await this.#pool.run(parts.map((part): Job => ({ job: 'scan', pids: part })));
    const others = this.#others();
    for (const netns of Object.keys(this.#places)) this.seen.add(netns);
    await this.#pool.run(others.map(([netns, places]): Job => ({ job: 'tables', netns, places, prefix, names })));
    return others.length;
  }

  #others(): [string, readonly Place[]][] {
    return Object.entries(this.#places).filter(([netns]) => netns !== this.own);
  }

  /** Namespaces that only sockets hold, by one of them each. */
  bySocket(): Space[] {
    return [...this.#sockets].flatMap(([netns, through]) => {
      if (this.seen.has(netns)) return [];
      this.#lonely(netns, through.pid);
      return [{ netns, paths: [], through }];
    });
  }

  /** Namespaces that a descriptor or a mount holds and no process lives in: nothing of theirs can be read as a file. */
  unreachable(walked: readonly Walked[]): Space[] {
    const found = new Map<string, { pid: number; path: string | null }>();
    for (const { pid, pinned } of walked) {
      for (const [netns, path] of pinned) {
        if (!this.seen.has(netns) && (found.get(netns)?.path ?? null) === null) found.set(netns, { pid, path });
      }
    }
    for (const [netns, { pid }] of found) this.#lonely(netns, pid);
    return [...found].map(([netns, { path }]) => ({ netns, paths: path === null ? [] : [path] }));
  }

  #lonely(netns: string, pid: number): void {
    this.seen.add(netns);
    this.#intake.lost(`netns/${netns}`, { netns, pid, note: 'unreachable' });
  }

  /** The links through which each namespace but our own can be entered, as found last. */
  links(): Space[] {
    const link = ({ pid, tid }: Place): string => `${this.#proc}/${pid}/${tid === pid ? '' : `task/${tid}/`}ns/net`;
    return this.#others().map(([netns, places]) => ({ netns, paths: places.map(link) }));
  }
}
