import { type Address, masked } from './address.ts';
import type { Indicator, Term } from './indicator.ts';
import { type Candidate, Slots } from './slots.ts';

/** Blocks of addresses by the length of their prefix: a look-up costs one step for each length that is there, however many blocks. */
export class Blocks {
  readonly #v4 = new Map<number, Slots<Address>>();
  readonly #v6 = new Map<number, Slots<Address>>();

  add(base: Address, bits: number, indicator: Indicator, rest: readonly Term[]): void {
    const family = typeof base === 'number' ? this.#v4 : this.#v6;
    const slots = family.get(bits) ?? new Slots<Address>();
    family.set(bits, slots);
    slots.add(base, indicator, rest);
  }

  get empty(): boolean {
    return this.#v4.size + this.#v6.size === 0;
  }

  *find(address: Address): Generator<Candidate, void> {
    for (const [bits, slots] of typeof address === 'number' ? this.#v4 : this.#v6) yield* slots.find(masked(address, bits));
  }
}
