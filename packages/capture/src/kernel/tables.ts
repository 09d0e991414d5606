import { FILE_CAP, LIST_CAP } from '../artefacts.ts';
import { Failure } from '../attempt.ts';
import { Pieces } from '../pieces.ts';
import { type Taken, type Tick, takeSmall } from '../take.ts';
import { statFacts } from '../walker.ts';
import type { Walked } from '../wire.ts';
import type { Libc } from './libc.ts';

/** All comparisons of a capture. One costs about as much as reading a link. */
const MAX_COMPARISONS = 20_000;
const MAX_MS = 2000;

/** A descriptor table, by the process that has it, or the thread. */
export interface WhoseTable {
  readonly pid: number;
  /** 0 for the table of the process. */
  readonly tid: number;
  /** Field 22 of stat of the process. */
  readonly start: string;
}

/** Descriptor tables that may be one: those with the same sockets under the same numbers. Tables without a socket are nobody's holders. */
export function alike(walked: readonly Walked[]): WhoseTable[][] {
  const groups = new Map<string, WhoseTable[]>();
  for (const { pid, start, sockets } of walked) {
    const byDir = new Map<string, string>();
    for (const [dir, fd, inode] of sockets) byDir.set(dir, `${byDir.get(dir) ?? ''}${fd} ${inode}\n`);
    for (const [dir, listing] of byDir) {
      const one = { pid, tid: Number(dir.split('/')[1] ?? 0), start };
      const known = groups.get(listing);
      if (known === undefined) groups.set(listing, [one]);
      else known.push(one);
    }
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/**
 * `listing/kcmp-files`: what kcmp(2) says of descriptor tables (KCMP_FILES: 0 one table, else which comes first in an order of the kernel's). It reads two
 * pointers and changes nothing. The order is used to find the place of each table among those that were compared before, so that a server of a
 * thousand processes costs some ten thousand comparisons and not a million.
 */
export function compareTables(libc: Libc, proc: string, groups: readonly (readonly WhoseTable[])[], tick: Tick): Taken {
  const out = new Pieces(LIST_CAP);
  const until = performance.now() + MAX_MS;
  let left = MAX_COMPARISONS;
  for (const group of groups) {
    const sorted: WhoseTable[] = [];
    for (const one of group) {
      // Not within the search: a table is compared until its place is known, or not at all.
      if (performance.now() > until) return { ...out.taken(), limit: 'time' };
      if (left <= 0) return { ...out.taken(), limit: 'bytes' };
      let [low, high] = [0, sorted.length];
      while (low < high) {
        left--;
        const middle = (low + high) >> 1;
        const other = sorted[middle] as WhoseTable;
        const result = libc.compareFiles(one.tid || one.pid, other.tid || other.pid);
        out.add(line(one, other, result));
        tick();
        // Found, or nothing more can be learnt of it.
        if (result !== 1 && result !== 2) low = high = -1;
        else if (result === 1) high = middle;
        else low = middle + 1;
      }
      if (low >= 0) sorted.splice(low, 0, one);
    }
    // Numbers are given anew: what was compared is only who it was if it still is.
    for (const one of group) if (!stillThere(proc, one)) out.add(line(one, one, new Failure('ESRCH')));
  }
  return out.taken();
}

function stillThere(proc: string, { pid, tid, start }: WhoseTable): boolean {
  const stat = takeSmall(`${proc}/${pid}/stat`, FILE_CAP);
  const thread = tid === 0 ? stat : takeSmall(`${proc}/${pid}/task/${tid}/stat`, FILE_CAP);
  return !(stat instanceof Failure) && !(thread instanceof Failure) && statFacts(stat).start === start;
}

function line(one: WhoseTable, other: WhoseTable, result: number | Failure): string {
  const name = ({ pid, tid }: WhoseTable): string => (tid === 0 ? `${pid}` : `${pid}/${tid}`);
  return `${name(one)} ${name(other)} ${result instanceof Failure ? `!${result.errno}` : result}\n`;
}
