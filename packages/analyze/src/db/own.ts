import type { CaseDb } from './query.ts';

/** UNION, not UNION ALL: parents may form a circle. */
const OWN_PIDS = `WITH RECURSIVE own(pid) AS (SELECT own_pid FROM captures WHERE capture_id = ? AND own_pid IS NOT NULL
  UNION SELECT p.pid FROM processes p JOIN own ON p.parent = own.pid WHERE p.capture_id = ?) SELECT pid FROM own`;

/** The capture itself and its descendants: there because of the capture. */
export function ownPids(db: CaseDb, captureId: number): ReadonlySet<number> {
  return new Set(db.all<{ pid: number }>(OWN_PIDS, captureId, captureId).map(({ pid }) => pid));
}
