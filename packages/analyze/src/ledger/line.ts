import { marksClause } from '../db/marks/clause.ts';
import type { CaseDb } from '../db/query.ts';
import { terminal } from '../render/cell.ts';
import type { LedgerEntry } from './entry.ts';
import { OTHERS } from './presence.ts';
import { storedLedger } from './stored.ts';

/** One line for the foot of every listing: how much there is, and how far it can be trusted. Begins with `ledger: `, without a newline. */
export function ledgerLine(db: CaseDb, captureId: number): string {
  const entries = storedLedger(db, captureId);
  const found = (check: string, one: string): string => {
    const n = entries.find((e) => e.section === 'taken' && e.check === check)?.found ?? 0;
    return `${n.toLocaleString('en-US')} ${n === 1 ? one : check}`;
  };
  const parts = [
    `${found('processes', 'process')}, ${found('descriptors', 'descriptor')}, ${found('sockets', 'socket')}${unheld(entries)}`,
    ...redacted(db, captureId),
    ...archive(entries),
    ...sources(entries),
    ...(entries.some((e) => e.check === OTHERS && e.result === 'blind') ? ['processes of other users are not in it (hidepid)'] : []),
    ...['counters', 'order', 'cross-view', 'capture'].flatMap((section) => verdict(section, entries)),
    ...[marksClause(db, captureId)].filter((clause) => clause !== null),
  ];
  // A case file may come from anybody.
  return terminal(`ledger: ${parts.join('; ')}`);
}

function unheld(entries: readonly LedgerEntry[]): string {
  const classes = entries.filter((e) => e.section === 'socket without holder');
  const total = classes.reduce((sum, e) => sum + (e.found ?? 0), 0);
  if (total === 0) return '';
  return ` (${total} without a holder: ${classes.map((e) => `${e.found} ${e.check}`).join(', ')})`;
}

/** Names and addresses are not those of the host (docs/REDACT.md). */
function redacted(db: CaseDb, captureId: number): string[] {
  const row = db.get<{ n: number }>(
    "SELECT count(*) AS n FROM captures WHERE capture_id = ? AND json_valid(header) AND json_type(header, '$.redacted') = 'object'",
    captureId,
  );
  return row?.n === 1 ? ['redacted: names and addresses are replaced'] : [];
}

function archive(entries: readonly LedgerEntry[]): string[] {
  const entry = entries.find((e) => e.section === 'sources' && e.check === 'archive');
  return entry?.result === 'broken' ? ['the archive is cut off or altered'] : [];
}

function sources(entries: readonly LedgerEntry[]): string[] {
  const refused = entries.filter((e) => e.section === 'sources' && e.check !== 'archive' && e.result === 'blind');
  const total = refused.reduce((sum, e) => sum + (e.found ?? 0), 0);
  return total === 0 ? [] : [`${total} not read (${[...new Set(refused.map((e) => e.check.replace('descriptors ', '')))].join(', ')})`];
}

const NAMES: Readonly<Record<string, string>> = {
  counters: 'counters',
  order: 'rows',
  'cross-view': 'cross-views',
  capture: 'own surroundings',
};

/** Broken checks that are named; coldstat ledger names them all. */
const SHOWN = 4;

/** Counters always speak; the other sections only when something is broken. */
function verdict(section: string, entries: readonly LedgerEntry[]): string[] {
  const checks = entries.filter((e) => e.section === section);
  const broken = checks.filter((e) => e.result === 'broken');
  if (broken.length > 0) {
    const names = [...new Set(broken.map((e) => e.check.replace(/, pass [AB]$/, '')))];
    const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
    return [`${NAMES[section]} BROKEN: ${names.slice(0, SHOWN).join(', ')}${more}`];
  }
  if (section !== 'counters') return [];
  return checks.some((e) => e.result === 'holds') ? ['counters hold'] : ['no counters to compare with'];
}
