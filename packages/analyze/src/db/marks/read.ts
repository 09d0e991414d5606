import type { Rows, Value } from '../../render/value.ts';
import { captureOf, parseHandle, withHandles } from '../handle.ts';
import type { CaseDb } from '../query.ts';
import { type Kind, MARK_KINDS, type MarkKind, type Weight } from './kinds.ts';

interface Stored {
  readonly kind: string;
  readonly weight: Weight;
  readonly about: string;
  readonly pid: number | null;
  readonly source_id: number | null;
  readonly line: number | null;
}

/** The marks of one capture, by the row they stand on and by the process they are about. */
export class Marks {
  readonly #rows = new Map<string, Stored[]>();
  readonly #processes = new Map<number, Stored[]>();

  constructor(db: CaseDb, captureId: number) {
    const sql = 'SELECT kind, weight, about, pid, source_id, line FROM marks WHERE capture_id = ? ORDER BY mark_id';
    for (const mark of db.iterate<Stored>(sql, captureId)) {
      if (mark.source_id !== null) push(this.#rows, `${mark.source_id}:${mark.line}`, mark);
      if (mark.pid !== null && (mark.about === 'processes' || mark.about === 'links')) push(this.#processes, mark.pid, mark);
    }
  }

  /** Kinds on one row and on its process, the latter as `process:KIND`; null when there are none. */
  kinds(sourceId: Value, line: Value, pid: Value): string | null {
    const own = this.#rows.get(`${sourceId}:${line}`) ?? [];
    const found = new Set(own.map((m) => m.kind));
    for (const m of typeof pid === 'number' ? (this.#processes.get(pid) ?? []) : []) if (!found.has(m.kind)) found.add(`process:${m.kind}`);
    return found.size === 0 ? null : [...found].join(' ');
  }

  /** What a listing says behind a row: the phrases of its marks, ` (…)` each. Empty when there is none. */
  behindRow(sourceId: Value, line: Value): string {
    return phrases(this.#rows.get(`${sourceId}:${line}`) ?? []);
  }

  /** The same for all that concerns a process itself. */
  behindProcess(pid: number): string {
    return phrases(this.#processes.get(pid) ?? []);
  }

  /** The same for all processes that hold something, each phrase behind its number: ` (144: …)`. */
  behindHolders(pids: Iterable<number>): string {
    return [...new Set(pids)].map((pid) => this.behindProcess(pid).replaceAll(' (', ` (${pid}: `)).join('');
  }
}

function push<K>(map: Map<K, Stored[]>, key: K, mark: Stored): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [mark]);
  else list.push(mark);
}

/** ` (phrase)` each, once. */
function phrases(marks: readonly Stored[]): string {
  return [...new Set(marks.map(phrase))].map((text) => (text === null ? '' : ` (${text})`)).join('');
}

function phrase({ kind, weight }: Stored): string | null {
  if (!isKind(kind)) return null;
  const known: Kind = MARK_KINDS[kind];
  return weight === 'strong' || known.always === true ? known.phrase : null;
}

/** A case file may come from anybody. */
function isKind(kind: string): kind is MarkKind {
  return Object.hasOwn(MARK_KINDS, kind);
}

/** The marks of several captures, by handle. */
export class MarkBook {
  readonly #db: CaseDb;
  readonly #captures = new Map<number, Marks>();
  /** By `CAPTURE:SOURCE`: the process whose row the source is; asked once for all rows of a table. */
  readonly #pids = new Map<string, number | null>();

  constructor(db: CaseDb) {
    this.#db = db;
  }

  of(captureId: number): Marks {
    const marks = this.#captures.get(captureId) ?? new Marks(this.#db, captureId);
    this.#captures.set(captureId, marks);
    return marks;
  }

  /** What is marked of the row that a handle leads to; all that concerns a process where it is the row of one. */
  at(text: string | null): { readonly kinds: string | null; readonly phrases: string } {
    const handle = text === null ? null : parseHandle(text);
    if (handle === null) return { kinds: null, phrases: '' };
    const { captureId, sourceId, line } = handle;
    const pid = this.#pidOf(captureId, sourceId);
    const marks = this.of(captureId);
    return { kinds: marks.kinds(sourceId, line, pid), phrases: pid === null ? marks.behindRow(sourceId, line) : marks.behindProcess(pid) };
  }

  #pidOf(captureId: number, sourceId: number): number | null {
    const key = `${captureId}:${sourceId}`;
    const known = this.#pids.get(key);
    if (known !== undefined) return known;
    const sql = "SELECT pid FROM sources WHERE capture_id = ? AND source_id = ? AND parser = 'pid-stat'";
    const pid = this.#db.get<{ pid: number | null }>(sql, captureId, sourceId)?.pid ?? null;
    this.#pids.set(key, pid);
    return pid;
  }
}

/** A result with the columns `source_id` and `line`, and perhaps `pid`, gets the column `marks` behind its own. `captureId` as for withHandles. */
function withMarks({ columns, rows }: Rows, db: CaseDb, captureId: number | null): Rows {
  const [source, line, pid] = ['source_id', 'line', 'pid'].map((name) => columns.indexOf(name)) as [number, number, number];
  if (source < 0 || line < 0 || columns.includes('marks')) return { columns, rows };
  const capture = captureOf(columns, captureId);
  function* longer(): Generator<readonly Value[], void> {
    const book = new MarkBook(db);
    for (const row of rows) {
      const marks = book.of(capture(row));
      yield [...row, marks.kinds(row[source] ?? null, row[line] ?? null, pid < 0 ? null : (row[pid] ?? null))];
    }
  }
  return { columns: [...columns, 'marks'], rows: longer() };
}

/** Rows with what they rest on: the columns marks and handle behind their own. */
export function proven(rows: Rows, db: CaseDb, captureId: number | null): Rows {
  return withHandles(withMarks(rows, db, captureId), captureId);
}
