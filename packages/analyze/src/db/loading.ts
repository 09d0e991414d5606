import { type ArchiveProblem, type Header, type LogRecord, type SnapshotEntry, splitPass } from '@coldstat/capture/archive';
import type Database from 'better-sqlite3';
import type { Env } from '../procfs/lines.ts';
import type { Value } from '../render/value.ts';
import type { BodyProblem, Feed, FeedEntry, HostClock, Load } from '../tables/feed.ts';
import { FEEDS } from '../tables/feeds.ts';
import { namespaceOfProcess } from '../tables/namespace-feed.ts';
import type { Table } from '../tables/table.ts';
import { byteOrderOf, IN_HOST_ORDER } from './byte-order.ts';
import { hostClock } from './capture-row.ts';
import { LineFinder, PieceBytes, ProblemBook } from './problem-book.ts';
import { RowBook } from './row-book.ts';
import { isPlausible, namespaceNumber, namespaceOf, ownerOf, type SeenBody, SourceBook } from './source-book.ts';

/** Bodies of other network namespaces that may wait for the record that says which; above it the oldest is read without. */
const MAX_HELD = 192 * 1024 * 1024;
/** What one of them costs beside its bytes. */
const HELD_COST = 2048;
/** Entries without a record that are told each with its source. */
const MAX_UNLOGGED = 1000;
/** Tables whose namespace is told by the record, which follows the body. */
const OF_A_NAMESPACE = /^proc\/\d+\/(?:task\/\d+\/)?net\//;

interface Held {
  readonly entry: SnapshotEntry;
  readonly body: SeenBody;
}

/** One capture on its way into the case: bodies to feeds, rows to tables, bodies and records to `sources`. */
export class Loading implements Load {
  readonly env: { byteOrder: Env['byteOrder'] } = { byteOrder: null };
  clock: HostClock | null = null;
  /** A body has another hash than its record. */
  altered = false;
  readonly #logged: boolean;
  readonly #rows: RowBook;
  readonly #shared = new Map<string, { readonly state: unknown; readonly finish: () => void }>();
  readonly #problems: ProblemBook;
  readonly #sources: SourceBook;
  readonly #feeds = new Map<string, Feed | null>();
  readonly #held = new Map<string, Held>();
  #heldBytes = 0;
  #ownNetNs: number | null = null;
  #finder: LineFinder | PieceBytes | null = null;
  #problemsOfEntry = 0;
  #unlogged = 0;
  #brokenOff = false;

