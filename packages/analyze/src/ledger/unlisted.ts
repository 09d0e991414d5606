import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { entry, type LedgerEntry } from './entry.ts';

/** A process that another source names and the capture has not. */
export interface Unlisted {
  readonly pid: number;
  /** Who names it. */
  readonly by: Value;
  readonly sourceId: number | null;
  readonly line: number | null;
}

/** A source that names processes. */
interface Naming {
  readonly check: string;
  readonly basis: string;
  readonly tolerance: string;
  /** Gives pid, by, sourceId, line for `?` = capture. */
  readonly sql: string;
  /** What the capture must hold for the question to make sense. */
  readonly needs?: string;
}

const OLDER =
  'processes that began while the capture ran (their number is above the last one given before) and such as ended during it are left out';

/** In the order of the ledger. */
export const NAMINGS: readonly Naming[] = [
  {
    check: 'parents are processes of the capture',
    basis: 'ppid of every process against the list of processes',
    tolerance: OLDER,
    sql: `SELECT parent AS pid, 'process ' || pid AS "by", source_id AS sourceId, line FROM processes WHERE capture_id = ? AND parent > 0`,
  },
  {
    check: 'children are processes of the capture',
    basis: 'task/TID/children of every process against the list of processes',
    tolerance: OLDER,
    sql: `SELECT pid, 'child of ' || named_by AS "by", source_id AS sourceId, line FROM named_processes WHERE capture_id = ? AND kind = 'children'`,
    needs: "SELECT 1 FROM named_processes WHERE capture_id = ? AND kind = 'children' LIMIT 1",
  },
  {
    check: 'members of control groups are processes of the capture',
    basis: 'cgroup.procs of every control group against the list of processes',
    tolerance: OLDER,
    sql: `SELECT pid, named_by AS "by", source_id AS sourceId, line FROM named_processes WHERE capture_id = ? AND kind = 'cgroup'`,
    needs: "SELECT 1 FROM named_processes WHERE capture_id = ? AND kind = 'cgroup' LIMIT 1",
  },
  {
    check: 'holders of file locks are processes of the capture',
    basis: '/proc/locks against the list of processes',
    tolerance: `${OLDER}; only POSIX locks, which end with their process: the others stay with the open file after the process that made them`,
    sql: `SELECT pid, 'lock on ' || dev || ':' || inode AS "by", source_id AS sourceId, line FROM locks WHERE capture_id = ? AND pid > 0 AND class = 'POSIX'`,
    needs: "SELECT 1 FROM sources WHERE capture_id = ? AND path = 'proc/locks' AND sha256 IS NOT NULL LIMIT 1",
  },
  {
    check: 'tracers are processes of the capture',
    basis: 'TracerPid of every process against the list of processes',
    tolerance: OLDER,
    sql: `SELECT tracer_pid AS pid, 'traces process ' || pid AS "by", source_id AS sourceId, line FROM processes WHERE capture_id = ? AND tracer_pid > 0`,
    needs: "SELECT 1 FROM sources WHERE capture_id = ? AND path GLOB 'proc/[0-9]*/status' AND sha256 IS NOT NULL LIMIT 1",
  },
  {
    check: 'processes behind pidfds are processes of the capture',
    basis: 'Pid in fdinfo of every pidfd against the list of processes',
    tolerance: OLDER,
    sql: `SELECT CAST(json_extract(e.value, '$[1]') AS INTEGER) AS pid, 'pidfd ' || f.pid || '/' || f.fd AS "by", f.info_source_id AS sourceId, f.info_line AS line
      FROM fds f, json_each(f.detail) e WHERE f.capture_id = ? AND f.pid >= 0 AND instr(f.detail, '"Pid"') > 0 AND json_valid(f.detail) AND json_extract(e.value, '$[0]') = 'Pid'
      AND CAST(json_extract(e.value, '$[1]') AS INTEGER) > 0`,
    needs: 'SELECT 1 FROM fds WHERE capture_id = ? AND info_source_id IS NOT NULL LIMIT 1',
  },
  {
    check: 'netlink port numbers are processes of the capture',
    basis: 'port ids of net/netlink that look like process numbers, of sockets that no descriptor holds, against the list of processes',
    tolerance: `${OLDER}; a socket that anybody holds may have been made by a process that has ended; both passes must show it`,
    sql: `SELECT s.port_id AS pid, 'netlink protocol ' || s.protocol AS "by", s.source_id AS sourceId, s.line FROM sockets_netlink s
      JOIN captures c USING (capture_id) WHERE s.capture_id = ? AND s.port_id > 0 AND s.port_id <= 4194304 AND s.inode > 0 AND s.net_ns IS c.own_net_ns
        AND NOT EXISTS (SELECT 1 FROM fds f WHERE f.capture_id = s.capture_id AND f.socket_inode = s.inode)
        AND s.pass = 'A' AND EXISTS (SELECT 1 FROM sockets_netlink o WHERE o.capture_id = s.capture_id AND o.inode = s.inode AND o.pass = 'B')`,
    needs: "SELECT 1 FROM sources WHERE capture_id = ? AND pass = 'B' AND path GLOB '*net/netlink' AND sha256 IS NOT NULL LIMIT 1",
  },
];

