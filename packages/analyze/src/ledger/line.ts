import type { CaseDb } from '../db/query.ts';

/** One line for the foot of every listing: how much there is, and how far it can be trusted. Starts with `ledger: `, without a newline. */
export function ledgerLine(db: CaseDb, captureId: number): string {
  const row = db.get<{ processes: number; fds: number }>(
    'SELECT (SELECT count(*) FROM processes WHERE capture_id = ?) AS processes, (SELECT count(*) FROM fds WHERE capture_id = ?) AS fds',
    captureId,
    captureId,
  );
  return `ledger: ${row?.processes ?? 0} processes, ${row?.fds ?? 0} descriptors`;
}
