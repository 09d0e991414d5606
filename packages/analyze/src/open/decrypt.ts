import { createReadStream } from 'node:fs';
import { ReadableStream } from 'node:stream/web';
import type { Decrypter } from 'age-encryption';
import { UserError } from '../user-error.ts';

/** First line of a file in the age format (age-encryption.org/v1). */
const VERSION = Buffer.from('age-encryption.org/v1\n');
/** A header names the recipients, a stanza of some 100 bytes each: hundreds of them fit. It is read before anything vouches for it. */
const MAX_HEADER = 64 * 1024;
/** Its last line: `---`, a blank, 32 bytes of HMAC in base64. */
const END_OF_HEADER = /\n--- [A-Za-z0-9+/]{43}\n/;

type Bytes = AsyncIterable<Uint8Array>;

/**
 * Private keys as the age tool keeps them: one AGE-SECRET-KEY a line; blank lines and lines that begin with `#` are passed over. What is wrong is
 * said by the number of the line, never with its text. Throws UserError.
 */
export async function readIdentities(text: string, file: string): Promise<Decrypter> {
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  let found = 0;
  for (const [i, line] of text.split('\n').entries()) {
    const key = line.trim();
    if (key === '' || key.startsWith('#')) continue;
    found++;
    await Promise.resolve()
      .then(() => {
        if (!key.startsWith('AGE-SECRET-KEY-')) throw new Error('of another kind');
        decrypter.addIdentity(key);
      })
      .then(null, () => {
        throw new UserError(
          `${file}: line ${i + 1} is no private key of age`,
          'a line begins with AGE-SECRET-KEY-, as age-keygen writes it',
        );
      });
  }
  if (found === 0) throw new UserError(`${file}: holds no private key of age`);
  return decrypter;
}

export interface Opened {
  readonly source: string | Bytes;
  readonly encrypted: boolean;
}

/**
 * The bytes within a file or stream in the age format, a few pieces of 64 KiB of it in memory; what is not in that format is given back as it is.
 * `name` is for messages. Throws UserError when no key fits, or the header is none. Damage behind it shows when that piece is reached, as an error of
 * the source: what came before was whole.
 */
export async function decrypted(source: string | Bytes, decrypter: Decrypter, name: string): Promise<Opened> {
  const chunks = (typeof source === 'string' ? createReadStream(source, { highWaterMark: 64 * 1024 }) : source)[Symbol.asyncIterator]();
  const start = await header(chunks);
  if (!start.bytes.subarray(0, VERSION.length).equals(VERSION)) {
    if (typeof source !== 'string') return { source: joined(start.bytes, chunks), encrypted: false };
    await chunks.return?.();
    return { source, encrypted: false };
  }
  if (!start.whole) {
    await chunks.return?.();
    throw new UserError(`${name} is encrypted with age, but its header does not end within ${MAX_HEADER} bytes`);
  }
  const input = ReadableStream.from<Uint8Array>(joined(start.bytes, chunks)) as globalThis.ReadableStream<Uint8Array>;
  const opened = await decrypter.decrypt(input).then(
    (stream) => stream,
    (error: unknown) => {
      throw new UserError(`${name} is encrypted with age, and cannot be opened: ${words(error)}`);
    },
  );
  return { source: plain(opened.getReader()), encrypted: true };
}

/** What stands before the payload, and some of that. `whole` is false when no end of it was met. */
async function header(chunks: AsyncIterator<Uint8Array>): Promise<{ readonly bytes: Buffer; readonly whole: boolean }> {
  let bytes = Buffer.alloc(0);
  for (;;) {
    const beginning = bytes.subarray(0, VERSION.length);
    const maybe = beginning.equals(VERSION.subarray(0, beginning.length));
    const whole = END_OF_HEADER.test(bytes.toString('latin1', 0, MAX_HEADER));
    if (!maybe || whole || bytes.length >= MAX_HEADER) return { bytes, whole };
    const next = await chunks.next();
    if (next.done === true) return { bytes, whole };
    bytes = Buffer.concat([bytes, next.value]);
  }
}

async function* joined(start: Uint8Array, chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (start.length > 0) yield start;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  } finally {
    await chunks.return?.();
  }
}

async function* plain(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  let whole = false;
  try {
    for (;;) {
      const next = await reader.read().then(
        (piece) => piece,
        (error: unknown) => {
          throw new Error(`its encryption is damaged or ends early here: ${words(error)}`);
        },
      );
      if (next.done) break;
      yield next.value;
    }
    whole = true;
  } finally {
    if (!whole) await reader.cancel().then(null, () => {});
  }
}

/** One line of what the library says, which knows nothing of the keys. */
function words(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/[^ -~]+/g, ' ').slice(0, 200);
}
