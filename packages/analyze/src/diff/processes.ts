import { handleOf } from '../db/handle.ts';
import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { came as arrived, type Change, compareFields, gone as departed, joined, type Thing, turned } from './change.ts';
import { kernelName, type Program, pairPrograms } from './programs.ts';
import type { Side } from './side.ts';

interface Row extends Program {
  pid: number;
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

const PROCESSES = `SELECT pid, start_ticks, kernel_thread, name, path, exe_dev, exe_ino, cwd, root, cmdline_raw, cmdline, uid, euid, parent, net_ns,
  mnt_ns, user_ns, cap_eff, container_id, label, source_id, line, capture_id FROM processes WHERE capture_id = ? ORDER BY pid`;

export interface ProcessChanges {
  readonly changes: readonly Change[];
  /** Pids of processes that are in both captures. */
  readonly same: ReadonlySet<number>;
}

/** Within one boot a process is its pid and start, both as the capture's own view of /proc tells them; across boots its program, arguments and user. */
export function compareProcesses(db: CaseDb, before: Side, after: Side, oneBoot: boolean): ProcessChanges {
  const old = processes(db, before);
  const now = processes(db, after);
  const changes: Change[] = [];
  const same = new Set<number>();
  const left = { gone: old, came: now };
  if (oneBoot) {
    const byPid = new Map(now.map((p) => [p.pid, p]));
    left.gone = old.filter((p) => {
      const match = byPid.get(p.pid);
      if (match === undefined || !agree(p.start_ticks, match.start_ticks)) return true;
      same.add(p.pid);
      changes.push(...compareOne(p, match));
      return false;
    });
    left.came = now.filter((p) => !same.has(p.pid));
  }
  const { pairs, gone, came } = pairPrograms(left.gone, left.came);
  if (oneBoot)
    for (const [p, match] of pairs) changes.push(turned('replaced', 'process', 'pid', [named(p), p.pid], [named(match), match.pid]));
  if (after.seen.processes) changes.push(...gone.map((p) => departed('process', named(p), p.cmdline)));
  if (before.seen.processes) changes.push(...came.map((p) => arrived('process', named(p), p.cmdline)));
  return { changes, same };
}

function processes(db: CaseDb, side: Side): Row[] {
  return db.all<Row>(PROCESSES, side.captureId).filter((p) => !side.ownPids.has(p.pid));
}

/** What is unknown on one side does not tell two apart. */
function agree(a: Value, b: Value): boolean {
  return a === null || b === null || a === b;
}

function named(p: Row): Omit<Thing, 'fields'> {
  return {
    identity: joined(`${p.pid} `, p.name),
    stable: p.path ?? (p.kernel_thread === 1 ? kernelName(p.name) : p.name),
    at: handleOf(p.capture_id, p.source_id, p.line),
  };
}

function* compareOne(before: Row, after: Row): Generator<Change, void> {
  yield* compareFields('process', facts(before), facts(after));
  yield* compareFields('exe', exe(before), exe(after));
  yield* compareFields('cwd', { ...named(before), fields: { cwd: before.cwd } }, { ...named(after), fields: { cwd: after.cwd } });
}

function facts(p: Row): Thing {
  const { uid, euid, parent, root, net_ns, mnt_ns, user_ns, cap_eff, container_id, label } = p;
  const name = p.kernel_thread === 1 ? kernelName(p.name) : p.name;
  return {
    ...named(p),
    fields: { name, cmdline: p.cmdline, parent, uid, euid, root, net_ns, mnt_ns, user_ns, cap_eff, container_id, label },
  };
}

function exe(p: Row): Thing {
  const file = p.exe_dev === null || p.exe_ino === null ? null : `${p.exe_dev} ${p.exe_ino}`;
  return { ...named(p), fields: { path: p.path, file } };
}
