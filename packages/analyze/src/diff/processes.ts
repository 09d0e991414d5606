import { isDeleted, undeleted } from '../db/deleted.ts';
import { handleOf } from '../db/handle.ts';
import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { AboutProcesses, type Questioned } from './about-process.ts';
import { came as arrived, type Change, compareFields, gone as departed, joined, keyPart, type Thing, turned } from './change.ts';
import { kernelName, type Program, pairPrograms } from './programs.ts';
import { type Side, samePids } from './side.ts';

interface Row extends Program, Questioned {
  pid: number;
  uid: number | null;
  kernel_thread: number | null;
  container_id: string | null;
  path: Value;
  start_ticks: number | null;
  exe_dev: string | null;
  exe_ino: Value;
  cwd: Value;
  root: Value;
  cmdline: Value;
  euid: number | null;
  parent: number | null;
  net_ns: number | null;
  mnt_ns: number | null;
  user_ns: number | null;
  cap_eff: string | null;
  label: Value;
  source_id: number;
  line: number;
  capture_id: number;
}

interface Process extends Row {
  readonly about: () => Value;
  /** Of what the executable holds, where it was asked for. */
  readonly sha256: string | null;
}

const PROCESSES = `SELECT pid, start_ticks, kernel_thread, name, path, path_errno, exe_dev, exe_ino, cwd, root, cmdline_raw, cmdline, uid, euid, parent, net_ns,
  mnt_ns, user_ns, cap_eff, container_id, label, source_id, line, capture_id FROM processes WHERE capture_id = ? ORDER BY pid`;
const HASHES = 'SELECT pid, dev, inode, sha256 FROM executables WHERE capture_id = ? AND sha256 IS NOT NULL AND truncated IS NOT 1';

export interface ProcessChanges {
  readonly changes: readonly Change[];
  /** Pids of processes that are in both captures. */
  readonly same: ReadonlySet<number>;
}

/** Within one pid namespace of one boot a process is its pid and start, both as the capture's own view of /proc tells them; else its program, arguments and user. */
export function compareProcesses(db: CaseDb, before: Side, after: Side, oneBoot: boolean): ProcessChanges {
  const old = processes(db, before);
  const now = processes(db, after);
  const changes: Change[] = [];
  const same = new Set<number>();
  const left = { gone: old, came: now };
  const numbered = samePids(before, after);
  if (numbered) {
    const byPid = new Map(now.map((p) => [p.pid, p]));
    left.gone = old.filter((p) => {
      const match = byPid.get(p.pid);
      if (match === undefined || !isSame(p, match)) return true;
      same.add(p.pid);
      changes.push(...compareOne(p, match));
      return false;
    });
    left.came = now.filter((p) => !same.has(p.pid));
  }
  const { pairs, gone, came } = pairPrograms(left.gone, left.came, namedOnly(before, after));
  for (const [p, match] of pairs) {
    if (numbered) changes.push(turned('replaced', 'process', 'pid', [named(p), p.pid], [named(match), match.pid]));
    changes.push(...compareFields('exe', exe(p, oneBoot), exe(match, oneBoot)));
  }
  if (after.seen.processes) changes.push(...gone.map((p) => departed('process', named(p), p.cmdline)));
  if (before.seen.processes) changes.push(...came.map((p) => arrived('process', named(p), p.cmdline)));
  return { changes, same };
}

/** Processes of which a capture did not take more than the name, being light, or for which it had no rights: by those another one is known in another boot. */
function namedOnly(before: Side, after: Side): (p: Process) => boolean {
  const light = new Set([before, after].filter((side) => side.light === 1).map(({ captureId }) => captureId));
  const numbered = samePids(before, after);
  return ({ capture_id, path_errno }) => light.has(capture_id) || (!numbered && (path_errno === 'EACCES' || path_errno === 'EPERM'));
}

function processes(db: CaseDb, { captureId, ownPids }: Side): Process[] {
  const book = new AboutProcesses(db, captureId);
  const hashes = new Map<string, string>();
  for (const { pid, dev, inode, sha256 } of db.all<{ pid: number | null; dev: string | null; inode: Value; sha256: string }>(
    HASHES,
    captureId,
  ))
    hashes.set(pid === null ? `${dev} ${inode}` : String(pid), sha256);
  const rows = db.all<Row>(PROCESSES, captureId).filter((p) => !ownPids.has(p.pid));
  return rows.map((p) => ({ ...p, about: () => book.of(p), sha256: hashes.get(String(p.pid)) ?? hashes.get(fileOf(p) ?? '') ?? null }));
}

function fileOf({ exe_dev, exe_ino }: Row): string | null {
  return exe_dev === null || exe_ino === null ? null : `${exe_dev} ${exe_ino}`;
}

/** Under one number: by the start, and where that is not known, as of one that ended while it was read, by nothing that says otherwise. */
function isSame(a: Process, b: Process): boolean {
  if (a.start_ticks !== null && b.start_ticks !== null) return a.start_ticks === b.start_ticks;
  return agree(a.name, b.name) && agree(undeleted(a.path), undeleted(b.path)) && agree(a.cmdline, b.cmdline);
}

/** What is unknown on one side does not tell two apart. */
function agree(a: Value, b: Value): boolean {
  return a === null || b === null || keyPart(a) === keyPart(b);
}

function named(p: Process): Omit<Thing, 'fields'> {
  return {
    identity: joined(`${p.pid} `, p.name),
    stable: undeleted(p.path) ?? (p.kernel_thread === 1 ? kernelName(p.name) : p.name),
    at: handleOf(p.capture_id, p.source_id, p.line),
    about: p.about,
  };
}

function* compareOne(before: Process, after: Process): Generator<Change, void> {
  yield* compareFields('process', facts(before), facts(after));
  yield* compareFields('exe', exe(before, true), exe(after, true));
  yield* compareFields('cwd', { ...named(before), fields: { cwd: before.cwd } }, { ...named(after), fields: { cwd: after.cwd } });
}

function facts(p: Process): Thing {
  const { uid, euid, parent, root, net_ns, mnt_ns, user_ns, cap_eff, container_id, label } = p;
  const name = p.kernel_thread === 1 ? kernelName(p.name) : p.name;
  return {
    ...named(p),
    fields: { name, cmdline: p.cmdline, parent, uid, euid, root, net_ns, mnt_ns, user_ns, cap_eff, container_id, label },
  };
}

/** The numbers of a file mean nothing in another boot; what is in it does. */
function exe(p: Process, oneBoot: boolean): Thing {
  return {
    ...named(p),
    fields: {
      path: undeleted(p.path),
      deleted: p.path === null ? null : Number(isDeleted(p.path)),
      file: oneBoot ? fileOf(p) : null,
      sha256: p.sha256,
    },
  };
}
