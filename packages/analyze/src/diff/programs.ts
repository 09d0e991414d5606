import { undeleted } from '../db/deleted.ts';
import type { Value } from '../render/value.ts';
import { keyPart } from './change.ts';

/** What a restart of a process keeps. */
export interface Program {
  readonly name: Value;
  readonly kernel_thread: number | null;
  readonly container_id: string | null;
  readonly path: Value;
  readonly path_errno: string | null;
  readonly cmdline_raw: Value;
  readonly uid: number | null;
}

/** What a capture may not know of a process: its program without the right to ask, its arguments when it is light. Bit i stands for the i-th. */
const MAY_BE_UNKNOWN = ['path', 'cmdline_raw', 'uid'] as const;
const MASKS: readonly number[] = Array.from({ length: 1 << MAY_BE_UNKNOWN.length }, (_, mask) => mask);

/** Path and arguments. */
const PROGRAM = 0b011;

/** Neither its program nor its arguments are known. */
function isNameless({ path, cmdline_raw }: Program): boolean {
  return path === null && (cmdline_raw === null || (cmdline_raw instanceof Uint8Array && cmdline_raw.length === 0));
}

export interface Paired<T> {
  readonly pairs: readonly (readonly [T, T])[];
  readonly gone: readonly T[];
  readonly came: readonly T[];
}

/**
 * The same program on both sides, one with one in order: first those that agree in everything, then those that agree in all that both sides know. A name
 * alone, as many programs bear it, makes no pair: that is all there is of a process that ended while it was read. `byName` says of which process it does.
 */
export function pairPrograms<T extends Program>(gone: readonly T[], came: readonly T[], byName: (p: T) => boolean): Paired<T> {
  const pairs: (readonly [T, T])[] = [];
  const taken = new Set<T>();
  const known = (p: T): boolean => p.kernel_thread === 1 || !isNameless(p) || byName(p);
  const [old, now] = [gone.filter(known), came.filter(known)];
  for (const mask of MASKS) {
    const pool = new Map<string, T[]>();
    for (const p of now.toReversed()) {
      if (taken.has(p)) continue;
      const list = pool.get(poolKey(p, mask, unknown(p)));
      if (list === undefined) pool.set(poolKey(p, mask, unknown(p)), [p]);
      else list.push(p);
    }
    if (pool.size === 0) break;
    for (const p of old) {
      if (taken.has(p)) continue;
      const match = take(pool, p, mask);
      if (match === undefined) continue;
      taken.add(p).add(match);
      pairs.push([p, match]);
    }
  }
  return { pairs, gone: gone.filter((p) => !taken.has(p)), came: came.filter((p) => !taken.has(p)) };
}

/** One that agrees in all but the fields of the mask, of each of which one side knows nothing; without a mask, one that knows as little. */
function take<T extends Program>(pool: ReadonlyMap<string, T[]>, p: T, mask: number): T | undefined {
  const mine = unknown(p);
  for (const theirs of mask === 0 ? [mine] : MASKS) {
    if ((mask & ~(mine | theirs)) !== 0) continue;
    // A file of which no arguments are known and arguments of which no file is known say nothing of each other.
    if ((mask & PROGRAM) === PROGRAM && ![mine, theirs].some((nulls) => (nulls & PROGRAM) === PROGRAM)) continue;
    const match = pool.get(poolKey(p, mask, theirs))?.pop();
    if (match !== undefined) return match;
  }
  return undefined;
}

function unknown(p: Program): number {
  return MAY_BE_UNKNOWN.reduce((mask, field, i) => mask | (p[field] === null ? 1 << i : 0), 0);
}

function poolKey(p: Program, mask: number, nulls: number): string {
  const name = p.kernel_thread === 1 ? kernelName(p.name) : p.name;
  const known = MAY_BE_UNKNOWN.filter((_, i) => (mask & (1 << i)) === 0).map((field) => (field === 'path' ? undeleted(p.path) : p[field]));
  return `${nulls} ${p.kernel_thread === 1} ${[name, p.container_id, ...known].map(keyPart).join(' ')}`;
}

/** A worker of the kernel bears the name of what it does at the moment after its own. */
export function kernelName(name: Value): Value {
  return typeof name === 'string' && name.startsWith('kworker/') ? name.replace(/[-+].*$/, '') : name;
}
