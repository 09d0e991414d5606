import { type LogRecord, splitPass } from '@coldstat/capture/archive';
import type { Value } from '../render/value.ts';
import { sources } from '../tables/sources.ts';

/** What is known of one body once it was met. */
export interface SeenBody {
  readonly name: string;
  readonly sourceId: number;
  readonly entry: number | null;
  readonly offset: number | null;
  readonly bytes: number;
  readonly sha256: string;
  pid: number | null;
  tid: number | null;
  netNs: number | null;
  parser: string | null;
  lines: number | null;
  header: number | null;
  problems: number | null;
}

/** Bodies that may wait for their record; the log stands in segments between them, so honest archives stay far below. */
const MAX_WAITING = 200_000;

export interface SourceEvents {
  /** A row of `sources` is complete, but for its number of rows. */
  write(row: readonly Value[], sourceId: number): void;
  /** A body no record tells of, at the end or when too many wait. */
  unlogged(body: SeenBody): void;
  /** The log gives another hash or size than the body has. */
  altered(body: SeenBody, record: LogRecord): void;
  /** The log tells of a body that is not there. */
  missing(record: LogRecord, sourceId: number): void;
  /** A source without a body. */
  absent(record: LogRecord, sourceId: number): void;
}

/** Brings bodies and records of the log together by name, whichever comes first. */
export class SourceBook {
  readonly #events: SourceEvents;
  readonly #bodies = new Map<string, SeenBody>();
  readonly #records = new Map<string, LogRecord>();
  #n = 0;

  constructor(events: SourceEvents) {
    this.#events = events;
  }

  nextId(): number {
    return ++this.#n;
  }

  /** A record that came before its body, if one did. */
  recordOf(name: string): LogRecord | undefined {
    return this.#records.get(name);
  }

  /** The body is done with: parsed, or kept as it is. */
  body(body: SeenBody): void {
    const record = this.#records.get(body.name);
    if (record !== undefined) {
      this.#records.delete(body.name);
      this.#pair(body, record);
      return;
    }
    this.#bodies.set(body.name, body);
    if (this.#bodies.size <= MAX_WAITING) return;
    // Half at once: a Map goes over all it has lost to find its first.
    for (const [name, oldest] of this.#bodies) {
      if (this.#bodies.size <= MAX_WAITING / 2) return;
      this.#bodies.delete(name);
      this.#events.unlogged(oldest);
      this.#row(oldest, undefined);
    }
  }

  record(record: LogRecord): void {
    const body = this.#bodies.get(record.path);
    if (body !== undefined) {
      this.#bodies.delete(record.path);
      this.#pair(body, record);
      return;
    }
    if (record.sha256 !== undefined && this.#records.size < MAX_WAITING) {
      this.#records.set(record.path, record);
      return;
    }
    this.#alone(record);
  }

  /** Nothing more comes: what still waits is written as it is. `logged` is false for evidence that has no log. */
  finish(logged: boolean): void {
    for (const body of this.#bodies.values()) {
      if (logged) this.#events.unlogged(body);
      this.#row(body, undefined);
    }
    for (const record of this.#records.values()) this.#alone(record);
    this.#bodies.clear();
    this.#records.clear();
  }

  #pair(body: SeenBody, record: LogRecord): void {
    if (record.sha256 !== undefined && (record.sha256 !== body.sha256 || (record.bytes ?? body.bytes) !== body.bytes)) {
      this.#events.altered(body, record);
    }
    this.#row(body, record);
  }

  #alone(record: LogRecord): void {
    const id = this.nextId();
    if (record.sha256 !== undefined && record.ref === undefined) this.#events.missing(record, id);
    else this.#events.absent(record, id);
    this.#events.write(sourceRow(id, record.path, undefined, record), id);
  }

  #row(body: SeenBody, record: LogRecord | undefined): void {
    this.#events.write(sourceRow(body.sourceId, body.name, body, record), body.sourceId);
  }
}

const OWNER = /^proc\/(0|[1-9]\d{0,9})\/(?:task\/(0|[1-9]\d{0,9})\/)?(?!task\/\d)/;

/**
 * Whether a number of a process or thread in the name is one that the kernel would print. `proc/007` is none: what stands there would be
 * mixed with process 7, so it is kept and not interpreted.
 */
export function isPlausible(path: string): boolean {
  return !/^proc\/\d/.test(path) || OWNER.test(path);
}

/** Process and thread from an entry name, where it tells. */
export function ownerOf(path: string): { readonly pid: number | null; readonly tid: number | null } {
  const m = OWNER.exec(path);
  return { pid: m === null ? null : Number(m[1]), tid: m?.[2] === undefined ? null : Number(m[2]) };
}

/** Network namespace from an entry name: only the name of a dump of the kernel's socket list tells. */
export function namespaceOf(path: string): string | undefined {
  return /^netlink\/(\d{1,15})\//.exec(path)?.[1];
}

export function namespaceNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function sourceRow(id: number, name: string, body: SeenBody | undefined, record: LogRecord | undefined): Value[] {
  const { pass, path } = splitPass(name);
  const owner = ownerOf(path);
  const cells: Record<string, Value | undefined> = {
    source_id: id,
    path: name,
    pass,
    parser: body?.parser,
    entry: body?.entry,
    offset: body?.offset,
    moment: record?.ref,
    start_us: record?.start,
    end_us: record?.end,
    bytes: body?.bytes,
    sha256: body?.sha256,
    recorded_sha256: record?.sha256,
    errno: record?.errno,
    truncated: record?.truncated ? (record.limit ?? 'bytes') : null,
    blocked: record?.blocked ? 1 : null,
    note: record?.note,
    net_ns: body?.netNs ?? namespaceNumber(record?.netns),
    pid: record?.pid ?? owner.pid,
    tid: record?.tid ?? owner.tid,
    lines: body?.lines,
    header_lines: body?.header,
    records: body?.parser == null ? null : 0,
    problems: body?.problems,
  };
  return sources.columns.slice(1).map(([column]) => cells[column] ?? null);
}
