import { handleOf } from '../db/handle.ts';
import type { CaseDb } from '../db/query.ts';
import { terminal } from '../render/cell.ts';
import type { Value } from '../render/value.ts';
import { type Moment, momentsOf, startOf } from './clock.ts';
import { type Event, type EventKind, sortTime } from './event.ts';
import { type Sight, sights, THINGS } from './things.ts';

/** What is asked for; null is everything. Times are nanoseconds since 1970. */
export interface Choice {
  readonly host: string | null;
  readonly pid: number | null;
  readonly kinds: ReadonlySet<string> | null;
  readonly since: bigint | null;
  readonly until: bigint | null;
}

/** Every event of the case that is asked for, by the earliest time it may have happened; ties by host, kind, what, capture and handle. */
export function timeline(db: CaseDb, choice: Choice): Event[] {
  const moments = momentsOf(db);
  const wanted = (event: Event): boolean => {
    if (choice.host !== null && event.host !== choice.host) return false;
    if (choice.pid !== null && event.pid !== choice.pid) return false;
    if (choice.kinds !== null && !choice.kinds.has(event.kind) && !choice.kinds.has(event.about)) return false;
    // An interval that reaches into the time asked for may have happened in it.
    if (choice.since !== null && (event.latest ?? choice.since) < choice.since) return false;
    return choice.until === null || (event.earliest ?? event.latest ?? choice.until) <= choice.until;
  };
  const found: Event[] = [];
  for (const event of everything(db, moments)) if (wanted(event)) found.push(event);
  return sorted(found);
}

/** What an operator must know of the clocks, each in a sentence. */
export function clockNotes(db: CaseDb): string[] {
  return momentsOf(db).flatMap(({ captureId, offsetMs, anchor }) => [
    ...(offsetMs === null || offsetMs === 0
      ? []
      : [`capture ${captureId}: ${offsetMs} ms added to the clock of the host, as its operator said`]),
    anchor === null
      ? `capture ${captureId}: no clock to reckon process starts by`
      : `capture ${captureId}: process starts by the ${anchor.basis}`,
  ]);
}

function* everything(db: CaseDb, moments: readonly Moment[]): Generator<Event, void> {
  for (const m of moments) {
    const about = { host: m.host, about: 'capture', what: `capture ${m.captureId}`, pid: null, captureId: m.captureId, handle: null };
    if (m.started !== null) yield { ...about, earliest: m.started, latest: m.started, kind: 'capture-start', basis: 'clock of the host' };
    if (m.ended !== null) yield { ...about, earliest: m.ended, latest: m.ended, kind: 'capture-end', basis: 'clock of the host' };
  }
  const runs = runsOf(moments);
  for (const { about, sql } of THINGS) {
    for (const group of sights(db, sql)) {
      for (const run of runs) {
        const ids = new Map(run.map((m, i) => [m.captureId, i]));
        const seen = group.filter((s) => ids.has(s.captureId)).sort((a, b) => (ids.get(a.captureId) ?? 0) - (ids.get(b.captureId) ?? 0));
        const [first, last] = [seen[0], seen.at(-1)];
        if (first !== undefined && last !== undefined)
          yield* lifeOf(about, run, [first, ids.get(first.captureId) ?? 0], [last, ids.get(last.captureId) ?? 0]);
      }
    }
  }
}

/** Captures of one boot of one host in order of time: within one the same key is the same thing. A capture of an unknown boot is alone. */
function runsOf(moments: readonly Moment[]): Moment[][] {
  const runs = new Map<string, Moment[]>();
  for (const m of moments) {
    const key = m.bootId === null ? `capture ${m.captureId}` : `${terminal(m.host)} ${m.bootId}`;
    const run = runs.get(key);
    if (run === undefined) runs.set(key, [m]);
    else run.push(m);
  }
  const time = (m: Moment): bigint => m.started ?? 0n;
  return [...runs.values()].map((run) => run.sort((a, b) => compare(time(a), time(b)) || a.captureId - b.captureId));
}

/** A sight and where its capture stands in the run. */
type Placed = readonly [Sight, number];

function* lifeOf(about: string, run: readonly Moment[], [first, i]: Placed, [last, j]: Placed): Generator<Event, void> {
  const [at, before, until, after] = [run[i], run[i - 1], run[j], run[j + 1]];
  if (at === undefined || until === undefined) return;
  const event = (kind: EventKind, sight: Sight, earliest: bigint | null, latest: bigint | null, basis: string): Event => {
    const { captureId, what, pid, source_id, line } = sight;
    return { earliest, latest, host: at.host, kind, about, what, pid, captureId, handle: handleOf(captureId, source_id, line), basis };
  };
  const end = (m: Moment): bigint | null => m.ended ?? m.started;
  if (first.ticks !== null && at.anchor !== null) {
    const [from, to] = startOf(at.anchor, first.ticks);
    yield event('process-start', first, from, to, at.anchor.basis);
  }
  yield event('first-sight', first, at.started, end(at), `capture ${at.captureId}`);
  if (before !== undefined)
    yield event('appeared', first, before.started, end(at), `not in capture ${before.captureId}, in ${at.captureId}`);
  yield event('last-sight', last, until.started, end(until), `capture ${until.captureId}`);
  if (after !== undefined) yield event('gone', last, until.started, end(after), `in capture ${until.captureId}, not in ${after.captureId}`);
}

/** Reckons what an event is sorted by once: its earliest time, of these the surest first. Events without a time come last. */
function sorted(events: readonly Event[]): Event[] {
  const keyed = events.map((event) => ({ event, time: sortTime(event), text: tie(event) }));
  keyed.sort((a, b) => {
    if (a.time === null || b.time === null) return Number(a.time === null) - Number(b.time === null) || order(a.text, b.text);
    return compare(a.time, b.time) || compare(a.event.latest ?? a.time, b.event.latest ?? b.time) || order(a.text, b.text);
  });
  return keyed.map(({ event }) => event);
}

function tie(e: Event): string {
  const part = (value: Value): string => terminal(value);
  return [part(e.host), e.kind, e.about, part(e.what), String(e.captureId).padStart(9, '0'), e.handle ?? ''].join('\0');
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
