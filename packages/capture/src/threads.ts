import { readdirSync } from 'node:fs';
import { FILE_CAP, LIST_CAP, THREAD_LINK_BUDGET } from './artefacts.ts';
import { attempt, Failure } from './attempt.ts';
import { frameText, Pieces } from './pieces.ts';
import { type Taken, takeBriefly, takeLink } from './take.ts';

/** Text of each link by descriptor; of a link that could not be read, `!ERRNO`. */
export type FdLinks = ReadonlyMap<string, string>;

/** Whom the threads are compared with: the leader, or the first live thread when the leader is dead. */
export interface Reference {
  readonly tid: string;
  /** Its descriptor links where they were read already. */
  readonly links: FdLinks | null;
  readonly spaces: string;
}

export interface OddThread {
  readonly tid: number;
  /** Its descriptors are its own, and not only its namespaces. */
  readonly files: boolean;
}

/** The net and mnt namespaces of a thread (`dir` is `task/TID/`, or empty for the leader) as one text. */
export function threadSpaces(dir: string): string {
  return ['net', 'mnt'].map((kind) => textOf(takeLink(`${dir}ns/${kind}`))).join(' ');
}

function textOf(link: string | Failure): string {
  return link instanceof Failure ? `!${link.errno}` : link;
}

/** `task.pack` of the threads beside the leader, and which of them must have lists of their own (docs/ARCHIVE-FORMAT.md §3.2). */
export function takeThreads(
  pid: string,
  tids: readonly string[],
  reference: Reference,
  tick: () => void,
): { pack: Taken; odd: OddThread[] } {
  const pack = new Pieces(LIST_CAP);
  const odd: OddThread[] = [];
  const dead = reference.tid !== pid;
  const same = dead ? `same ${reference.tid}` : 'same';
  const compare = new Comparison(dead ? `task/${reference.tid}/` : '', reference.links);
  for (const tid of tids) {
    if (tid === pid) continue;
    const dir = `task/${tid}/`;
    for (const name of ['stat', 'status', 'comm']) pack.frame(`${tid}/${name}`, takeBriefly(dir + name, FILE_CAP));
    tick();
    if (tid === reference.tid) {
      odd.push({ tid: Number(tid), files: true });
      continue;
    }
    const spaces = threadSpaces(dir) === reference.spaces;
    if (spaces) pack.add(frameText(`${tid}/ns`, same));
    const verdict = compare.with(dir);
    if (verdict !== 'other') pack.add(frameText(`${tid}/fd`, verdict === 'same' ? same : verdict));
    if (verdict === 'other' || !spaces) odd.push({ tid: Number(tid), files: verdict === 'other' });
  }
  return { pack: pack.taken(), odd };
}

type Verdict = 'same' | 'other' | 'not-compared' | Failure;

/** Compares descriptor links with the reference's until THREAD_LINK_BUDGET links were read for this process. */
class Comparison {
  readonly #dir: string;
  readonly #reference: FdLinks | Failure;
  #budget = THREAD_LINK_BUDGET;

  constructor(dir: string, links: FdLinks | null) {
    this.#dir = dir;
    this.#reference = links ?? this.#read(dir);
  }

  #read(dir: string): FdLinks | Failure {
    const names = attempt(() => readdirSync(`${dir}fd`));
    if (names instanceof Failure) return names;
    this.#budget -= names.length;
    return new Map(names.map((name) => [name, textOf(takeLink(`${dir}fd/${name}`))]));
  }

  /** Descriptors come and go while they are read, so a difference is looked at once more, between two fresh readings of the reference. */
  with(dir: string): Verdict {
    const reference = this.#reference;
    if (reference instanceof Failure) return 'other';
    if (reference.size > this.#budget) return 'not-compared';
    const first = this.#read(dir);
    if (first instanceof Failure) return first;
    if (isBetween(first, reference, reference)) return 'same';
    const before = this.#read(this.#dir);
    const again = this.#read(dir);
    const after = this.#read(this.#dir);
    if (again instanceof Failure) return again;
    if (before instanceof Failure || after instanceof Failure) return 'other';
    return isBetween(again, before, after) ? 'same' : 'other';
  }
}

/** Whether `x` can be a state of one table between `before` and `after`: nothing in it that neither has, nothing missing that both have. */
export function isBetween(x: FdLinks, before: FdLinks, after: FdLinks): boolean {
  for (const [name, text] of x) if (before.get(name) !== text && after.get(name) !== text) return false;
  for (const [name, text] of before) if (after.get(name) === text && x.get(name) !== text) return false;
  return true;
}
