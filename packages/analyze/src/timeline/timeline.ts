import { handleOf } from '../db/handle.ts';
import type { CaseDb } from '../db/query.ts';
import { joined } from '../diff/change.ts';
import type { Value } from '../render/value.ts';
import { type Moment, momentsOf } from './clock.ts';
import type { Event, EventKind } from './event.ts';
import { momentsJson, runNotes } from './runs.ts';
import { ABOUT, TIMELINE } from './things.ts';

/** What is asked for; null is everything. Times are nanoseconds since 1970. */
export interface Choice {
  readonly host: string | null;
  readonly pid: number | null;
  readonly kinds: ReadonlySet<string> | null;
  readonly since: bigint | null;
  readonly until: bigint | null;
  readonly captures?: ReadonlySet<number>;
}

/**
 * Every event of the case that is asked for, one after the other: by the earliest time it may have happened, then the latest, then host, kind, thing, capture
 * and place of its row. Sorted within SQLite as numbers; nothing is kept here.
 */
export function* timeline(db: CaseDb, choice: Choice): Generator<Event, void> {
  const moments = momentsOf(db);
  const wanted = (event: Event): boolean => {
    if (choice.host !== null && event.host !== choice.host) return false;
    if (choice.captures?.has(event.captureId) === false) return false;
    if (choice.pid !== null && event.pid !== choice.pid) return false;
    if (choice.kinds !== null && !choice.kinds.has(event.kind) && !choice.kinds.has(event.about)) return false;
    // An interval that reaches into the time asked for may have happened in it.
    if (choice.since !== null && (event.latest ?? choice.since) < choice.since) return false;
    return choice.until === null || (event.earliest ?? event.latest ?? choice.until) <= choice.until;
  };
  const captures = looks(moments);
  let next = captures.shift();
  for (const event of things(db, moments)) {
    const time = timeOf(event);
    for (; next !== undefined && (time === null || (timeOf(next) ?? 0n) <= time); next = captures.shift()) if (wanted(next)) yield next;
    if (wanted(event)) yield event;
  }
  for (; next !== undefined; next = captures.shift()) if (wanted(next)) yield next;
}

function timeOf({ earliest, latest }: Event): bigint | null {
  return earliest ?? latest;
}

/** What an operator must know of the clocks, and of captures that do not show the same processes, each in a sentence. */
export function timelineNotes(db: CaseDb): string[] {
  const moments = momentsOf(db);
  return [...moments.flatMap(clockNote), ...runNotes(db, moments)];
}

function clockNote({ captureId, offsetMs, anchor }: Moment): string[] {
  return [
    ...(offsetMs === null || offsetMs === 0
      ? []
      : [`capture ${captureId}: ${offsetMs} ms added to the clock of the host, as its operator said`]),
    anchor === null
      ? `capture ${captureId}: no clock to reckon process starts by`
      : `capture ${captureId}: process starts by the ${anchor.basis}`,
  ];
}

/** Begin and end of every capture, in order. */
function looks(moments: readonly Moment[]): Event[] {
  const events = moments.flatMap((m) => {
    const about = { host: m.host, about: 'capture', what: `capture ${m.captureId}`, pid: null, captureId: m.captureId, handle: null };
    const at = (ns: bigint | null, kind: EventKind): Event[] =>
      ns === null ? [] : [{ ...about, earliest: ns, latest: ns, kind, basis: 'clock of the host' }];
    return [...at(m.started, 'capture-start'), ...at(m.ended, 'capture-end')];
  });
  return events.sort((a, b) => ((timeOf(a) ?? 0n) < (timeOf(b) ?? 0n) ? -1 : Number((timeOf(a) ?? 0n) > (timeOf(b) ?? 0n))));
}

interface Row {
  readonly earliest: number | bigint | null;
  readonly latest: number | bigint | null;
  readonly kind: EventKind;
  readonly about: number;
  readonly captureId: number;
  readonly neighbour: number | null;
  readonly field: string | null;
  readonly pid: number | null;
  readonly what: Value;
  readonly old: Value;
  readonly now: Value;
  readonly name: Value;
  /** Of a unix socket: those that a listener accepted bear its name, too. */
  readonly inode: number | null;
  readonly source_id: number | null;
  readonly line: number | null;
}

function* things(db: CaseDb, moments: readonly Moment[]): Generator<Event, void> {
  const byId = new Map(moments.map((m) => [m.captureId, m]));
  for (const row of db.iterate<Row>(TIMELINE, momentsJson(db, moments))) {
    const moment = byId.get(row.captureId);
    if (moment === undefined) continue;
    const { kind, pid, captureId, source_id, line } = row;
    yield {
      earliest: nanoseconds(row.earliest),
      latest: nanoseconds(row.latest),
      host: moment.host,
      kind,
      about: ABOUT[row.about] ?? '',
      what: whatOf(row),
      pid,
      captureId,
      handle: handleOf(captureId, source_id, line),
      basis: basisOf(row, moment),
    };
  }
}

/** Null also for what is beyond 64 bits: made up, and no time. */
function nanoseconds(value: number | bigint | null): bigint | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : null;
  return value;
}

const FIELDS: Readonly<Record<string, string>> = { path: 'program', cmdline: 'arguments', uid: 'uid' };

function whatOf({ kind, what, field, name, old, now, inode }: Row): Value {
  if (inode !== null) return joined(what, `${what === null ? '' : ' '}inode ${inode}`);
  if (kind === 'replaced') return joined(what, ': ', old, ' -> ', now);
  return field === null ? what : joined(name, `: ${FIELDS[field] ?? field} `, old, ' -> ', now);
}

function basisOf({ kind, captureId, neighbour }: Row, moment: Moment): string {
  if (kind === 'process-start') return moment.anchor?.basis ?? '';
  if (kind === 'appeared') return `not in capture ${neighbour}, in ${captureId}`;
  if (kind === 'gone') return `in capture ${captureId}, not in ${neighbour}`;
  if (kind === 'changed' || kind === 'replaced') return `capture ${neighbour} and ${captureId}`;
  return `capture ${captureId}`;
}
