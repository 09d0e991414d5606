/** Fields of text that is in its usual form, taken one after the other. Whoever meets another form reads it again in full. */
export class Fields {
  #body: Buffer = Buffer.alloc(0);
  #at = 0;

  /** Begins at a place of a body. */
  from(body: Buffer, start: number): void {
    this.#body = body;
    this.#at = start;
  }

  /** The place behind what was taken. */
  get at(): number {
    return this.#at;
  }

  /** The byte that comes next; undefined at the end of the body. */
  get next(): number | undefined {
    return this.#body[this.#at];
  }

  /** Passes over a byte if it is the next one. */
  skip(byte: number): boolean {
    if (this.#body[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }

  /** Passes over these bytes if they come next. */
  skipAll(bytes: Uint8Array): boolean {
    const [body, start] = [this.#body, this.#at];
    for (let i = 0; i < bytes.length; i++) if (body[start + i] !== bytes[i]) return false;
    this.#at = start + bytes.length;
    return true;
  }

  /** A decimal number of at most `digits` (15 or fewer), and the byte `stop` behind it; -1 for anything else. */
  decimal(stop: number, digits = 15): number {
    const body = this.#body;
    const start = this.#at;
    let at = start;
    let n = 0;
    let d = (body[at] as number) - 0x30;
    while (d >= 0 && d <= 9) {
      n = n * 10 + d;
      d = (body[++at] as number) - 0x30;
    }
    if (at === start || at - start > digits || body[at] !== stop) return -1;
    this.#at = at + 1;
    return n;
  }

  /** The same in octal, of at most `digits` (17 or fewer). */
  octal(stop: number, digits: number): number {
    const body = this.#body;
    const start = this.#at;
    let at = start;
    let n = 0;
    let d = (body[at] as number) - 0x30;
    while (d >= 0 && d <= 7) {
      n = n * 8 + d;
      d = (body[++at] as number) - 0x30;
    }
    if (at === start || at - start > digits || body[at] !== stop) return -1;
    this.#at = at + 1;
    return n;
  }
}
