import type { CaseDb } from '../db/query.ts';
import { ledgerLine } from '../ledger/line.ts';
import { storedLedger } from '../ledger/stored.ts';
import { pageCell } from '../render/cell.ts';
import type { LedgerReport } from './document.ts';

const ORDER = ['broken', 'blind', 'holds', 'count'];

/** The ledger of a capture: what is broken first, then what cannot be said. */
export function ledgerReport(db: CaseDb, captureId: number): LedgerReport {
  const rows = storedLedger(db, captureId).map((e) =>
    [e.result, e.section, e.check, e.netNs, e.expected, e.found, e.basis, e.tolerance].map(pageCell),
  );
  rows.sort((a, b) => ORDER.indexOf(String(a[0])) - ORDER.indexOf(String(b[0])));
  return {
    line: ledgerLine(db, captureId),
    table: {
      columns: [
        { title: 'result', kind: 'facet' },
        { title: 'section', kind: 'facet' },
        { title: 'check', kind: 'long' },
        { title: 'net ns', kind: 'number' },
        { title: 'expected', kind: 'number' },
        { title: 'found', kind: 'number' },
        { title: 'rests on', kind: 'long' },
        { title: 'let pass', kind: 'text' },
      ],
      rows,
    },
  };
}
