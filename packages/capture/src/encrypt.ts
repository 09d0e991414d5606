import { PassThrough, Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import type { Seal } from './archive/write.ts';
import { Failure } from './attempt.ts';
import { takeFile } from './take.ts';

/** Lists of recipients are short, and a FIFO nobody writes to is none. */
const MAX_LIST = 1 << 20;
const LIST_MS = 10_000;

/** Recipients that cannot be encrypted to: the operator's mistake, in words. */
class WrongRecipient extends Error {}

/** The recipients in a file as `age -R` takes it: one a line, blank lines and lines that begin with `#` are passed over. Throws WrongRecipient. */
export function recipientsIn(path: string): string[] {
  const taken = takeFile(path, MAX_LIST, LIST_MS);
  if (taken instanceof Failure) throw new WrongRecipient(`${path}: ${taken.errno}`);
  if (taken.limit !== undefined || taken.errno !== undefined) throw new WrongRecipient(`${path}: is no list of recipients`);
  const lines = taken.body.toString('latin1').split('\n');
  const words = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  if (words.length === 0) throw new WrongRecipient(`${path}: names no recipient`);
  return words;
}

/**
 * The age format (age-encryption.org/v1) around a stream: what is written to `input` comes out of `output` encrypted, in pieces of 64 KiB, of which a few
 * are in memory. Only public keys are needed. `trying` is told each recipient before it is looked at: what the library throws of one does not name it.
 */
export async function seal(recipients: readonly string[], trying: (recipient: string) => void = () => {}): Promise<Seal> {
  // Imported here: a capture that is not encrypted loads none of it.
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    trying(recipient);
    if (!recipient.startsWith('age1')) throw new WrongRecipient('recipients of age begin with age1');
    encrypter.addRecipient(recipient);
  }
  const input = new PassThrough();
  // From the iterator of the stream, which asks for one piece at a time: an adapter of Node would run ahead of the output.
  const encrypted = await encrypter.encrypt(ReadableStream.from<Uint8Array>(input) as globalThis.ReadableStream<Uint8Array>);
  return { input, output: Readable.from(encrypted, { objectMode: false }) };
}
