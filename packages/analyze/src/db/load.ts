import { createHash, type Hash } from 'node:crypto';
import type { ArchiveProblem, Header, Manifest, Snapshot } from '@coldstat/capture/archive';
import type Database from 'better-sqlite3';
import type { Value } from '../render/value.ts';
import { TABLES } from '../tables/index.ts';
import { captureRow, Hints } from './capture-row.ts';
import { derive } from './derive.ts';
import { Loading } from './loading.ts';
import { storeMarks } from './marks/store.ts';
import { createIndexes, identifier } from './schema.ts';

export interface Origin {
  /** Where the evidence stands, as the operator named it (made absolute), or `-`. Asked for once the evidence has been read to its end. */
  readonly path: Value;
  /** Version of coldstat. */
  readonly loadedBy: string;
  /** Called once the capture is whole, within its transaction, to add what is computed from all of it. */
  readonly finish?: (captureId: number) => void;
}

export interface Progress {
  readonly entries: number;
  readonly bytes: number;
}

export interface LoadResult {
  readonly captureId: number;
  /** The case held these very bytes already; nothing was changed. */
  readonly already: boolean;
  readonly state: 'complete' | 'incomplete' | 'damaged' | 'foreign';
  readonly altered: boolean;
  /** Container problems, in the order they were met. */
  readonly damage: readonly ArchiveProblem[];
  readonly problems: number;
}

/** Page cache during a load. Beyond it pages of the unfinished load go to the file, and their old content to the journal. */
const CACHE_KIB = 64 * 1024;
/** Number of container problems kept for LoadResult.damage; the table has them all. */
const MAX_DAMAGE = 20;

/**
 * Loads one piece of evidence as one transaction: when anything throws, or the process dies, nothing of it is in the case.
 * The database comes from openForLoading; what is wrong with the evidence is stored, not thrown.
 */
export async function loadEvidence(
  db: Database.Database,
  snapshot: Snapshot,
  origin: Origin,
  progress: (p: Progress) => void = () => {},
): Promise<LoadResult> {
  db.pragma(`cache_size = -${CACHE_KIB}`);
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = await loadAll(db, snapshot, origin, progress);
    db.exec(result.already ? 'ROLLBACK' : 'COMMIT');
    return result;
  } finally {
    if (db.inTransaction) db.exec('ROLLBACK');
  }
}

/** The capture that holds evidence with this SHA-256, if the case has it. */
export function captureWithHash(db: Database.Database, sha256: string): number | undefined {
  return db.prepare<[string], number>('SELECT capture_id FROM captures WHERE archive_sha256 = ?').pluck().get(sha256);
}

async function loadAll(db: Database.Database, snapshot: Snapshot, origin: Origin, progress: (p: Progress) => void): Promise<LoadResult> {
  const last = db.prepare<[], number>('SELECT coalesce(max(capture_id), 0) FROM captures').pluck().get() ?? 0;
  const captureId = last + 1;
  const first = last === 0;
  if (first) dropIndexes(db);
  const loading = new Loading(db, captureId, snapshot.kind === 'coldstat');
  const stream = await drain(snapshot, loading, progress);
  const digest = snapshot.digest() ?? { sha256: stream.list.digest('hex'), bytes: null };
  const summary = snapshot.summary();
  const known = captureWithHash(db, digest.sha256);
  if (known !== undefined) {
    return { captureId: known, already: true, state: summary.state, altered: summary.altered, damage: stream.damage, problems: 0 };
  }
  const uuid = stream.header?.capture_id;
  if (typeof uuid === 'string') warnOfTwin(db, loading, uuid);
  loading.finish(summary.state === 'complete');
  const complete = summary.state === 'complete';
  const row = captureRow(
    { captureId, kind: snapshot.kind, path: origin.path, ...digest, complete, loadedBy: origin.loadedBy, byteOrder: loading.env.byteOrder },
    stream.header,
    stream.manifest,
    stream.hints,
  );
  db.prepare(`INSERT INTO captures VALUES (${row.map(() => '?').join(', ')})`).run(row);
  if (first) createAllIndexes(db);
  derive(db, captureId);
  storeMarks(db, captureId);
  origin.finish?.(captureId);
  return {
    captureId,
    already: false,
    state: summary.state,
    altered: summary.altered || loading.altered,
    damage: stream.damage,
    problems: loading.problemCount,
  };
}

interface Drained {
  readonly header: Header | null;
  readonly manifest: Manifest | null;
  readonly damage: ArchiveProblem[];
  readonly hints: Hints;
  /** Names and hashes of the bodies: the identity of evidence that is not one file. */
  readonly list: Hash;
}

async function drain(snapshot: Snapshot, loading: Loading, progress: (p: Progress) => void): Promise<Drained> {
  let header: Header | null = null;
  let manifest: Manifest | null = null;
  const damage: ArchiveProblem[] = [];
  const hints = new Hints();
  const list = createHash('sha256');
  let entries = 0;
  let bytes = 0;
  for await (const item of ahead(snapshot.items())) {
    if (item.type === 'entry') {
      const { entry } = item;
      if (header === null) hints.see(entry);
      list.update(`${entry.sha256} ${entry.name}\n`);
      loading.entry(entry);
      entries++;
      bytes += entry.body.length;
      progress({ entries, bytes });
    } else if (item.type === 'record') loading.record(item.record);
    else if (item.type === 'header') {
      header = item.header;
      loading.header(header);
    } else if (item.type === 'manifest') manifest = item.manifest;
    else {
      loading.archiveProblem(item.problem);
      if (damage.length < MAX_DAMAGE) damage.push(item.problem);
    }
  }
  return { header, manifest, damage, hints, list };
}

/** Asks for the next item before it hands out one, so that decompression goes on (in a thread of its own) while rows are made. */
async function* ahead<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  const source = items[Symbol.asyncIterator]();
  try {
    for (let next = source.next(); ; ) {
      const { done, value } = await next;
      if (done === true) return;
      next = source.next();
      yield value;
    }
  } finally {
    await source.return?.();
  }
}

function warnOfTwin(db: Database.Database, loading: Loading, uuid: string): void {
  const twin = db.prepare<[string], number>('SELECT capture_id FROM captures WHERE uuid = ?').pluck().get(uuid);
  if (twin === undefined) return;
  loading.ownProblem('capture-twice', `capture ${twin} of this case has the id ${uuid} too, and other bytes`);
}

/** Building an index over rows that are there costs less than keeping it up to date with every row. */
function dropIndexes(db: Database.Database): void {
  for (const table of TABLES) for (const { name } of createIndexes(table)) db.exec(`DROP INDEX ${identifier(name)}`);
}

function createAllIndexes(db: Database.Database): void {
  for (const table of TABLES) for (const { sql } of createIndexes(table)) db.exec(sql);
}
