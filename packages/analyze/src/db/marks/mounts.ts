import type { Value } from '../../render/value.ts';
import type { CaseDb } from '../query.ts';
import type { Mark, Place, Weight } from './kinds.ts';
import { type MountRow, MountTable } from './mount-table.ts';
import { textOf } from './process-rows.ts';

const MOUNTS = `SELECT m.mnt_ns, m.pid, p.root AS root_dir, m.mnt_id, m.parent_id, m.dev, m.root, m.mount_point, m.fstype, m.source_id, m.line
  FROM mounts m LEFT JOIN processes p ON p.capture_id = m.capture_id AND p.pid = m.pid WHERE m.capture_id = ? ORDER BY m.source_id, m.line`;
const OF_THE_SYSTEM =
  /^\/(?:usr\/)?(?:local\/)?s?bin\/.|^\/(?:usr\/)?lib(?:32|64|exec)?\/(?:.*\/)?[^/]*\.so(?:\.[\d.]+)?$|^\/etc\/(?:ld\.so\.(?:preload|cache)|passwd|shadow|group|sudoers|pam\.d|ssh|crontab)(?:\/|$)/;
const OF_A_PROCESS = /^\/proc\/\d+(?:\/|$)/;

/** Inode of the first pid namespace: a constant of the kernel (PROC_PID_INIT_INO, linux/proc_ns.h). */
const INIT_PID_NS = 4_026_531_836;
/** Every mount namespace with a process is known: no process is out of sight, and each one told its own. Kernel threads bring nothing from elsewhere. */
const ALL_SEEN = `SELECT 1 FROM captures c WHERE capture_id = ? AND own_pid_ns = ${INIT_PID_NS} AND complete = 1 AND coalesce(exit, '') NOT IN ('interrupted', 'timeout')
  AND NOT EXISTS (SELECT 1 FROM processes p WHERE p.capture_id = c.capture_id AND p.mnt_ns IS NULL AND p.kernel_thread IS NOT 1
    AND p.vanished IS NOT 1 AND coalesce(p.state, '') NOT IN ('Z', 'X'))`;

interface FileRow {
  pid: number;
  tid: number;
  fd: number;
  target: Value;
  mnt_id: number;
  mnt_ns: number;
  source_id: number;
  line: number;
  info_source_id: Value;
  info_line: Value;
}

/** Processes that see the root of their namespace: only then do path and mount points begin at the same place. */
const AT_ROOT = "SELECT pid, mnt_ns FROM processes WHERE capture_id = ? AND mnt_ns IS NOT NULL AND root = '/'";
const A_FILE = "kind = 'file' AND mnt_id IS NOT NULL AND deleted IS NOT 1";
const FILES_OF_ONE = `SELECT rowid, target, mnt_id FROM fds WHERE capture_id = ? AND pid = ? AND +${A_FILE}`;
/** The files with these rowids, without those of threads in a namespace of their own, in the order of the index. */
const FILES = `SELECT f.pid, f.tid, f.fd, f.target, f.mnt_id, p.mnt_ns, f.source_id, f.line, f.info_source_id, f.info_line
  FROM fds f JOIN processes p ON p.capture_id = f.capture_id AND p.pid = f.pid
  WHERE f.capture_id = ? AND f.rowid IN (SELECT value FROM json_each(?))
  AND (f.tid = 0 OR NOT EXISTS (SELECT 1 FROM threads t WHERE t.capture_id = f.capture_id AND t.pid = f.pid AND t.tid = f.tid AND t.mnt_ns IS NOT p.mnt_ns)) ORDER BY f.ino, f.rowid`;

/** Mounts that hide something, and open files that are not where their path says. */
export function* mountMarks(db: CaseDb, captureId: number): Generator<Mark> {
  const own = db.get<{ ns: number | null }>('SELECT own_mnt_ns AS ns FROM captures WHERE capture_id = ?', captureId)?.ns ?? null;
  const rows = db.all<MountRow>(MOUNTS, captureId);
  const bySource = new Map<number, MountRow[]>();
  for (const row of rows) bySource.set(row.source_id, [...(bySource.get(row.source_id) ?? []), row]);
  const tables = new Map<number, MountTable>();
  const seen = new Set<string>();
  for (const list of bySource.values()) {
    const [first] = list;
    if (first?.mnt_ns == null) continue;
    const table = new MountTable(list);
    if (first.root_dir === '/' && !tables.has(first.mnt_ns)) tables.set(first.mnt_ns, table);
    for (const row of list) {
      // a namespace is read once for each root directory
      if (seen.has(`${row.mnt_ns} ${row.mnt_id}`)) continue;
      seen.add(`${row.mnt_ns} ${row.mnt_id}`);
      yield* mountMark(row, table, own === null || row.mnt_ns === own ? 'strong' : 'weak');
    }
  }
  const allSeen = db.get(ALL_SEEN, captureId) !== undefined;
  yield* fileMarks(db, captureId, { tables, ids: new Set(rows.map((r) => r.mnt_id)), own, allSeen });
}

