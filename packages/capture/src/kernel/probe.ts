import { lstatSync, readdirSync } from 'node:fs';
import { FILE_CAP } from '../artefacts.ts';
import { attempt, Failure } from '../attempt.ts';
import { type Tick, takeSmall } from '../take.ts';
import { statFacts } from '../walker.ts';

/** A process number that answers although no listing names it, and when that process started. */
export interface Suspect {
  readonly pid: number;
  /** Field 22 of stat. */
  readonly start: string;
}

export interface Swept {
  readonly suspects: readonly Suspect[];
  /** The last number that was tried. */
  readonly reached: number;
}

const STRIDE = 1024;

/**
 * Asks each number from 1 to `last` whether /proc has it, for at most `ms` milliseconds. Listed processes and their threads are left out: every thread has
 * a directory that no listing of /proc names (fs/proc/base.c proc_pid_lookup, proc_pid_readdir).
 */
export function sweep(proc: string, listed: readonly number[], last: number, ms: number, tick: Tick): Swept {
  const until = performance.now() + ms;
  const known = new Set(listed);
  const unlisted: number[] = [];
  let pid = 1;
  for (; pid <= last; pid++) {
    if (pid % STRIDE === 0) {
      tick();
      if (performance.now() > until) break;
    }
    if (!known.has(pid) && answers(proc, pid)) unlisted.push(pid);
  }
  const threads = unlisted.length === 0 ? known : threadsOf(proc, listed, tick);
  const suspects = unlisted.flatMap((n) => (threads.has(n) ? [] : leader(proc, n)));
  return { suspects, reached: pid - 1 };
}

/** Those that are still there, still the same, and still in no listing. */
export function confirm(proc: string, suspects: readonly Suspect[], listed: readonly number[]): Suspect[] {
  const known = new Set(listed);
  return suspects.filter(({ pid, start }) => !known.has(pid) && answers(proc, pid) && leader(proc, pid)[0]?.start === start);
}

/** Whether /proc has this number, listed or not. */
export function answers(proc: string, pid: number): boolean {
  const st = attempt(() => lstatSync(`${proc}/${pid}`, { throwIfNoEntry: false }));
  return st !== undefined && !(st instanceof Failure);
}

function threadsOf(proc: string, listed: readonly number[], tick: Tick): ReadonlySet<number> {
  const threads = new Set<number>();
  for (const pid of listed) {
    const tids = attempt(() => readdirSync(`${proc}/${pid}/task`));
    if (!(tids instanceof Failure)) for (const tid of tids) threads.add(Number(tid));
    tick();
  }
  return threads;
}

/** The process of this number, when it is one and not a thread of another. */
function leader(proc: string, pid: number): Suspect[] {
  const status = takeSmall(`${proc}/${pid}/status`, FILE_CAP);
  if (status instanceof Failure || !status.includes(`\nTgid:\t${pid}\n`)) return [];
  const stat = takeSmall(`${proc}/${pid}/stat`, FILE_CAP);
  return stat instanceof Failure ? [] : [{ pid, start: statFacts(stat).start }];
}
