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

  /** Makes `n` bytes wait, if there are as many; false when there are not. */
  private async fill(n: number): Promise<boolean> {
    while (this.size < n && !this.over) {
      const next = await this.source.next();
      if (next.done === true) this.over = true;
      else if (next.value.length > 0) {
        this.chunks.push(next.value);
        this.size += next.value.length;
      }
    }
    return this.size >= n;
  }

  /** The next `n` bytes, fewer only at the end. */
  async take(n: number): Promise<Buffer> {
    if (this.size < n) await this.fill(n);
    return this.cut(Math.min(n, this.size));
  }

  /** As take, but the bytes stay. */
  async peek(n: number): Promise<Buffer> {
    const bytes = await this.take(n);
    this.giveBack(bytes);
    return bytes;
  }

  /** Between 1 and `max` bytes, whatever waits; none at the end. */
  async some(max: number): Promise<Buffer> {
    await this.fill(1);
    return this.cut(Math.min(max, this.chunks[0] === undefined ? 0 : this.chunks[0].length - this.head));
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

  private cut(n: number): Buffer {
    const first = this.chunks[0];
    this.size -= n;
    this.offset += n;
    if (n === 0 || first === undefined) return Buffer.alloc(0);
    if (first.length - this.head >= n) {
      const part = first.subarray(this.head, this.head + n);
      this.head += n;
      if (this.head === first.length) this.shift();
      return part;
    }
    return this.join(n);
  }

  private join(n: number): Buffer {
    const out = Buffer.allocUnsafe(n);
    let at = 0;
    while (at < n) {
      const first = this.chunks[0];
      if (first === undefined) break;
      const part = first.subarray(this.head, this.head + n - at);
      part.copy(out, at);
      at += part.length;
      this.head += part.length;
      if (this.head === first.length) this.shift();
    }
    return out;
  }

  private shift(): void {
    this.chunks.shift();
    this.head = 0;
  }
}
