import { handleOf } from '../db/handle.ts';
import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { came as arrived, type Change, compareFields, gone as departed, joined, keyPart, type Thing, turned } from './change.ts';
import type { Side } from './side.ts';

interface Row {
  pid: number;
  start_ticks: number | null;
  pid_ns: number | null;
  kernel_thread: number | null;
  name: Value;
  path: Value;
  exe_dev: string | null;
  exe_ino: Value;
  cwd: Value;
  root: Value;
  cmdline_raw: Value;
  cmdline: Value;
  uid: number | null;
  euid: number | null;
  parent: number | null;
  net_ns: number | null;
  mnt_ns: number | null;
  user_ns: number | null;
  cap_eff: string | null;
  container_id: string | null;
  label: Value;
  source_id: number;
  line: number;
  capture_id: number;
}

const PROCESSES = `SELECT pid, start_ticks, pid_ns, kernel_thread, name, path, exe_dev, exe_ino, cwd, root, cmdline_raw, cmdline, uid, euid, parent, net_ns,
  mnt_ns, user_ns, cap_eff, container_id, label, source_id, line, capture_id FROM processes WHERE capture_id = ? ORDER BY pid`;

export interface ProcessChanges {
  readonly changes: readonly Change[];
  /** Pids of processes that are in both captures. */
  readonly same: ReadonlySet<number>;
}

/** Within one boot a process is its pid namespace, pid and start; across boots it is its program, arguments and user. */
export function compareProcesses(db: CaseDb, before: Side, after: Side, oneBoot: boolean): ProcessChanges {
  const old = processes(db, before);
  const now = processes(db, after);
  const changes: Change[] = [];
  const same = new Set<number>();
  const gone: Row[] = [];
  if (oneBoot) {
    const byIdentity = new Map(now.map((p) => [identityKey(p), p]));
    for (const p of old) {
      const match = byIdentity.get(identityKey(p));
      if (match === undefined) gone.push(p);
      else {
        byIdentity.delete(identityKey(p));
        same.add(p.pid);
        changes.push(...compareOne(p, match));
      }
    }
    changes.push(...paired(gone, [...byIdentity.values()], true));
  } else changes.push(...paired(old, now, false));
  return { changes, same };
}

function processes(db: CaseDb, side: Side): Row[] {
  return db.all<Row>(PROCESSES, side.captureId).filter((p) => !side.ownPids.has(p.pid));
}

function identityKey(p: Row): string {
  return `${p.pid_ns}:${p.pid}:${p.start_ticks}`;
}

/** What a restart keeps. */
function programKey(p: Row): string {
  return [p.path, p.cmdline_raw, p.kernel_thread === 1 ? kernelName(p.name) : p.name, p.uid, p.container_id].map(keyPart).join(' ');
}

/** A worker of the kernel bears the name of what it does at the moment after its own. */
function kernelName(name: Value): Value {
  return typeof name === 'string' && name.startsWith('kworker/') ? name.replace(/[-+].*$/, '') : name;
}

/** Processes left over on both sides: those of one program are the same one restarted, or, across boots, the same one. */
function* paired(gone: readonly Row[], came: readonly Row[], oneBoot: boolean): Generator<Change, void> {
  const pool = new Map<string, Row[]>();
  for (const p of came) pool.set(programKey(p), [...(pool.get(programKey(p)) ?? []), p]);
  const taken = new Set<Row>();
  for (const p of gone) {
    const match = pool.get(programKey(p))?.shift();
    if (match === undefined) yield departed('process', named(p), p.cmdline);
    else {
      taken.add(match);
      if (oneBoot) yield turned('replaced', 'process', 'pid', [named(p), p.pid], [named(match), match.pid]);
    }
  }
  for (const p of came) {
    if (!taken.has(p)) yield arrived('process', named(p), p.cmdline);
  }
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
