import type Database from 'better-sqlite3';
import { caseDb } from '../db/query.ts';
import { ledgerOf } from '../ledger/ledger.ts';

/** Keeps the ledger of a capture that was just loaded: every listing ends with a line of it, and must not wait for it. */
export function storeLedger(db: Database.Database, captureId: number): void {
  const insert = db.prepare('INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  ledgerOf(caseDb(db), captureId).forEach(({ section, check, netNs, result, expected, found, basis, tolerance }, i) => {
    insert.run(captureId, i + 1, section, check, netNs, result, expected, found, basis, tolerance);
  });
}
