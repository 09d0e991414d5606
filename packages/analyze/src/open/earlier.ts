import {
  type EarlierBodies,
  type Limits,
  momentOf,
  openBytes,
  parseSeries,
  probe,
  readArchive,
  type SeriesHeader,
  type SnapshotEntry,
} from '@coldstat/capture/archive';
import type { Decrypter } from 'age-encryption';
import { namesIn, readAt, scratchFile, writeAt } from './attempt.ts';
import { decrypted } from './decrypt.ts';

interface Place {
  readonly offset: number;
  readonly bytes: number;
  readonly moment: number;
}

/** Most names of a directory that are looked at for archives of a series. */
const MAX_NAMES = 1_000_000;

/**
 * The bodies of the archives of series by SHA-256, in a file without a name, for later archives that refer to them. They come from archives that
 * were read before (`add`), else from the archive of that moment in the same directory. Paths are latin1.
 */
export class SeriesStore implements EarlierBodies {
  readonly #limits: Limits;
  readonly #keys: Decrypter | undefined;
  readonly #directory: string | null;
  /** By id of the series and SHA-256. */
  readonly #places = new Map<string, Place>();
  /** Moments whose archive was looked for in the directory. */
  readonly #visited = new Set<number>();
  #files: ReadonlyMap<number, string> | null = null;
  #fd: number | null = null;
  #end = 0;

  /** `directory` is where the siblings stand; null for a stream, where there are none. */
  constructor(limits: Limits, keys: Decrypter | undefined, directory: string | null) {
    this.#limits = limits;
    this.#keys = keys;
    this.#directory = directory;
  }

  /** Keeps a body that stands in the archive of this moment; nothing beyond the limits. */
  add({ id, moment }: SeriesHeader, { sha256, body }: Pick<SnapshotEntry, 'sha256' | 'body'>): void {
    const key = `${id} ${sha256}`;
    if (this.#places.has(key) || body.length === 0) return;
    if (this.#end + body.length > this.#limits.totalBytes || this.#places.size >= this.#limits.entries) return;
    this.#fd ??= scratchFile();
    if (!writeAt(this.#fd, body, this.#end)) return;
    this.#places.set(key, { offset: this.#end, bytes: body.length, moment });
    this.#end += body.length;
  }

  async find(
    series: SeriesHeader,
    wanted: { readonly sha256: string; readonly bytes: number; readonly ref: number },
  ): Promise<Buffer | null> {
    const key = `${series.id} ${wanted.sha256}`;
    if (!this.#places.has(key)) await this.#visit(series.id, wanted.ref);
    const place = this.#places.get(key);
    if (place === undefined || this.#fd === null) return null;
    if (place.moment >= series.moment || place.bytes !== wanted.bytes) return null;
    return readAt(this.#fd, place.offset, place.bytes);
  }

  /** Reads the archive of a moment in the directory, if it is of this series. */
  async #visit(id: string, moment: number): Promise<void> {
    if (this.#directory === null || this.#visited.has(moment)) return;
    this.#visited.add(moment);
    this.#files ??= archivesIn(this.#directory);
    const path = this.#files.get(moment);
    if (path === undefined) return;
    const file = Buffer.from(path, 'latin1').toString('utf8');
    const source = this.#keys === undefined ? file : (await decrypted(file, this.#keys, JSON.stringify(file))).source;
    const bytes = openBytes(source, this.#limits);
    if ((await probe(bytes)).kind !== 'archive') return bytes.close();
    let series: SeriesHeader | null = null;
    for await (const item of readArchive(bytes, this.#limits).items()) {
      if (item.type === 'header') series = parseSeries(item.header);
      if (series !== null && (series.id !== id || series.moment !== moment)) return bytes.close();
      if (item.type === 'entry' && series !== null && item.entry.index !== null) this.add(series, item.entry);
    }
  }
}

/** The archives of a series that stand in a directory, by moment; of two for one moment the first by name. */
export function archivesIn(directory: string): ReadonlyMap<number, string> {
  const names = namesIn(directory, MAX_NAMES);
  const found = new Map<number, string>();
  for (const name of 'value' in names ? names.value : []) {
    const moment = momentOf(name);
    if (moment !== null && !found.has(moment)) found.set(moment, `${directory}/${name}`);
  }
  return found;
}
