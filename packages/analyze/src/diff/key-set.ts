/**
 * Keys of four whole numbers, the first three of 32 bits, each kept with a number of the caller's: in typed arrays, since a million take 40 MB there and several times
 * that as objects. Open addressing with linear probing; keys are compared whole, so two different ones are never one, whoever chose them.
 */
export class KeySet {
  readonly #a: Int32Array;
  readonly #b: Int32Array;
  readonly #c: Int32Array;
  readonly #d: Float64Array;
  readonly #kept: Float64Array;
  readonly #met: Uint8Array;
  /** Place of a key, counted from 1; 0 is free. At most half of them are taken. */
  readonly #slots: Int32Array;
  #size = 0;

  /** `most`: how many keys are added at the most. */
  constructor(most: number) {
    this.#a = new Int32Array(most);
    this.#b = new Int32Array(most);
    this.#c = new Int32Array(most);
    this.#d = new Float64Array(most);
    this.#kept = new Float64Array(most);
    this.#met = new Uint8Array(most);
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * most + 2)));
  }

  /** Keeps the first of equal keys. */
  add(a: number, b: number, c: number, d: number, kept: number): void {
    const slot = this.#find(a | 0, b | 0, c | 0, d);
    if (this.#slots[slot] !== 0) return;
    const at = this.#size++;
    if (at >= this.#met.length) throw new Error('more keys than were announced');
    this.#slots[slot] = at + 1;
    this.#a[at] = a;
    this.#b[at] = b;
    this.#c[at] = c;
    this.#d[at] = d;
    this.#kept[at] = kept;
  }

  /** Whether the key is there; it counts as met from now on. */
  meet(a: number, b: number, c: number, d: number): boolean {
    const at = this.#slots[this.#find(a | 0, b | 0, c | 0, d)] ?? 0;
    if (at === 0) return false;
    this.#met[at - 1] = 1;
    return true;
  }

  /** The numbers kept with the keys that were never met, in the order in which they came. */
  unmet(): number[] {
    const rows: number[] = [];
    for (let i = 0; i < this.#size; i++) if (this.#met[i] === 0) rows.push(this.#kept[i] ?? 0);
    return rows;
  }

  /** The slot of the key, or the free one where it belongs. */
  #find(a: number, b: number, c: number, d: number): number {
    const last = this.#slots.length - 1;
    let slot = mix(a, b, c, d | 0) & last;
    for (let at = this.#slots[slot] ?? 0; at !== 0; at = this.#slots[slot] ?? 0) {
      if (this.#b[at - 1] === b && this.#c[at - 1] === c && this.#a[at - 1] === a && this.#d[at - 1] === d) return slot;
      slot = (slot + 1) & last;
    }
    return slot;
  }
}

/** Spreads over the table; nothing rests on it but speed. */
function mix(a: number, b: number, c: number, d: number): number {
  let h = Math.imul(a ^ 0x5bd1e995, 0x9e3779b1) ^ b;
  h = Math.imul(h ^ (h >>> 15), 0x85ebca77) ^ c;
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae3d) ^ d;
  h = Math.imul(h ^ (h >>> 16), 0x27d4eb2f);
  return (h ^ (h >>> 15)) >>> 0;
}
