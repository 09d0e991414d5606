/** Rows that are remembered. 192 KiB of table stay in the cache of a processor; a table for a million rows would cost a fifth of the parser's time. */
const ROWS = 1 << 14;

/**
 * Rows met lately in one body, by a 32-bit hash of what makes them the same and the offset they begin at. The bytes stay in the body:
 * the owner compares them. A row takes the place of an older one of the same hash, so a repetition is found as long as it is some thousand rows
 * away at most. The kernel repeats rows at the borders of its pages (seq_file resumes by count or by bucket), which is much nearer.
 */
export class Seen {
  /** Hash, offset plus 1 (0: free), line. */
  readonly #slots: Int32Array = new Int32Array(ROWS * 3);
  readonly #same: (a: number, b: number) => boolean;

  /** `same` says whether the rows that begin at two offsets are one. */
  constructor(same: (a: number, b: number) => boolean) {
    this.#same = same;
  }

  /** Notes the row at `offset` and gives an earlier one that is the same, null when there is none. */
  add(hash: number, offset: number, line: number): { readonly offset: number; readonly line: number } | null {
    const slots = this.#slots;
    const key = hash | 0;
    const slot = ((key ^ (key >>> 15)) & (ROWS - 1)) * 3;
    const found = slots[slot + 1] as number;
    if (found !== 0 && slots[slot] === key && this.#same(found - 1, offset)) return { offset: found - 1, line: slots[slot + 2] as number };
    slots[slot] = key;
    slots[slot + 1] = offset + 1;
    slots[slot + 2] = line;
    return null;
  }
}

/** FNV-1a over the bytes [start, end), going on from `hash`. */
export function hashBytes(body: Buffer, start: number, end: number, hash: number): number {
  let h = hash;
  for (let i = start; i < end; i++) h = Math.imul(h ^ (body[i] as number), 0x01000193);
  return h;
}

/** Offset basis of FNV-1a. */
export const HASH_START = 0x811c9dc5;

/** Whether two spans of a body hold the same bytes. */
export function sameBytes(body: Buffer, a: number, aEnd: number, b: number, bEnd: number): boolean {
  if (aEnd - a !== bEnd - b) return false;
  for (let i = 0; a + i < aEnd; i++) if (body[a + i] !== body[b + i]) return false;
  return true;
}
