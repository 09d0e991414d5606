import { encode } from 'tar-stream/headers.js';

const BLOCK = 512;
/** All that tar-stream asks of a time; a Date would make the runtime read the time zone of the host. */
const EPOCH = { getTime: () => 0 } as Date;
/** As tar-stream makes it of an empty name and size; those two and the checksum are all that differs between entries (docs/ARCHIVE-FORMAT.md §1.2). */
const HEADER = encode({ name: '', mode: 0o444, uid: 0, gid: 0, size: 0, mtime: EPOCH, type: 'file' });
const NAME = 100;
const SIZE = 124;
const SIZE_DIGITS = 11;
const SUM = 148;
const SUM_DIGITS = 6;
const ZERO = 0x30;
/** Sum of the bytes that stay, the checksum field taken as blanks. */
const FIXED = HEADER.reduce(
  (sum, byte, at) => (at >= SUM && at < SUM + 8 ? sum + 0x20 : at >= SIZE && at < SIZE + SIZE_DIGITS ? sum : sum + byte),
  0,
);

/**
 * Entries of a tar stream, laid one after the other into large blocks: a stream of its own for each entry costs more than all the rest of writing it.
 * A block that is full goes to `full`, which owns it from then on, and `fresh` gives the next one.
 */
export class TarBlocks {
  readonly #fresh: () => Buffer;
  readonly #full: (bytes: Buffer) => void;
  #block: Buffer;
  #held = 0;

  constructor(fresh: () => Buffer, full: (bytes: Buffer) => void) {
    this.#fresh = fresh;
    this.#full = full;
    this.#block = fresh();
  }

  /** The body is copied. */
  entry(name: string, body: Buffer): void {
    if (name.length > NAME) throw new Error(`no entry can be called ${name}`);
    this.#header(name, body.length);
    this.#bytes(body);
    this.#zeros(-body.length & (BLOCK - 1));
  }

  /** Two blocks of zeros: nothing comes after. */
  end(): void {
    this.#zeros(2 * BLOCK);
    this.flush();
  }

  /** Hands over what is held. */
  flush(): void {
    if (this.#held === 0) return;
    this.#full(this.#block.subarray(0, this.#held));
    this.#block = this.#fresh();
    this.#held = 0;
  }

  /** Blocks are a multiple of 512 bytes, and so is what is held before a header. */
  #header(name: string, size: number): void {
    if (this.#held === this.#block.length) this.flush();
    const block = this.#block;
    const at = this.#held;
    block.set(HEADER, at);
    let sum = FIXED;
    for (let i = 0; i < name.length; i++) {
      const byte = name.charCodeAt(i);
      block[at + i] = byte;
      sum += byte;
    }
    sum += octal(block, at + SIZE, SIZE_DIGITS, size);
    octal(block, at + SUM, SUM_DIGITS, sum);
    this.#held += BLOCK;
  }

  #bytes(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#held === this.#block.length) this.flush();
      const copied = bytes.copy(this.#block, this.#held, at);
      at += copied;
      this.#held += copied;
    }
  }

  #zeros(count: number): void {
    for (let left = count; left > 0; ) {
      if (this.#held === this.#block.length) this.flush();
      const some = Math.min(left, this.#block.length - this.#held);
      this.#block.fill(0, this.#held, this.#held + some);
      left -= some;
      this.#held += some;
    }
  }
}

/** Writes a number in octal with leading zeros; gives the sum of the digits' bytes. */
function octal(block: Buffer, at: number, digits: number, value: number): number {
  let rest = value;
  let sum = 0;
  for (let i = at + digits - 1; i >= at; i--) {
    const digit = ZERO + (rest % 8);
    block[i] = digit;
    sum += digit;
    rest = Math.floor(rest / 8);
  }
  return sum;
}
