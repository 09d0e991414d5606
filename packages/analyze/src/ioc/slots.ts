import type { Indicator, Term } from './indicator.ts';

/** An indicator that a key leads to, and what must hold besides. */
export interface Candidate {
  readonly indicator: Indicator;
  /** How many more entries of the lists say exactly this; they are not told one by one. */
  readonly also: number;
  readonly rest: readonly Term[];
}

const NONE: readonly Term[] = [];

/** What stands behind each key: most keys have one indicator and no further condition, of which a million must fit. */
export class Slots<K> {
  readonly #single = new Map<K, Indicator>();
  readonly #also = new Map<K, number>();
  readonly #further = new Map<K, Candidate[]>();

  get size(): number {
    return this.#single.size + this.#further.size;
  }

  add(key: K, indicator: Indicator, rest: readonly Term[]): void {
    if (rest.length > 0) {
      const list = this.#further.get(key);
      if (list === undefined) this.#further.set(key, [{ indicator, also: 0, rest }]);
      else list.push({ indicator, also: 0, rest });
    } else {
      const known = this.#single.get(key);
      if (known === undefined) this.#single.set(key, indicator);
      else if (known !== indicator) this.#also.set(key, (this.#also.get(key) ?? 0) + 1);
    }
  }

  *find(key: K): Generator<Candidate, void> {
    const indicator = this.#single.get(key);
    if (indicator !== undefined) yield { indicator, also: this.#also.get(key) ?? 0, rest: NONE };
    const further = this.#further.get(key);
    if (further !== undefined) yield* further;
  }

  has(key: K): boolean {
    return this.#single.has(key) || this.#further.has(key);
  }
}