  constructor(db: Database.Database, captureId: number, logged: boolean) {
    this.#logged = logged;
    this.#rows = new RowBook(db, captureId, (t, row, message) => this.#refused(t, row, message));
    this.#problems = new ProblemBook(this.into('problems'));
    this.#sources = new SourceBook({
      write: (row, id) => this.#rows.source(row, id),
      unlogged: (body) => this.#unloggedBody(body),
      altered: (body, record) => this.#alteredBody(body, record),
      missing: (record, id) => this.#add(id, 'archive-missing', `${record.path}: the log gives its hash, the archive has no such entry`),
      absent: (record, id) => this.#absent(record, id),
    });
  }

  get problemCount(): number {
    return this.#problems.count;
  }

  header(header: Header): void {
    this.env.byteOrder = header.kernel?.byte_order ?? null;
    this.clock = hostClock(header);
    this.#ownNetNs = namespaceNumber(header.self?.namespaces?.['net']);
  }

  entry(entry: SnapshotEntry): void {
    const { path } = splitPass(entry.name);
    const record = this.#sources.recordOf(entry.name);
    const owner = ownerOf(path);
    const body: SeenBody = {
      name: entry.name,
      sourceId: this.#sources.nextId(),
      entry: entry.index,
      offset: entry.offset,
      bytes: entry.body.length,
      sha256: entry.sha256,
      ...owner,
      netNs: namespaceNumber(record?.netns ?? entry.netns ?? namespaceOf(path)) ?? (path.startsWith('proc/net/') ? this.#ownNetNs : null),
      parser: null,
      lines: null,
      header: null,
      problems: null,
    };
    if (!this.#logged && this.env.byteOrder === null && IN_HOST_ORDER.test(path)) this.#learnByteOrder(entry.body);
    const held = { entry, body };
    if (this.#waits(held)) this.#hold(held);
    else this.#read(entry, body);
  }

  record(record: LogRecord): void {
    const held = this.#held.get(record.path);
    if (held !== undefined) {
      held.body.netNs = namespaceNumber(record.netns);
      if (this.#logged || !this.#waits(held)) this.#release(held);
    }
    this.#sources.record(record);
  }

  archiveProblem(problem: ArchiveProblem): void {
    const { code, message, offset, entry } = problem;
    const bytes = () => (entry === undefined ? null : Buffer.from(entry, 'latin1'));
    this.#problems.add({ sourceId: null, line: null, lines: 0, offset: offset ?? null, code, message, bytes });
  }

  /** A problem the loader found, of the archive as a whole. */
  ownProblem(code: string, message: string): void {
    this.#add(null, code, message);
  }

  /** Everything was seen: what waits is written. */
  finish(complete: boolean): void {
    for (const held of [...this.#held.values()]) this.#release(held);
    for (const { finish } of this.#shared.values()) finish();
    this.#brokenOff = !complete;
    this.#sources.finish(this.#logged);
    this.#rows.finish(() => this.#problems.flushRest());
  }

  into(table: string): (row: readonly Value[]) => void {
    return this.#rows.into(table);
  }

  amend(table: string, key: Readonly<Record<string, Value>>, set: Readonly<Record<string, Value>>): void {
    this.#rows.amend(table, key, set);
  }

  problem(entry: FeedEntry, problem: BodyProblem): void {
    this.#problemsOfEntry++;
    const { line, lines, code, message } = problem;
    const finder = this.#finder;
    const bytes = () => finder?.at(line) ?? null;
    this.#problems.add({ sourceId: entry.sourceId, line, lines, offset: null, code, message, bytes });
  }

  shared<S>(key: string, make: () => S, finish: (state: S) => void): S {
    const known = this.#shared.get(key);
    if (known !== undefined) return known.state as S;
    const state = make();
    this.#shared.set(key, { state, finish: () => finish(state) });
    return state;
  }

  /** Told by the record, which comes after the body; or, without a header, by a body that comes later. */
  #waits({ entry, body }: Held): boolean {
    const { path } = splitPass(entry.name);
    if (body.netNs === null && OF_A_NAMESPACE.test(path)) return true;
    return !this.#logged && this.env.byteOrder === null && IN_HOST_ORDER.test(path);
  }

  #learnByteOrder(body: Buffer): void {
    this.env.byteOrder = byteOrderOf(body);
    if (this.env.byteOrder === null) return;
    for (const held of [...this.#held.values()]) if (!this.#waits(held)) this.#release(held);
  }

  #hold(held: Held): void {
    const { entry } = held;
    // A body is a part of the piece it was read in, and would hold all of it.
    this.#held.set(entry.name, { ...held, entry: { ...entry, body: Buffer.from(entry.body) } });
    this.#heldBytes += entry.body.length + HELD_COST;
    if (this.#heldBytes <= MAX_HELD) return;
    for (const oldest of this.#held.values()) {
      if (this.#heldBytes <= MAX_HELD / 2) break;
      this.#release(oldest);
    }
  }

  #release(held: Held): void {
    const { entry, body } = held;
    this.#held.delete(entry.name);
    this.#heldBytes -= entry.body.length + HELD_COST;
    body.netNs ??= body.pid === null ? null : namespaceOfProcess(this, body.pid, body.tid);
    this.#read(entry, body);
  }

  #read(entry: SnapshotEntry, body: SeenBody): void {
    const { path, pass } = splitPass(entry.name);
    const feed = this.#feedFor(path);
    if (feed !== null) {
      const pieces = feed.pieces?.(entry.body, this.env.byteOrder);
      this.#finder = pieces === undefined ? new LineFinder(entry.body) : new PieceBytes(entry.body, pieces);
      this.#problemsOfEntry = 0;
      const { pid, tid, netNs, sourceId } = body;
      const counts = feed.read({ path, pass, body: entry.body, pid, tid, netNs, sourceId }, this);
      body.parser = feed.parser;
      body.lines = counts.lines;
      body.header = counts.header;
      body.problems = this.#problemsOfEntry;
      this.#finder = null;
    }
    this.#sources.body(body);
  }

  /** Paths that differ in numbers alone have the same feed. */
  #feedFor(path: string): Feed | null {
    if (!isPlausible(path)) return null;
    const shape = path.replace(/\/\d+(?=\/)/g, '/0');
    const known = this.#feeds.get(shape);
    if (known !== undefined) return known;
    const feed = FEEDS.find((f) => f.match.test(path)) ?? null;
    if (this.#feeds.size < 10_000) this.#feeds.set(shape, feed);
    return feed;
  }

  #absent(record: LogRecord, sourceId: number): void {
    const { pass, path } = splitPass(record.path);
    const reason = record.errno ?? (record.blocked ? 'blocked' : record.ref === undefined ? (record.note ?? 'absent') : 'series-missing');
    const owner = ownerOf(path);
    this.#feedFor(path)?.absent?.({ path, pass, ...owner, reason, sourceId }, this);
  }

  #alteredBody(body: SeenBody, record: LogRecord): void {
    this.altered = true;
    const message = `${body.name}: SHA-256 ${body.sha256} and ${body.bytes} bytes, the log gives ${record.sha256} and ${record.bytes}`;
    this.#add(body.sourceId, 'archive-altered', message);
  }

  /** The last entries of a capture that broke off have no record yet, which says nothing against them. */
  #unloggedBody(body: SeenBody): void {
    if (this.#brokenOff || !this.#logged) return;
    const told = ++this.#unlogged <= MAX_UNLOGGED;
    this.#add(told ? body.sourceId : null, 'archive-unlogged', `${body.name}: no record of the log names it`);
  }

  #refused(table: Table, row: readonly Value[], message: string): void {
    const cell = (name: string): Value => row[table.columns.findIndex(([c]) => c === name) - 1] ?? null;
    const sourceId = cell('source_id');
    const line = cell('line');
    this.#problems.add({
      sourceId: typeof sourceId === 'number' ? sourceId : null,
      line: typeof line === 'number' ? line : null,
      lines: 0,
      offset: null,
      code: 'row-refused',
      message: `${table.name}: ${message}`,
      bytes: () => null,
    });
  }

  #add(sourceId: number | null, code: string, message: string): void {
    this.#problems.add({ sourceId, line: null, lines: 0, offset: null, code, message, bytes: () => null });
  }
}
