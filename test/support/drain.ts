import {
  type ArchiveProblem,
  type Limits,
  openBytes,
  probe,
  readArchive,
  type Snapshot,
  type SnapshotItem,
  type SnapshotSummary,
} from '@coldstat/capture/archive';

export interface Drained {
  readonly items: readonly SnapshotItem[];
  readonly bodies: ReadonlyMap<string, Buffer>;
  readonly problems: readonly ArchiveProblem[];
  readonly codes: readonly string[];
  readonly summary: SnapshotSummary;
  readonly digest: { readonly sha256: string; readonly bytes: number } | null;
}

export async function drain(snapshot: Snapshot): Promise<Drained> {
  const items: SnapshotItem[] = [];
  const bodies = new Map<string, Buffer>();
  for await (const item of snapshot.items()) {
    items.push(item);
    if (item.type === 'entry') bodies.set(item.entry.name, item.entry.body);
  }
  const problems = items.flatMap((i) => (i.type === 'problem' ? [i.problem] : []));
  return { items, bodies, problems, codes: problems.map((p) => p.code), summary: snapshot.summary(), digest: snapshot.digest() };
}

/** The bytes of a file as a stream in pieces of `size`. */
export async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Reads bytes as an archive, `none` when they are none. */
export async function readBytes(archive: Buffer, limits: Partial<Limits> = {}, piece = 1000): Promise<Drained | { readonly none: string }> {
  const bytes = openBytes(inPieces(archive, piece), limits);
  const what = await probe(bytes);
  if (what.kind !== 'archive') return { none: what.kind === 'none' ? what.reason : 'tar' };
  return drain(readArchive(bytes, limits));
}

/** The same where it must be an archive. */
export async function readGood(archive: Buffer, limits: Partial<Limits> = {}): Promise<Drained> {
  const result = await readBytes(archive, limits);
  if ('none' in result) throw new Error(`not an archive: ${result.none}`);
  return result;
}
