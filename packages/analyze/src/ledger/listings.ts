import type { CaseDb } from '../db/query.ts';
import { type Evidence, entry, type LedgerEntry } from './entry.ts';

const RAW = 'processes listed by system call';
const PROBE = 'processes that no listing names';

/** The ways in which /proc was listed against each other, and numbers that answered though none of them named them. */
export function listingChecks(db: CaseDb, captureId: number): LedgerEntry[] {
  return [rawListing(db, captureId), probe(db, captureId)];
}

interface Listed {
  readonly name: string;
  readonly listings: string;
  readonly taken: number;
}

const LISTED = `SELECT name, group_concat(listing) AS listings,
    EXISTS (SELECT 1 FROM processes p WHERE p.capture_id = l.capture_id AND p.pid = CAST(l.name AS INTEGER)) AS taken
  FROM directory_listings l WHERE capture_id = ? AND listing <> 'probe' AND name GLOB '[1-9]*' AND name NOT GLOB '*[^0-9]*' GROUP BY name`;

/** A library that leaves names out of readdir does not do so for a system call; one in the kernel does both, see the probe. */
function rawListing(db: CaseDb, captureId: number): LedgerEntry {
  const has = new Set(
    db.all<{ listing: string }>('SELECT DISTINCT listing FROM directory_listings WHERE capture_id = ?', captureId).map((r) => r.listing),
  );
  if (!has.has('getdents') || !has.has('readdir-1') || !has.has('readdir-2')) {
    return entry('cross-view', RAW, 'blind', '/proc was not listed by system call, for want of something to make one with');
  }
  const odd = oddNames(db, captureId);
  const tolerance = 'processes that came or went between the three listings';
  if (odd.length === 0)
    return entry('cross-view', RAW, 'holds', 'getdents64 between two readdir of /proc', { expected: 0, found: 0, tolerance });
  const some = odd.slice(0, 3).map((name) => `process ${name}`);
  const basis = `getdents64 and both readdir of /proc do not agree: ${some.join(', ')}${odd.length > 3 ? ` and ${odd.length - 3} more` : ''}`;
  return entry('cross-view', RAW, 'broken', basis, { expected: 0, found: odd.length, tolerance });
}

function oddNames(db: CaseDb, captureId: number): string[] {
  const odd: string[] = [];
  for (const { name, listings, taken } of db.iterate<Listed>(LISTED, captureId)) {
    const [first, raw, second] = ['readdir-1', 'getdents', 'readdir-2'].map((l) => listings.split(',').includes(l));
    // One that came after the first and was gone before the second is not there later either.
    if ((raw && !first && !second && taken === 1) || (!raw && first && second)) odd.push(name);
  }
  return odd;
}

/** The lines of the listings behind the answer of one of these checks. */
export function* listingEvidence(db: CaseDb, captureId: number, check: string): Generator<Evidence, void> {
  const names = check === PROBE ? null : check === RAW ? oddNames(db, captureId) : [];
  const sql = `SELECT 'process ' || name AS subject, CASE listing WHEN 'probe' THEN 'answers, and no listing names it' ELSE 'stands in ' || listing END AS says,
    NULL AS pass, source_id AS sourceId, line FROM directory_listings WHERE capture_id = ? AND name IS NOT NULL`;
  if (names === null) yield* db.iterate<Evidence>(`${sql} AND listing = 'probe'`, captureId);
  else for (const name of names) yield* db.iterate<Evidence>(`${sql} AND listing <> 'probe' AND name = ?`, captureId, name);
}

function probe(db: CaseDb, captureId: number): LedgerEntry {
  const rows = db.all<{ name: string | null; first: number | null; last: number | null; note: string | null }>(
    `SELECT name, first, last, note FROM directory_listings l JOIN sources s USING (capture_id, source_id) WHERE capture_id = ? AND listing = 'probe' ORDER BY line`,
    captureId,
  );
  const range = rows.find((r) => r.first !== null);
  if (range === undefined) return entry('cross-view', PROBE, 'blind', 'process numbers were not tried one by one');
  const found = rows.filter((r) => r.name !== null).map((r) => r.name);
  const tried = `numbers ${range.first} to ${range.last} tried one by one`;
  const numbers = { expected: 0, found: found.length };
  if (found.length > 0)
    return entry(
      'cross-view',
      PROBE,
      'broken',
      `${tried}: process ${found.slice(0, 3).join(', ')}${found.length > 3 ? ` and ${found.length - 3} more` : ''}`,
      numbers,
    );
  if (range.note === 'probe-cut')
    return entry('cross-view', PROBE, 'blind', `${tried}, and the time for it was over before the last`, numbers);
  return entry('cross-view', PROBE, 'holds', tried, numbers);
}
