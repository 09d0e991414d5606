import { readdirSync } from 'node:fs';
import { FILE_CAP, LIST_CAP, THREAD_LINK_BUDGET } from './artefacts.ts';
import { attempt, Failure } from './attempt.ts';
import { frameText, Pieces } from './descriptors.ts';
import { type Taken, takeLink, takeSmall } from './take.ts';

/** Whose descriptors and namespaces the threads are compared with: the leader, or the first live thread when the leader is dead. */
export interface Reference {
  readonly tid: string;
  readonly links: ReadonlyMap<string, string>;
  readonly spaces: string;
}

export interface Odd {
  readonly tid: number;
  /** Its descriptors are its own. */
  readonly files: boolean;
}

/** The net and mnt namespaces of a thread as one text. */
export function threadSpaces(dir: string): string {
  return ['net', 'mnt'].map((kind) => textOf(takeLink(`${dir}ns/${kind}`))).join(' ');
}

function textOf(link: string | Failure): string {
  return link instanceof Failure ? `!${link.errno}` : link;
}

/**
 * `task.pack` of the threads beside the leader, and which of them must have lists of their own. The descriptor links of each thread are compared with the
 * reference until THREAD_LINK_BUDGET links have been read for this process; what is beyond says `not-compared`.
 */
export function takeThreads(
  pid: string,
  tids: readonly string[],
  reference: Reference,
  leaderDead: boolean,
  tick: () => void,
): { pack: Taken; odd: Odd[] } {
  const pack = new Pieces(LIST_CAP);
  const odd: Odd[] = [];
  const same = leaderDead ? `same ${reference.tid}` : 'same';
  let budget = THREAD_LINK_BUDGET;
  for (const tid of tids) {
    if (tid === pid) continue;
    const dir = `task/${tid}/`;
    for (const name of ['stat', 'status', 'comm']) pack.add(frameText(`${tid}/${name}`, takeSmall(dir + name, FILE_CAP)));
    tick();
    if (tid === reference.tid) {
      odd.push({ tid: Number(tid), files: true });
      continue;
    }
    const spacesSame = threadSpaces(dir) === reference.spaces;
    if (spacesSame) pack.add(frameText(`${tid}/ns`, same));
    const compared = compareLinks(dir, pid === reference.tid ? '' : `task/${reference.tid}/`, reference.links, budget);
    budget -= compared.read;
    if (compared.verdict !== 'other') pack.add(frameText(`${tid}/fd`, compared.verdict === 'same' ? same : compared.verdict));
    if (compared.verdict === 'other' || !spacesSame) odd.push({ tid: Number(tid), files: compared.verdict === 'other' });
  }
  return { pack: pack.taken(), odd };
}

type Verdict = 'same' | 'other' | 'not-compared' | Failure;

/** Descriptors come and go while they are read, so a difference is looked at once more, against a fresh reading of both. */
function compareLinks(
  dir: string,
  referenceDir: string,
  reference: ReadonlyMap<string, string>,
  budget: number,
): { verdict: Verdict; read: number } {
  let read = reference.size;
  if (read > budget) return { verdict: 'not-compared', read: 0 };
  const first = readLinks(dir);
  if (first instanceof Failure) return { verdict: first, read };
  if (equal(first, reference)) return { verdict: 'same', read };
  const before = readLinks(referenceDir);
  const again = readLinks(dir);
  const after = readLinks(referenceDir);
  read += 3 * reference.size;
  if (again instanceof Failure) return { verdict: again, read };
  if (before instanceof Failure || after instanceof Failure) return { verdict: 'other', read };
  return { verdict: between(again, before, after) ? 'same' : 'other', read };
}

function readLinks(dir: string): Map<string, string> | Failure {
  const names = attempt(() => readdirSync(`${dir}fd`));
  if (names instanceof Failure) return names;
  return new Map(names.map((name) => [name, textOf(takeLink(`${dir}fd/${name}`))]));
}

function equal(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  if (a.size !== b.size) return false;
  for (const [name, text] of a) if (b.get(name) !== text) return false;
  return true;
}

/** Whether `x` can be a state of one table between `before` and `after`: nothing in it that neither has, nothing missing that both have. */
function between(x: ReadonlyMap<string, string>, before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): boolean {
  for (const [name, text] of x) if (before.get(name) !== text && after.get(name) !== text) return false;
  for (const [name, text] of before) if (after.get(name) === text && x.get(name) !== text) return false;
  return true;
}
