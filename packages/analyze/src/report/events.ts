import type { CaseDb } from '../db/query.ts';
import { pageCell } from '../render/cell.ts';
import type { Event } from '../timeline/event.ts';
import { timeline, timelineNotes } from '../timeline/timeline.ts';
import type { EventReport, TimelineReport } from './document.ts';

/** Events that a page keeps; coldstat timeline has all. */
const MAX_EVENTS = 20_000;

/** What happened when, over the captures that are told of. What is left out where there are too many: sights, which are most and say least, then the oldest. */
export function timelineReport(db: CaseDb, captures: ReadonlySet<number>): TimelineReport {
  const all = [...timeline(db, { host: null, pid: null, kinds: null, since: null, until: null, captures })];
  const chosen = all.length <= MAX_EVENTS ? all : all.filter((e) => e.kind !== 'first-sight' && e.kind !== 'last-sight');
  const events = chosen.slice(-MAX_EVENTS).map(reported);
  return { notes: timelineNotes(db).map((note) => String(pageCell(note))), events, left: all.length - events.length };
}

function reported(e: Event): EventReport {
  return {
    earliest: milliseconds(e.earliest),
    latest: milliseconds(e.latest),
    host: String(pageCell(e.host) ?? ''),
    kind: e.kind,
    about: e.about,
    what: String(pageCell(e.what) ?? ''),
    pid: e.pid,
    capture: e.captureId,
    basis: e.basis,
    handle: e.handle,
  };
}

/** Null for what no calendar holds. */
function milliseconds(ns: bigint | null): number | null {
  const ms = ns === null ? null : Number(ns / 1_000_000n);
  return ms === null || Math.abs(ms) > 8.64e15 ? null : ms;
}
