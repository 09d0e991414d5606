import { UserError } from '../user-error.ts';
import type { CaseDb } from './query.ts';

/** One capture as the operator may name it. */
interface Candidate {
  readonly captureId: number;
  readonly uuid: string | null;
  /** Text of the host name; names that are not text cannot be typed, their captures are picked by number. */
  readonly host: string | null;
  readonly startedNs: bigint | null;
}

const SHOWN = 10;

/**
 * Captures that a selector names: `latest` (also when there is none given: the newest by the clock of its host, then by number), `all`,
 * a number, a prefix of a capture id (4 characters or more), a host, or HOST@TIME where TIME is the beginning of the start in UTC
 * (`2026-11-21T10`). Anything but `all` gives exactly one. Throws UserError when it names none, or several.
 */
export function selectCaptures(db: CaseDb, selector: string | undefined): number[] {
  const all = candidates(db);
  if (all.length === 0) throw new UserError('the case holds no capture', 'load an archive first: coldstat load ARCHIVE -d FILE');
  if (selector === 'all') return all.map((c) => c.captureId);
  if (selector === undefined || selector === 'latest') return [latest(all).captureId];
  const named = match(all, selector);
  if (named.length === 1) return named.map((c) => c.captureId);
  const list = (named.length === 0 ? all : named).slice(0, SHOWN).map(describe).join('; ');
  throw new UserError(
    named.length === 0 ? `no capture is named ${selector}` : `${selector} names ${named.length} captures`,
    `captures: ${list}`,
  );
}

/** Start of a capture in UTC, to the second; `-` when unknown. */
export function utc(ns: bigint | number | null): string {
  if (ns === null) return '-';
  const ms = Number(BigInt(ns) / 1_000_000n);
  return Math.abs(ms) <= 8.64e15 ? `${new Date(ms).toISOString().slice(0, 19)}Z` : '-';
}

function candidates(db: CaseDb): Candidate[] {
  return db
    .all<{ id: number; uuid: string | null; host: unknown; started: bigint | number | null }>(
      'SELECT capture_id AS id, uuid, host, started_ns AS started FROM captures ORDER BY capture_id',
    )
    .map(({ id, uuid, host, started }) => ({
      captureId: id,
      uuid,
      host: typeof host === 'string' ? host : null,
      startedNs: started === null ? null : BigInt(started),
    }));
}

function latest(all: readonly Candidate[]): Candidate {
  return all.reduce((a, b) => ((b.startedNs ?? -1n) >= (a.startedNs ?? -1n) ? b : a));
}

function match(all: readonly Candidate[], selector: string): Candidate[] {
  if (/^\d{1,9}$/.test(selector)) {
    const numbered = all.filter((c) => c.captureId === Number(selector));
    if (numbered.length > 0) return numbered;
  }
  const at = selector.lastIndexOf('@');
  const host = at < 0 ? selector : selector.slice(0, at);
  const time = at < 0 ? '' : selector.slice(at + 1);
  const hosted = all.filter((c) => c.host === host && utc(c.startedNs).startsWith(time));
  if (hosted.length > 0 || at >= 0) return hosted;
  const text = selector.toLowerCase();
  return /^[0-9a-f-]{4,36}$/.test(text) ? all.filter((c) => c.uuid?.toLowerCase().startsWith(text)) : [];
}

function describe(c: Candidate): string {
  return `${c.captureId} ${c.host ?? '-'}@${utc(c.startedNs)} ${c.uuid?.slice(0, 8) ?? '-'}`;
}
