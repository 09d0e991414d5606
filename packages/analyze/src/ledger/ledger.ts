import type { CaseDb } from '../db/query.ts';
import { completeness } from './completeness.ts';
import { type Rowless, rowlessDescriptors } from './descriptors.ts';
import { entry, type LedgerEntry } from './entry.ts';
import { countUnheld } from './ownership.ts';
import { DESCRIPTOR_REASONS, HELD_CLASSES, SOCKET_REASONS } from './reasons.ts';
import { scan } from './scans.ts';

const RESULT = { sure: 'holds', maybe: 'blind', none: 'broken' } as const;

/** The whole ledger of one capture: computed from its rows, which may take a second for a large one. */
export function ledgerOf(db: CaseDb, captureId: number): LedgerEntry[] {
  const scans = scan(db, captureId);
  const sockets = countUnheld(db, captureId, scans);
  const { rowless, verdicts } = rowlessDescriptors(db, captureId, scans.groups);
  const descriptors = tally(rowless);
  return [
    ...completeness(db, captureId, scans, byNamespace(rowless), verdicts),
    ...Object.entries(SOCKET_REASONS).flatMap(([reason, [sure, basis]]) =>
      classEntry('socket without holder', reason, RESULT[sure], basis, sockets),
    ),
    ...hiddenHolders(db, captureId),
    ...Object.entries(DESCRIPTOR_REASONS).flatMap(([reason, [sure, basis]]) =>
      classEntry('descriptor without row', reason, RESULT[sure], basis, descriptors),
    ),
  ];
}

function byNamespace(rowless: readonly Rowless[]): Map<number, number> {
  const inodes = new Map<number, Set<number>>();
  for (const { netNs, inode } of rowless) {
    if (netNs !== null) inodes.set(netNs, (inodes.get(netNs) ?? new Set()).add(inode));
  }
  return new Map([...inodes].map(([ns, set]) => [ns, set.size]));
}

function tally(items: Iterable<{ readonly reason: string }>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { reason } of items) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}

function classEntry(
  section: LedgerEntry['section'],
  reason: string,
  result: LedgerEntry['result'],
  basis: string,
  counts: ReadonlyMap<string, number>,
): LedgerEntry[] {
  const found = counts.get(reason);
  return found === undefined ? [] : [entry(section, reason, result, basis, { found })];
}

/** Sockets that have a holder, where ordinary tools do not look: lsof without -K and ss read the table of the leader alone. */
function hiddenHolders(db: CaseDb, captureId: number): LedgerEntry[] {
  const row = db.get<{ threads: number; dead: number }>(
    `SELECT count(*) AS threads, coalesce(sum((SELECT p.state FROM processes p WHERE p.capture_id = f.capture_id AND p.pid = f.pid) = 'Z'), 0) AS dead
       FROM (SELECT capture_id, socket_inode, min(pid) AS pid FROM fds WHERE capture_id = ? AND socket_inode IS NOT NULL
         GROUP BY socket_inode HAVING min(tid) > 0) f`,
    captureId,
  );
  const [threads, dead] = [row?.threads ?? 0, row?.dead ?? 0];
  return [
    ...(threads > dead ? [entry('holder', 'thread-only', 'count', HELD_CLASSES['thread-only'], { found: threads - dead })] : []),
    ...(dead > 0 ? [entry('holder', 'dead-leader', 'count', HELD_CLASSES['dead-leader'], { found: dead })] : []),
  ];
}
