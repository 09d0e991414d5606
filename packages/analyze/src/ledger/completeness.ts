import type { CaseDb } from '../db/query.ts';
import { counterChecks } from './counters.ts';
import { crossViews, isPartial } from './cross-views.ts';
import { entry, type LedgerEntry } from './entry.ts';
import { kernelDumpChecks } from './kernel-dump.ts';
import { dimmed, isLight } from './light.ts';
import { listingChecks } from './listings.ts';
import { orderChecks } from './order.ts';
import { presence } from './presence.ts';
import { type RowlessVerdict, rowlessChecks } from './rowless.ts';
import type { Scans } from './scans.ts';

/** How much was taken, what could not be, and whether what was taken agrees with what the kernel counts. */
export function completeness(
  db: CaseDb,
  captureId: number,
  scans: Scans,
  rowless: ReadonlyMap<number, number>,
  verdicts: ReadonlyMap<number, RowlessVerdict>,
): LedgerEntry[] {
  const light = isLight(db, captureId);
  const judged = (entries: LedgerEntry[]): LedgerEntry[] => (light ? entries.map(dimmed) : entries);
  const counters = judged(counterChecks(db, captureId, scans.groups, rowless, isPartial(db, captureId)));
  return [
    ...taken(db, captureId, scans.inodes, light),
    ...sources(db, captureId, scans),
    ...counters,
    ...rowlessChecks(verdicts),
    ...orderChecks(db, captureId, scans, counters),
    ...judged(crossViews(db, captureId, light)),
    ...kernelDumpChecks(db, captureId),
    ...listingChecks(db, captureId),
    ...presence(db, captureId),
  ];
}

function taken(db: CaseDb, captureId: number, inodes: number, light: boolean): LedgerEntry[] {
  const one = (check: string, sql: string): LedgerEntry =>
    entry('taken', check, 'count', `rows of ${check}`, { found: db.get<{ n: number }>(sql, captureId)?.n ?? 0 });
  const nameless = (table: string, key: string): string =>
    `(SELECT count(*) FROM (SELECT DISTINCT ${key} FROM ${table} t WHERE t.capture_id = c.capture_id AND inode = 0))`;
  const sockets = `SELECT ${nameless('sockets_inet', 'net_ns, proto, local_address, local_port, remote_address, remote_port')}
    + ${nameless('sockets_unix', 'net_ns, pointer, path')} AS n FROM captures c WHERE capture_id = ?`;
  return [
    one('processes', 'SELECT count(*) AS n FROM processes WHERE capture_id = ?'),
    ...(light ? [] : [one('threads', 'SELECT count(*) AS n FROM threads WHERE capture_id = ?')]),
    one('descriptors', 'SELECT count(*) AS n FROM fds WHERE capture_id = ?'),
    entry('taken', 'sockets', 'count', 'rows of both passes, each socket once: by inode, or by its addresses where it has none', {
      found: inodes + (db.get<{ n: number }>(sockets, captureId)?.n ?? 0),
    }),
    one('problems', 'SELECT count(*) AS n FROM problems WHERE capture_id = ?'),
  ];
}

/** Errors that say "there is no such thing", not "you may not": nothing was withheld. */
const ABSENT = new Set(['ENOENT', 'ESRCH', 'EINVAL', 'ENOTDIR', 'ENXIO', 'ENODEV', 'EOPNOTSUPP']);

function sources(db: CaseDb, captureId: number, { descriptors }: Scans): LedgerEntry[] {
  const rows = db.all<{ what: string; n: number }>(
    `SELECT CASE WHEN blocked = 1 THEN 'blocked' WHEN truncated IS NOT NULL THEN 'truncated' WHEN errno IS NOT NULL THEN errno ELSE note END AS what,
       count(*) AS n FROM sources WHERE capture_id = ? AND (blocked = 1 OR truncated IS NOT NULL OR errno IS NOT NULL OR (note IS NOT NULL AND bytes IS NULL))
       GROUP BY what ORDER BY what`,
    captureId,
  );
  const entries = rows.map(({ what, n }) => entry('sources', what, ABSENT.has(what) ? 'count' : 'blind', sourceBasis(what), { found: n }));
  const directories = db.all<{ errno: string; n: number }>(
    'SELECT fd_errno AS errno, count(*) AS n FROM processes WHERE capture_id = ? AND fd_errno IS NOT NULL GROUP BY errno',
    captureId,
  );
  const unread = new Map<string, number>();
  for (const { errno, n } of [...directories, ...descriptors]) if (errno !== null) unread.set(errno, (unread.get(errno) ?? 0) + n);
  for (const [errno, n] of [...unread].sort(([a], [b]) => (a < b ? -1 : 1))) {
    entries.push(
      entry(
        'sources',
        `descriptors ${errno}`,
        ABSENT.has(errno) ? 'count' : 'blind',
        'descriptor links, or whole descriptor directories, that could not be read',
        { found: n },
      ),
    );
  }
  return [...container(db, captureId), ...entries];
}

function sourceBasis(what: string): string {
  if (what === 'truncated') return 'sources cut by a limit of bytes or time';
  if (what === 'blocked') return 'sources whose reader hung and was killed';
  if (/^E[A-Z0-9]+$/.test(what)) return ABSENT.has(what) ? 'sources that are not there' : 'sources that could not be read';
  return 'sources that the log names with this word and no body';
}

/** An archive that is cut short or changed is said before anything else. */
function container(db: CaseDb, captureId: number): LedgerEntry[] {
  const row = db.get<{ kind: string; complete: number; broken: number }>(
    `SELECT kind, complete, (SELECT count(*) FROM problems p WHERE p.capture_id = c.capture_id
       AND code IN ('archive-damaged', 'archive-altered', 'archive-missing', 'archive-unlogged', 'entry-duplicate')) AS broken
       FROM captures c WHERE capture_id = ?`,
    captureId,
  );
  if (row === undefined) return [];
  if (row.kind !== 'coldstat') return [entry('sources', 'archive', 'blind', 'foreign evidence has neither log nor manifest')];
  if (row.complete !== 1)
    return [
      entry('sources', 'archive', 'broken', 'the archive has no manifest: the capture or the copy was cut off', { found: row.broken }),
    ];
  return [
    entry('sources', 'archive', row.broken === 0 ? 'holds' : 'broken', 'manifest, log and hashes of every body', {
      expected: 0,
      found: row.broken,
    }),
  ];
}
