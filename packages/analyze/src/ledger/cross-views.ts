import type { CaseDb } from '../db/query.ts';
import { bounded, compare } from './counters.ts';
import { entry, type LedgerEntry } from './entry.ts';
import { namingChecks } from './unlisted.ts';

/** Inode of the first pid namespace: a constant of the kernel (PROC_PID_INIT_INO). */
const INIT_PID_NS = 4_026_531_836;

/** Whether every process of the host could be seen; null when unknown. */
export function seesAllPids(db: CaseDb, captureId: number): boolean | null {
  const ns = db.get<{ ns: number | null }>('SELECT own_pid_ns AS ns FROM captures WHERE capture_id = ?', captureId)?.ns ?? null;
  return ns === null ? null : ns === INIT_PID_NS;
}

/** The list of processes stops somewhere: the archive is cut, the capture was stopped, or the evidence is foreign. Absence says nothing then. */
export function isPartial(db: CaseDb, captureId: number): boolean {
  const sql = "SELECT 1 FROM captures WHERE capture_id = ? AND (complete IS NOT 1 OR exit IN ('interrupted', 'timeout'))";
  return db.get(sql, captureId) !== undefined;
}

/** The same thing told by two sources: what is hidden from one is often forgotten in the other. */
export function crossViews(db: CaseDb, captureId: number, light: boolean): LedgerEntry[] {
  const absences = [light ? NO_THREADS : threads(db, captureId), ...namingChecks(db, captureId)];
  const partial = isPartial(db, captureId);
  const blind = (e: LedgerEntry): LedgerEntry => ({ ...e, result: 'blind', basis: `${e.basis}: not every process is in the capture` });
  return [
    ...absences.map((e) => (partial && e.result === 'broken' ? blind(e) : e)),
    procMounts(db, captureId),
    devices(db, captureId),
    numbers(db, captureId),
  ];
}

interface Tasks {
  threads: number;
  vanished: number;
  a: number | null;
  b: number | null;
}

export const THREADS = "threads listed against the kernel's count";
const NO_THREADS = entry('cross-view', THREADS, 'blind', 'a light capture does not look at threads');

/** nr_threads of the kernel against every task that was listed. Processes come and go during the walk: those that went are a tolerance. */
function threads(db: CaseDb, captureId: number): LedgerEntry {
  const row = db.get<Tasks>(
    `SELECT (SELECT count(*) FROM threads WHERE capture_id = c.capture_id) AS threads,
      (SELECT count(*) FROM processes WHERE capture_id = c.capture_id AND vanished = 1) AS vanished,
      ${total('A')} AS a, ${total('B')} AS b FROM captures c WHERE capture_id = ?`,
    captureId,
  );
  const check = THREADS;
  const basis = 'rows of threads against the total of /proc/loadavg before and after';
  if (row === undefined || (row.a === null && row.b === null)) return entry('cross-view', check, 'blind', `${basis}: no loadavg`);
  if (seesAllPids(db, captureId) === false)
    return entry('cross-view', check, 'blind', 'the capture ran in an inner pid namespace, loadavg counts the whole host');
  const [counterA, counterB] = [row.a, row.b].map((n) => (n === null ? null : bounded(n)));
  const judged = compare({ counterA: counterA ?? null, counterB: counterB ?? null, rowsA: row.threads, rowsB: row.threads });
  const within = judged.result === 'broken' && Math.abs((judged.expected ?? 0) - row.threads) <= row.vanished;
  const tolerance = 'what the count changed by between the passes, and as many as the processes that ended during the walk';
  return entry('cross-view', check, within ? 'holds' : judged.result, basis, { expected: judged.expected, found: row.threads, tolerance });
}

function total(pass: 'A' | 'B'): string {
  return `(SELECT max(CAST(value AS INTEGER)) FROM facts f JOIN sources s USING (capture_id, source_id)
    WHERE f.capture_id = c.capture_id AND f.name = 'proc/loadavg:total' AND s.pass = '${pass}')`;
}

/** A mount over /proc/PID hides that process from every tool that looks there. */
function procMounts(db: CaseDb, captureId: number): LedgerEntry {
  const row = db.get<{ n: number; odd: number }>(
    `SELECT count(*) AS n, coalesce(sum(mount_point GLOB '/proc/[0-9]*'), 0) AS odd FROM mounts WHERE capture_id = ?`,
    captureId,
  );
  const check = 'nothing is mounted over a process directory';
  const basis = 'mount points below /proc/PID in mountinfo';
  if (row === undefined || row.n === 0) return entry('cross-view', check, 'blind', `${basis}: no mountinfo`);
  return entry('cross-view', check, row.odd === 0 ? 'holds' : 'broken', basis, { expected: 0, found: row.odd });
}

/** Directories of processes on another file system than most: covered by a mount that mountinfo of the capture may not show. */
function devices(db: CaseDb, captureId: number): LedgerEntry {
  const { n, odd } = db.get<{ n: number; odd: number }>(
    `SELECT count(*) AS n, coalesce(sum(st_dev IS NOT (${PROC_DEV})), 0) AS odd FROM links WHERE capture_id = ? AND tid = 0 AND name = '.' AND st_dev IS NOT NULL`,
    captureId,
    captureId,
  ) ?? { n: 0, odd: 0 };
  const basis = 'st_dev of every directory /proc/PID, the same for all';
  if (n === 0) return entry('cross-view', DEVICES, 'blind', `${basis}: the capture has no stat of them`);
  return entry('cross-view', DEVICES, odd === 0 ? 'holds' : 'broken', basis, { expected: n, found: n - odd });
}

export const DEVICES = 'process directories are of one proc';

/** Device of most process directories. */
export const PROC_DEV = `SELECT st_dev FROM links WHERE capture_id = ? AND tid = 0 AND name = '.' AND st_dev IS NOT NULL
  GROUP BY st_dev ORDER BY count(*) DESC, st_dev LIMIT 1`;

/** A directory bound over another one of the same proc tells of itself. */
function numbers(db: CaseDb, captureId: number): LedgerEntry {
  const sql = `SELECT (SELECT count(*) FROM processes WHERE capture_id = ? AND line IS NOT NULL) AS n,
    (SELECT count(*) FROM problems WHERE capture_id = ? AND code = 'pid-differs') AS odd`;
  const { n, odd } = db.get<{ n: number; odd: number }>(sql, captureId, captureId) ?? { n: 0, odd: 0 };
  const basis = 'first field of every /proc/PID/stat against the name of its directory';
  return entry('cross-view', NUMBERS, odd > 0 ? 'broken' : n === 0 ? 'blind' : 'holds', basis, { expected: n, found: n - odd });
}

export const NUMBERS = 'process directories tell of their own process';
