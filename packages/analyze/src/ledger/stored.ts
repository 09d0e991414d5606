import type { CaseDb } from '../db/query.ts';
import type { LedgerEntry } from './entry.ts';
import { ledgerOf } from './ledger.ts';

/** The ledger as it was stored when the capture was loaded; computed where it was not (a case in memory). */
export function storedLedger(db: CaseDb, captureId: number): LedgerEntry[] {
  const entries = db.all<LedgerEntry>(
    'SELECT section, "check", net_ns AS netNs, result, expected, found, basis, tolerance FROM ledger WHERE capture_id = ? ORDER BY entry_id',
    captureId,
  );
  return entries.length > 0 ? entries : ledgerOf(db, captureId);
}

/** How much was taken, as the ledger counts it: a socket once, however many passes and namespaces show it. One count for every place that prints one. */
export function takenCounts(
  db: CaseDb,
  captureId: number,
): { readonly processes: number; readonly descriptors: number; readonly sockets: number } {
  const taken = storedLedger(db, captureId).filter((e) => e.section === 'taken');
  const found = (check: string): number => taken.find((e) => e.check === check)?.found ?? 0;
  return { processes: found('processes'), descriptors: found('descriptors'), sockets: found('sockets') };
}
