import type { CaseDb } from '../db/query.ts';
import type { LedgerEntry } from './entry.ts';
import { ledgerOf } from './ledger.ts';

/** The ledger as it was stored when the capture was loaded; computed where it was not (a case in memory). */
export function storedLedger(db: CaseDb, captureId: number): LedgerEntry[] {
  const entries = db.all<LedgerEntry>(
    'SELECT section, "check", net_ns AS netNs, result, expected, found, basis FROM ledger WHERE capture_id = ? ORDER BY entry_id',
    captureId,
  );
  return entries.length > 0 ? entries : ledgerOf(db, captureId);
}
