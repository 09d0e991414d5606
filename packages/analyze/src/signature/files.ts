import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { explained } from '../named-file.ts';
import { UserError } from '../user-error.ts';
import type { HashName } from './sshsig.ts';

/** Keys, signatures and lists of signers are short. */
const MAX_TEXT = 1 << 20;

/** A small file, one character a byte. Throws UserError when it is larger than such a file can be, and where it cannot be read. */
export async function smallFile(path: string, what: string): Promise<string> {
  const pieces: Buffer[] = [];
  const read = async (): Promise<void> => {
    for await (const piece of createReadStream(path, { end: MAX_TEXT })) pieces.push(piece as Buffer);
  };
  await read().then(() => undefined, explained('read', what));
  const bytes = Buffer.concat(pieces);
  if (bytes.length > MAX_TEXT) throw new UserError(`${what} is too large: more than ${MAX_TEXT} bytes`);
  return bytes.toString('latin1');
}

/** The bytes of a file or stream, hashed as they pass. */
export class Hashed implements AsyncIterable<Buffer> {
  private readonly source: string | AsyncIterable<Uint8Array>;
  private readonly hash: Hash;
  private result: Buffer | null = null;

  constructor(source: string | AsyncIterable<Uint8Array>, hash: HashName) {
    this.source = source;
    this.hash = createHash(hash);
  }

  /** The digest; null until everything has passed. */
  get digest(): Buffer | null {
    return this.result;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    const chunks = typeof this.source === 'string' ? createReadStream(this.source, { highWaterMark: 256 * 1024 }) : this.source;
    for await (const chunk of chunks as AsyncIterable<Uint8Array>) {
      this.hash.update(chunk);
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    }
    this.result = this.hash.digest();
  }
}

/** The SHA-512 of a file, in constant memory. */
export async function sha512Of(path: string): Promise<Buffer> {
  const hash = createHash('sha512');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest();
}
