import type { CaseDb } from '../db/query.ts';
import type { LedgerEntry } from './entry.ts';

/** A capture that holds socket tables and the links of descriptors alone (docs/ARCHIVE-FORMAT.md §9.4). */
export function isLight(db: CaseDb, captureId: number): boolean {
  const sql = `SELECT 1 FROM captures WHERE capture_id = ? AND CASE WHEN json_valid(header) THEN json_extract(header, '$.options.light') END = 1`;
  return db.get(sql, captureId) !== undefined;
}

/** A light capture reads every table once: what changed between a table and its counter is not known, and nothing is accused by it. */
export function dimmed(e: LedgerEntry): LedgerEntry {
  if (e.result !== 'broken') return e;
  return {
    ...e,
    result: 'blind',
    basis: `${e.basis}: a light capture reads each once, so that it may have changed in between`,
    tolerance: null,
  };
}
