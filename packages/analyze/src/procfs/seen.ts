/** Longest walk in the table of hashes. Bodies made to collide end here: then a repeated row may go unnoticed, but time stays linear. */
const MAX_PROBES = 32;

/**
 * Rows seen in one body, by the bytes of some of their columns. Keeps offsets into the body and no copies; hashes are FNV-1a over the bytes.
 */
export class Seen {
  private readonly body: Buffer;
  private readonly slots: Int32Array;
  private readonly mask: number;
  /** Per slot: line, then the bounds of three spans. */
  private readonly width = 7;

  constructor(body: Buffer) {
    this.body = body;
    let size = 64;
    // A row has at least 40 bytes; twice as many slots as rows.
    while (size < body.length / 20 && size < 1 << 22) size *= 2;
    this.slots = new Int32Array(size * this.width);
    this.mask = size - 1;
  }

  /** Notes a row by up to three spans of bytes and gives the line of the first row with the same bytes, 0 when there is none. */
  add(line: number, spans: readonly [number, number, number, number, number, number]): number {
    const { body, slots, mask, width } = this;
    let hash = 0x811c9dc5;
    for (let s = 0; s < 6; s += 2) {
      const end = spans[s + 1] as number;
      for (let i = spans[s] as number; i < end; i++) hash = Math.imul(hash ^ (body[i] as number), 0x01000193);
    }
    let at = (hash ^ (hash >>> 15)) & mask;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const slot = at * width;
      if (slots[slot] === 0) {
        slots[slot] = line;
        for (let s = 0; s < 6; s++) slots[slot + 1 + s] = spans[s] as number;
        return 0;
      }
      if (this.same(slot, spans)) return slots[slot] as number;
      at = (at + 1) & mask;
    }
    return 0;
  }

  private same(slot: number, spans: readonly number[]): boolean {
    const { body, slots } = this;
    for (let s = 0; s < 6; s += 2) {
      const a = slots[slot + 1 + s] as number;
      const b = spans[s] as number;
      const length = (spans[s + 1] as number) - b;
      if ((slots[slot + 2 + s] as number) - a !== length) return false;
      for (let i = 0; i < length; i++) if (body[a + i] !== body[b + i]) return false;
    }
    return true;
  }
}
