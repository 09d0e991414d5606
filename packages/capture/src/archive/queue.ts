/** Bytes that arrive in chunks, taken in the sizes a format needs. */
export class Queue {
  private readonly source: AsyncIterator<Buffer>;
  private chunks: Buffer[] = [];
  private head = 0;
  private size = 0;
  /** The source has nothing more; bytes may still wait here. */
  private over = false;
  /** Bytes taken so far. */
  offset = 0;

  constructor(source: AsyncIterator<Buffer>) {
    this.source = source;
  }

  /** Nothing waits and nothing will come. */
  get atEnd(): boolean {
    return this.over && this.size === 0;
  }

  /** Makes the next chunk wait; false when there is none. */
  private async fill(): Promise<boolean> {
    while (!this.over) {
      const next = await this.source.next();
      if (next.done === true) this.over = true;
      else if (next.value.length > 0) {
        this.chunks.push(next.value);
        this.size += next.value.length;
        return true;
      }
    }
    return false;
  }

  /** The next `n` bytes, fewer only at the end. Chunks are copied as they come, so that a large body is in memory once. */
  async take(n: number): Promise<Buffer> {
    const first = this.chunks[0];
    if (n === 0 || (first !== undefined && first.length - this.head >= n)) return this.cut(n);
    const out = Buffer.allocUnsafe(n);
    let at = 0;
    while (at < n && (this.size > 0 || (await this.fill()))) {
      const part = this.cut(n - at);
      part.copy(out, at);
      at += part.length;
    }
    return at === n ? out : out.subarray(0, at);
  }

  /** As take, but the bytes stay. */
  async peek(n: number): Promise<Buffer> {
    const bytes = await this.take(n);
    this.giveBack(bytes);
    return bytes;
  }

  /** Between 1 and `max` bytes, whatever waits; none at the end. */
  async some(max: number): Promise<Buffer> {
    if (this.size === 0) await this.fill();
    return this.cut(max);
  }

  /** Puts back what was taken last. */
  giveBack(bytes: Buffer): void {
    if (bytes.length === 0) return;
    const first = this.chunks[0];
    if (first !== undefined && this.head > 0) this.chunks[0] = first.subarray(this.head);
    this.head = 0;
    this.chunks.unshift(bytes);
    this.size += bytes.length;
    this.offset -= bytes.length;
  }

  /** Passes over `n` bytes; how many there were. */
  async skip(n: number): Promise<number> {
    let left = n;
    while (left > 0) {
      const piece = await this.some(Math.min(left, 1 << 20));
      if (piece.length === 0) break;
      left -= piece.length;
    }
    return n - left;
  }

  /** Passes over everything; how many bytes that was. */
  drain(): Promise<number> {
    return this.skip(Number.MAX_SAFE_INTEGER);
  }

  /** Nothing more is wanted: the source may close what it holds open. */
  async close(): Promise<void> {
    this.over = true;
    await this.source.return?.();
  }

  /** At most `n` bytes of the first chunk. */
  private cut(n: number): Buffer {
    const first = this.chunks[0];
    if (n === 0 || first === undefined) return Buffer.alloc(0);
    const part = first.subarray(this.head, this.head + n);
    this.head += part.length;
    this.size -= part.length;
    this.offset += part.length;
    if (this.head === first.length) this.shift();
    return part;
  }

  private shift(): void {
    this.chunks.shift();
    this.head = 0;
  }
}
