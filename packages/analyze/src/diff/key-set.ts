/**
 * Keys of some whole numbers of 32 bits, side by side in one array, since a million take 30 MB there and several times that as objects. Open addressing with
 * linear probing; keys are compared whole, so two different ones are never one, whoever chose them.
 */
export class KeySet {
  /** All keys, one behind the other: the caller writes key n from n × width on, and then adds it. */
  readonly keys: Int32Array;
  readonly #width: number;
  readonly #seed: number;
  /** Two numbers a slot: that of a key, counted from 1, 0 where it is free; and its hash, so that few other keys are looked at. At most half are taken. */
  readonly #slots: Int32Array;
  readonly #state: Uint8Array;
  #expected = 0;
  /** Scratch of add. */
  #hashes: Int32Array = new Int32Array(0);

  /**
   * `most`: how many keys there are at the most. `seed`: a number that whoever made the evidence could not choose freely, so that he could not choose keys
   * that all fall into one place.
   */
  constructor(width: number, most: number, seed: number) {
    this.#width = width;
    this.#seed = seed;
    this.keys = new Int32Array(width * most);
    this.#slots = new Int32Array(2 * 2 ** Math.ceil(Math.log2(2 * most + 2)));
    this.#state = new Uint8Array(most);
  }

  /**
   * Adds the keys that were written as numbers n to n + count - 1, but for those of which `skip` says 1; of equal keys the first is kept. All hashes come before the
   * first slot: what is left to do for each is then so little that the processor waits for several slots at once.
   */
  add(n: number, count: number, skip: Uint8Array): void {
    if (this.#hashes.length < count) this.#hashes = new Int32Array(count);
    const hashes = this.#hashes;
    for (let i = 0, from = n * this.#width; i < count; i++, from += this.#width) hashes[i] = this.#hash(this.keys, from);
    const slots = this.#slots;
    for (let i = 0; i < count; i++) {
      if (skip[i] === 1) continue;
      const slot = this.#find(hashes[i] as number, this.keys, (n + i) * this.#width);
      if (slots[slot] !== 0) continue;
      slots[slot] = n + i + 1;
      slots[slot + 1] = hashes[i] as number;
      this.#state[n + i] = UNMET;
    }
  }

  /** Whether the key that begins at `from` is there; it counts as met from now on. */
  meet(key: Int32Array, from: number): boolean {
    // Tables are in much the same order twice: often the next key is the one behind the last that was met.
    let n = this.#expected;
    if (!((this.#state[n] as number) > 0 && this.#equal(n, key, from))) {
      n = (this.#slots[this.#find(this.#hash(key, from), key, from)] as number) - 1;
      if (n < 0) return false;
    }
    this.#state[n] = MET;
    this.#expected = n + 1;
    return true;
  }

  /** Numbers of the keys that were added and never met, ascending. */
  unmet(): number[] {
    const found: number[] = [];
    for (let n = this.#state.indexOf(UNMET); n >= 0; n = this.#state.indexOf(UNMET, n + 1)) found.push(n);
    return found;
  }

  /** Where the slot of the key begins, or the free one where it belongs. */
  #find(hash: number, key: Int32Array, from: number): number {
    const slots = this.#slots;
    const last = slots.length - 1;
    let slot = (hash << 1) & last;
    for (let n = slots[slot] as number; n !== 0; n = slots[slot] as number) {
      if (slots[slot + 1] === hash && this.#equal(n - 1, key, from)) return slot;
      slot = (slot + 2) & last;
    }
    return slot;
  }

  #equal(n: number, key: Int32Array, from: number): boolean {
    const { keys } = this;
    const at = n * this.#width;
    for (let i = 0; i < this.#width; i++) if (keys[at + i] !== key[from + i]) return false;
    return true;
  }

  /** Spreads over the table; nothing rests on it but speed. */
  #hash(key: Int32Array, from: number): number {
    let h = this.#seed;
    for (let i = 0; i < this.#width; i++) {
      h = Math.imul(h ^ (key[from + i] as number), 0x9e3779b1);
      h ^= h >>> 15;
    }
    h = Math.imul(h, 0x85ebca77);
    return h ^ (h >>> 13);
  }
}

/** Of a number that is not in the set, because an equal key is or nothing was added, the state is 0. */
const UNMET = 1;
const MET = 2;
