import { createReadStream } from 'node:fs';
import { basename, dirname } from 'node:path';
import {
  DEFAULT_LIMITS,
  type EarlierBodies,
  type Limits,
  openBytes,
  parseSeries,
  probe,
  readArchive,
  type SeriesHeader,
  type Snapshot,
  type SnapshotItem,
} from '@coldstat/capture/archive';
import type { Decrypter } from 'age-encryption';
import { sentence } from '../errno.ts';
import { UserError } from '../user-error.ts';
import { findArmour, unarmoured } from './armoured.ts';
import { look } from './attempt.ts';
import { decrypted } from './decrypt.ts';
import { readTree } from './directory.ts';
import { archivesIn, SeriesStore } from './earlier.ts';
import { findTrees } from './find-trees.ts';
import { readForeignTar } from './foreign-tar.ts';
import { Peeled } from './peeled.ts';
import { isSeriesStream, SeriesStream } from './series-stream.ts';
import { readTcpdiag } from './tcpdiag.ts';

/** How evidence is read. */
export interface Reading {
  readonly limits?: Partial<Limits>;
  /** For what age encrypted. */
  readonly keys?: Decrypter | undefined;
}

/** One of the archives that something held, or why it is none. */
export interface Opened {
  /** What to call it; null: as the operator did. */
  readonly name: string | null;
  readonly evidence: Snapshot | UserError;
}

type Source = string | AsyncIterable<Uint8Array>;

/**
 * Evidence of any origin as one Snapshot, told apart by content: an archive of coldstat, a tar or a directory that mirrors `/` or `/proc`,
 * a dump of TCP sockets that `ss -D` wrote. It may be text as `--base64` writes it.
 * `source` is a path, or the bytes of standard input; what age encrypted is read with `keys`. UserError when it is none of these.
 */
export async function openEvidence(
  source: Source,
  limits: Partial<Limits> = {},
  keys: Decrypter | undefined = undefined,
): Promise<Snapshot> {
  const all = { ...DEFAULT_LIMITS, ...limits };
  const name = nameOf(source);
  if (typeof source === 'string') {
    const directory = directoryOf(source, name);
    if (directory !== null) return openDirectory(directory, name, all);
  }
  const found = await unwrap(source, keys, name);
  if (found instanceof SeriesStream)
    throw new UserError(
      `${name} is a series of archives`,
      'coldstat load takes all of them; coldstat extract --archives makes files of them',
    );
  return openOne(found, name, all, new SeriesStore(all, keys, typeof source === 'string' ? placeOf(source) : null));
}

/**
 * As openEvidence, and all archives of a stream, each to be read before the next is asked for. `store` keeps the bodies of archives for later ones.
 * Throws UserError where there is no evidence at all, or where a stream breaks.
 */
export async function* openEach(source: Source, store: SeriesStore, { limits = {}, keys }: Reading): AsyncGenerator<Opened> {
  const all = { ...DEFAULT_LIMITS, ...limits };
  const name = nameOf(source);
  const directory = typeof source === 'string' ? directoryOf(source, name) : null;
  if (directory !== null) {
    yield { name: null, evidence: openDirectory(directory, name, all) };
    return;
  }
  const found = await unwrap(source, keys, name);
  if (!(found instanceof SeriesStream)) {
    yield { name: null, evidence: keeping(await openOne(found, name, all, store), store) };
    return;
  }
  for await (const { name: member, bytes } of found.archives()) {
    const evidence = await openOne(bytes, `${name}, ${member},`, all, store).then(
      (snapshot) => keeping(snapshot, store),
      (error: unknown) => {
        if (error instanceof UserError) return error;
        throw error;
      },
    );
    yield { name: member, evidence };
  }
  if (found.broken !== null) throw new UserError(`${name} was not read to its end: ${found.broken}`, 'what came before is whole');
}

/** The archives of a series in a directory, in the order of their moments; null when the path is something else. */
export function seriesIn(path: string): string[] | null {
  const latin1 = Buffer.from(path, 'utf8').toString('latin1');
  if ('errno' in look(`${latin1}/.`)) return null;
  const found = [...archivesIn(latin1)].sort(([a], [b]) => a - b).map(([, file]) => Buffer.from(file, 'latin1').toString('utf8'));
  return found.length === 0 ? null : found;
}