/** Whether a number may be that of a process that began after the first look: null when the capture cannot tell. */
function newer(db: CaseDb, captureId: number): ((pid: number) => boolean) | null {
  const last = new Map(
    db
      .all<{ pass: string; n: number }>(
        `SELECT s.pass, max(CAST(f.value AS INTEGER)) AS n FROM facts f JOIN sources s USING (capture_id, source_id)
           WHERE f.capture_id = ? AND f.name = 'proc/loadavg:last_pid' GROUP BY s.pass`,
        captureId,
      )
      .map(({ pass, n }) => [pass, n]),
  );
  const [a, b] = [last.get('A'), last.get('B')];
  if (a === undefined) return null;
  const wrapped = b !== undefined && b < a;
  // Numbers are given upwards and begin again after pid_max; some more were given after the second look.
  return (pid) => pid > a || (wrapped && pid <= b + 1000);
}

/** Says of a process number whether the capture should have it and has not; null when it cannot tell which began after the first look. */
function absence(db: CaseDb, captureId: number): ((pid: number) => boolean) | null {
  const young = newer(db, captureId);
  if (young === null) return null;
  const known = new Set(
    db
      .plain<[number]>(
        `SELECT pid FROM processes WHERE capture_id = ? UNION SELECT tid FROM threads WHERE capture_id = ?
         UNION SELECT pid FROM sources WHERE capture_id = ? AND pid IS NOT NULL`,
        captureId,
        captureId,
        captureId,
      )
      .map(([pid]) => pid),
  );
  return (pid) => !known.has(pid) && !young(pid);
}

/** Every place where the source names a process that is absent. */
export function unlistedBy(db: CaseDb, captureId: number, sql: string): Unlisted[] {
  const absent = absence(db, captureId);
  return absent === null ? [] : db.all<Unlisted>(sql, captureId).filter(({ pid }) => absent(pid));
}

/** Processes that somebody names and the capture has not: hidden, when they were there before it began. */
export function namingChecks(db: CaseDb, captureId: number): LedgerEntry[] {
  const absent = absence(db, captureId);
  return NAMINGS.map(({ check, basis, tolerance, sql, needs }) => {
    if (needs !== undefined && db.get(needs, captureId) === undefined)
      return entry('cross-view', check, 'blind', `${basis}: the capture has no such file`);
    if (absent === null)
      return entry('cross-view', check, 'blind', `${basis}: without loadavg nobody knows which processes are newer than the list`);
    const named = db.all<{ pid: number }>(`SELECT DISTINCT pid FROM (${sql})`, captureId);
    const odd = named.filter(({ pid }) => absent(pid)).length;
    const numbers = { expected: named.length, found: named.length - odd, tolerance };
    return entry('cross-view', check, odd === 0 ? 'holds' : 'broken', basis, numbers);
  });
}
