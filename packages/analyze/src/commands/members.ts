import { resolve } from 'node:path';
import { DEFAULT_LIMITS } from '@coldstat/capture/archive';
import { SeriesStore } from '../open/earlier.ts';
import { placeOf, type Reading, seriesIn } from '../open/evidence.ts';
import type { Io } from './io.ts';

/** One archive as it is to be opened. */
export interface Member {
  /** As the operator named it; of a directory, with the name of the file. */
  readonly name: string;
  /** Absolute, or `-` for standard input. */
  readonly path: string;
  /** Bodies of earlier archives of its series; shared by those that stand in one directory. */
  readonly store: SeriesStore;
}

/** What the operator named; a directory that holds a series stands for all its archives. */
export function* members(operands: readonly string[], { limits, keys }: Reading, io: Pick<Io, 'cwd'>): Generator<Member> {
  const all = { ...DEFAULT_LIMITS, ...limits };
  const stores = new Map<string | null, SeriesStore>();
  const storeOf = (directory: string | null): SeriesStore => {
    const store = stores.get(directory) ?? new SeriesStore(all, keys, directory);
    stores.set(directory, store);
    return store;
  };
  for (const name of operands) {
    const path = name === '-' ? name : resolve(io.cwd, name);
    const files = name === '-' ? null : seriesIn(path);
    if (files === null) yield { name, path, store: storeOf(name === '-' ? null : placeOf(path)) };
    for (const file of files ?? [])
      yield { name: `${name.replace(/\/+$/, '')}${file.slice(path.length)}`, path: file, store: storeOf(placeOf(file)) };
  }
}