/** Where the other archives of its series stand: beside it. In latin1. */
export function placeOf(path: string): string {
  return Buffer.from(dirname(path), 'utf8').toString('latin1');
}

function nameOf(source: Source): string {
  return typeof source === 'string' ? JSON.stringify(source) : 'standard input';
}

/** Takes off what is around evidence: text, encryption, the frames of a stream. */
export async function unwrap(source: Source, keys: Decrypter | undefined, name: string): Promise<AsyncIterable<Uint8Array> | SeriesStream> {
  const outer = new Peeled(typeof source === 'string' ? createReadStream(source, { highWaterMark: 256 * 1024 }) : source);
  const text = await findArmour(outer.queue);
  if (text !== null) await outer.queue.skip(text.skip);
  const plain = text === null ? outer.rest() : unarmoured(outer.queue, text.line);
  const opened = keys === undefined ? plain : (await decrypted(plain, keys, name)).source;
  const inner = new Peeled(typeof opened === 'string' ? plain : opened);
  return (await isSeriesStream(inner.queue)) ? new SeriesStream(inner.queue) : inner.rest();
}

async function openOne(source: AsyncIterable<Uint8Array>, name: string, limits: Limits, earlier: EarlierBodies): Promise<Snapshot> {
  const bytes = openBytes(source, limits);
  const what = await probe(bytes);
  if (what.kind === 'archive') return readArchive(bytes, limits, earlier);
  const foreign =
    what.kind === 'encrypted' ? null : what.kind === 'tar' ? await readForeignTar(bytes, limits) : await readTcpdiag(bytes, limits);
  if (foreign !== null) return foreign;
  await bytes.close();
  if (what.kind !== 'tar') throw new UserError(`${name} is no evidence: ${what.reason}`);
  throw new UserError(`${name} is no evidence: it is a tar, but there is nothing of /proc in it`);
}

/** The same evidence; its bodies are kept for later archives when it is of a series. */
export function keeping(snapshot: Snapshot, store: SeriesStore): Snapshot {
  return { ...snapshot, items: () => kept(snapshot.items(), store) };
}

async function* kept(items: AsyncIterable<SnapshotItem>, store: SeriesStore): AsyncGenerator<SnapshotItem> {
  let series: SeriesHeader | null = null;
  for await (const item of items) {
    if (item.type === 'header') series = parseSeries(item.header);
    if (item.type === 'entry' && series !== null && item.entry.index !== null) store.add(series, item.entry);
    yield item;
  }
}

/** The path in latin1 when it is a directory, null for a file; a link is followed, since the operator named it. */
function directoryOf(source: string, name: string): string | null {
  const path = Buffer.from(source, 'utf8').toString('latin1');
  const stat = look(`${path}/.`);
  if ('value' in stat) return path;
  const file = look(path);
  if ('errno' in file) throw new UserError(`cannot read ${name}: ${sentence(file.errno, 'read')}`);
  return null;
}

function openDirectory(path: string, name: string, limits: Limits): Snapshot {
  const archives = archivesIn(path);
  const [first] = archives.values();
  if (first !== undefined) {
    const one = JSON.stringify(Buffer.from(basename(first), 'latin1').toString('utf8'));
    throw new UserError(`${name} holds a series of ${archives.size} archives`, `name one of them, such as ${one}; coldstat load takes all`);
  }
  const trees = findTrees(path);
  const [tree, ...others] = trees;
  if (tree === undefined) throw new UserError(`${name} is no evidence: it holds no copy of /proc`);
  if (others.length > 0) {
    const some = trees.slice(0, 3).map((t) => JSON.stringify(Buffer.from(t.proc, 'latin1').toString('utf8')));
    throw new UserError(
      `${name} holds ${trees.length} copies of /proc`,
      `name one of them: ${some.join(', ')}${trees.length > 3 ? ' …' : ''}`,
    );
  }
  return readTree(tree, limits);
}
