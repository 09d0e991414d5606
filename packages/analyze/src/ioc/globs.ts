import { globMatches } from '../triage/suppress.ts';
import type { Indicator, Term } from './indicator.ts';
import { type Candidate, Slots } from './slots.ts';

/** Patterns that begin and end with a wildcard are tried one by one, so there may be no more of them. */
const MAX_BARE = 1000;

/** Texts with `*` and `?`, found by the letters they begin or end with. */
export class Globs {
  readonly #byStart = new Map<number, Map<string, string[]>>();
  readonly #byEnd = new Map<number, Map<string, string[]>>();
  readonly #bare: string[] = [];
  readonly #slots = new Slots<string>();

  get empty(): boolean {
    return this.#slots.size === 0;
  }

  /** False when there are too many that begin and end with a wildcard. */
  add(glob: string, indicator: Indicator, rest: readonly Term[]): boolean {
    if (!this.#slots.has(glob) && !this.#file(glob)) return false;
    this.#slots.add(glob, indicator, rest);
    return true;
  }

  #file(glob: string): boolean {
    const start = glob.search(/[*?]/);
    const end = /[^*?]*$/.exec(glob)?.[0] ?? '';
    if (start > 0) push(this.#byStart, glob.slice(0, start), glob);
    else if (end !== '') push(this.#byEnd, end, glob);
    else if (this.#bare.length === MAX_BARE) return false;
    else this.#bare.push(glob);
    return true;
  }

  *find(text: string): Generator<Candidate, void> {
    if (this.empty) return;
    for (const [length, map] of this.#byStart) yield* this.#matching(map.get(text.slice(0, length)), text);
    for (const [length, map] of this.#byEnd) yield* this.#matching(text.length < length ? [] : map.get(text.slice(-length)), text);
    yield* this.#matching(this.#bare, text);
  }

  *#matching(globs: readonly string[] | undefined, text: string): Generator<Candidate, void> {
    for (const glob of globs ?? []) if (globMatches(glob, text)) yield* this.#slots.find(glob);
  }
}

function push(index: Map<number, Map<string, string[]>>, literal: string, glob: string): void {
  const map = index.get(literal.length) ?? new Map<string, string[]>();
  index.set(literal.length, map);
  const list = map.get(literal);
  if (list === undefined) map.set(literal, [glob]);
  else list.push(glob);
}
