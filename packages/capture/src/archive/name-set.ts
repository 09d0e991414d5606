import { hash } from 'node:crypto';

/** Words of 32 bits kept of each name: 128 bits of its SHA-256, so that nobody can make two names that pass for one. */
const WORDS = 4;
const START = 1 << 10;

/** The names met so far, in 16 bytes each whatever their length: a hostile archive bears millions of them. */
export class NameSet {
  private slots: Uint32Array = new Uint32Array(START * WORDS);
  private capacity = START;
  private used = 0;

  get size(): number {
    return this.used;
  }

  /** False when the name was there before. Names are latin1. */
  add(name: string): boolean {
    const digest = hash('sha256', Buffer.from(name, 'latin1'), 'buffer');
    const key = new Uint32Array(WORDS);
    for (let i = 0; i < WORDS; i++) key[i] = digest.readUInt32LE(4 * i);
    // All zeros marks a free slot.
    key[0] = (key[0] as number) | 1;
    if (!this.put(key)) return false;
    if (++this.used * 3 > this.capacity * 2) this.grow();
    return true;
  }

  private put(key: Uint32Array): boolean {
    const { slots, capacity } = this;
    for (let slot = (key[1] as number) & (capacity - 1); ; slot = (slot + 1) & (capacity - 1)) {
      const at = slot * WORDS;
      if (slots[at] === 0) {
        slots.set(key, at);
        return true;
      }
      if (slots[at] === key[0] && slots[at + 1] === key[1] && slots[at + 2] === key[2] && slots[at + 3] === key[3]) return false;
    }
  }

  private grow(): void {
    const old = this.slots;
    this.capacity *= 2;
    this.slots = new Uint32Array(this.capacity * WORDS);
    for (let at = 0; at < old.length; at += WORDS) if (old[at] !== 0) this.put(old.subarray(at, at + WORDS));
  }
}
