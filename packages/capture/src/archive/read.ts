import { createReadStream } from 'node:fs';
import type { EarlierBodies } from './borrow.ts';
import { ArchiveBytes, type SourceState } from './bytes.ts';
import { FORMAT_VERSION, HEADER_NAME } from './layout.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { isNestedTooDeep, isOfFormat, utf8 } from './parse.ts';
import { ArchiveReader } from './reader.ts';
import type { Snapshot } from './snapshot.ts';
import { BLOCK, checksumIsRight, readTarHeader } from './tar.ts';

/** The one door of the container: errors of the disk and of JSON become data here. */
async function* guarded(source: AsyncIterable<Uint8Array>, state: SourceState): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    state.error = error instanceof Error ? error.message : String(error);
  }
}

/** JSON text to a value, undefined when it is not UTF-8, not JSON, or nested beyond all measure: whoever writes it again would run out of stack. */
export function parseJson(bytes: Buffer): unknown {
  const text = utf8(bytes);
  if (text === undefined || isNestedTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a file turned out to be, by its first bytes. */
export type Probe =
  | { readonly kind: 'archive' }
  /** Begins with the header of some tar entry, but not with ours. */
  | { readonly kind: 'tar' }
  /** A file of age: what is in it is not known; `reason` says how it is read. */
  | { readonly kind: 'encrypted'; readonly reason: string }
  | { readonly kind: 'none'; readonly reason: string };

/** The uncompressed bytes of a file (by path) or of any source of bytes. The file is opened when the first byte is asked for. */
export function openBytes(source: string | AsyncIterable<Uint8Array>, limits: Partial<Limits> = {}): ArchiveBytes {
  const state: SourceState = { error: null };
  const chunks = typeof source === 'string' ? createReadStream(source, { highWaterMark: 256 * 1024 }) : source;
  return new ArchiveBytes(guarded(chunks, state), state, { ...DEFAULT_LIMITS, ...limits });
}

/** Looks at the beginning and consumes nothing. */
export async function probe(bytes: ArchiveBytes): Promise<Probe> {
  const block = await bytes.queue.peek(BLOCK);
  if (block.length === 0) return { kind: 'none', reason: emptyReason(bytes) };
  if (block.toString('latin1', 0, HEADER_NAME.length + 1) === `${HEADER_NAME}\0`) return probeHeader(bytes, block);
  if (block.length === BLOCK && checksumIsRight(block)) return { kind: 'tar' };
  const encrypted = AGE.find(([beginning]) => block.toString('latin1').startsWith(beginning));
  if (encrypted !== undefined) return { kind: 'encrypted', reason: encrypted[1] };
  return { kind: 'none', reason: 'it does not begin like a tar archive, plain or in zstd or gzip' };
}

/** First line of a file of age, binary and armoured, and how it is read. */
const AGE: readonly (readonly [beginning: string, reason: string])[] = [
  ['age-encryption.org/v1\n', 'it is encrypted with age: --age-identity FILE names the file of the private key (age-keygen writes one)'],
  [
    '-----BEGIN AGE ENCRYPTED FILE-----',
    'it is encrypted with age and armoured: age -d -i KEY FILE | coldstat COMMAND - reads it, where KEY is the file of the private key',
  ],
];

function emptyReason(bytes: ArchiveBytes): string {
  if (bytes.failure === null) return bytes.compression === 'plain' ? 'it is empty' : 'it is compressed, and there is nothing in it';
  return bytes.failure.message;
}

/** Ours by name; another version is refused, and another program's header.json is an ordinary tar. */
async function probeHeader(bytes: ArchiveBytes, block: Buffer): Promise<Probe> {
  const header = block.length === BLOCK ? readTarHeader(block) : null;
  if (header?.kind !== 'entry' || header.fault !== null || header.size > DEFAULT_LIMITS.headerBytes) return { kind: 'archive' };
  const start = await bytes.queue.peek(BLOCK + header.size);
  const json = parseJson(start.subarray(BLOCK));
  if (json === undefined) return { kind: 'archive' };
  if (!isOfFormat(json)) return { kind: 'tar' };
  const version = json['version'];
  if (version === FORMAT_VERSION) return { kind: 'archive' };
  return {
    kind: 'none',
    reason: `it is an archive of version ${JSON.stringify(version)}, and only version ${FORMAT_VERSION} is known here`,
  };
}

/** `earlier` has the bodies of earlier archives of its series. Reads an archive whose probe said `archive`. Every defect is an item of type problem; nothing of the evidence is thrown. */
export function readArchive(bytes: ArchiveBytes, limits: Partial<Limits> = {}, earlier: EarlierBodies | null = null): Snapshot {
  const reader = new ArchiveReader(bytes, { ...DEFAULT_LIMITS, ...limits }, parseJson, earlier);
  return { kind: 'coldstat', items: () => reader.items(), digest: () => bytes.digest, summary: () => reader.summary() };
}