function* mountMark(row: MountRow, table: MountTable, weight: Weight): Generator<Mark> {
  const point = textOf(row.mount_point);
  const of = { about: 'mounts', claim: row.mount_point, finding: row.fstype, at: [row.source_id, row.line] } as const;
  if (OF_A_PROCESS.test(point))
    yield {
      ...of,
      kind: 'mount-over-process',
      reason: 'A mount lies over a process directory: whoever reads /proc does not see that process.',
    };
  else if (OF_THE_SYSTEM.test(point))
    yield {
      ...of,
      kind: 'mount-over-program',
      weight,
      reason: 'The mount point is a program, a library or a file of accounts: readers of that path get what is mounted.',
    };
  const below = table.get(row.parent_id);
  if (below === undefined || below.mnt_id === row.mnt_id || textOf(below.mount_point) !== point) return;
  // automounters and the first root file system are covered by design; the same thing on itself hides nothing
  if (below.fstype === 'autofs' || below.fstype === 'rootfs' || (below.dev === row.dev && textOf(below.root) === textOf(row.root))) return;
  yield {
    about: 'mounts',
    kind: 'covered-mount',
    weight: textOf(below.fstype) === textOf(row.fstype) ? 'weak' : weight,
    claim: below.mount_point,
    finding: row.fstype,
    reason: 'Another mount lies on the very mount point: nothing of this one can be reached by path.',
    at: [below.source_id, below.line],
    also: [[row.source_id, row.line]],
  };
}

/** What the rows of mounts tell of one namespace, and of all of them. */
interface Known {
  readonly tables: ReadonlyMap<number, MountTable>;
  readonly ids: ReadonlySet<number>;
  readonly own: number | null;
  readonly allSeen: boolean;
}

/** The mount that lies over the file, `gone` when its own stands in no mountinfo, null when all is well or nothing is known. */
function judged({ tables, ids }: Known, ns: number, id: number, path: string): MountRow | 'gone' | null {
  const table = tables.get(ns);
  if (table === undefined || !path.startsWith('/')) return null;
  if (table.get(id) === undefined) return ids.has(id) ? null : 'gone';
  const there = table.leadsTo(path);
  return there?.mnt_id === id ? null : there;
}

function* fileMarks(db: CaseDb, captureId: number, known: Known): Generator<Mark> {
  // Most files are where they say: only of the others more is read than this.
  const odd: number[] = [];
  for (const [pid, ns] of db.plain<[number, number]>(AT_ROOT, captureId)) {
    for (const [rowid, target, id] of db.plain<[number, Value, number]>(FILES_OF_ONE, captureId, pid))
      if (judged(known, ns, id, textOf(target)) !== null) odd.push(rowid);
  }
  for (const f of db.iterate<FileRow>(FILES, captureId, JSON.stringify(odd))) {
    const path = textOf(f.target);
    const there = judged(known, f.mnt_ns, f.mnt_id, path);
    if (there !== null) yield fileMark(f, path, there, known);
  }
}

function fileMark(f: FileRow, path: string, there: MountRow | 'gone', { own, allSeen }: Known): Mark {
  const at: Place = [f.source_id, f.line];
  const info: Place[] = f.info_source_id === null ? [] : [[f.info_source_id, f.info_line]];
  const of = { about: 'fds', pid: f.pid, tid: f.tid, fd: f.fd, claim: f.target, at } as const;
  if (there === 'gone') {
    const weight = allSeen && f.mnt_ns === own && path.indexOf('/', 1) > 0 && !path.startsWith('/dev/') ? 'strong' : 'weak';
    const unseen = allSeen ? '' : ' Not every mount namespace was seen: it may be one that the process was started in.';
    const reason = `The descriptor is on a mount that stands in no mountinfo of the capture: the path may lead to another file, or nowhere.${unseen}`;
    return { ...of, kind: 'detached-file', weight, finding: `mount ${f.mnt_id}`, reason, also: info };
  }
  const reason = 'The descriptor is on another mount than the one its path leads to: something was mounted over it.';
  const finding = `mount ${f.mnt_id}, the path leads to ${there.mnt_id}`;
  return { ...of, kind: 'covered-file', finding, reason, also: [...info, [there.source_id, there.line]] };
}
