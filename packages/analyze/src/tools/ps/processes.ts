import { Marks } from '../../db/marks/read.ts';
import type { CaseDb } from '../../db/query.ts';
import type { Value } from '../../render/value.ts';
import { namesOf } from '../names.ts';
import { commandText } from './command.ts';
import { ttyName } from './tty.ts';

/** A process as ps shows it. Unknown is null. */
export interface Process {
  readonly pid: number;
  readonly parent: number | null;
  /** Name of the effective user from the captured passwd, else its number as text. */
  readonly user: Value;
  readonly uid: number | null;
  /** UTC, ISO 8601, milliseconds. */
  readonly start: string | null;
  readonly tty: string | null;
  readonly state: string | null;
  /** Seconds of CPU, user and system. */
  readonly cpu: number | null;
  readonly command: Value;
  readonly name: Value;
  readonly kernelThread: number | null;
  readonly netNs: number | null;
  readonly pidNs: number | null;
  readonly mntNs: number | null;
  /** Those that are not the capture's own, `net:[N] pid:[N]`; null when none is. */
  readonly otherNs: string | null;
  readonly container: string | null;
  readonly cgroup: Value;
  /** Strong marks of the process, ` (…)` each. */
  readonly marked: string;
  readonly sourceId: number | null;
  readonly line: number | null;
}

interface Row {
  pid: number;
  parent: number | null;
  name: Value;
  cmdline_errno: string | null;
  state: string | null;
  kernel_thread: number | null;
  euid: number | null;
  tty: number | null;
  start_time_ns: number | bigint | null;
  ticks: number | null;
  net_ns: number | null;
  pid_ns: number | null;
  mnt_ns: number | null;
  container_id: string | null;
  source_id: number | null;
  line: number | null;
}

interface Own {
  ticks_per_second: number | null;
  own_net_ns: number | null;
  own_pid_ns: number | null;
  own_mnt_ns: number | null;
}

const PROCESSES = `SELECT pid, parent, name, cmdline_errno, state, kernel_thread, euid, tty, start_time_ns, user_ticks + system_ticks AS ticks,
  net_ns, pid_ns, mnt_ns, container_id, source_id, line FROM processes WHERE capture_id = ? ORDER BY pid`;

/** Every process of the capture, by pid. */
export function processesOf(db: CaseDb, captureId: number): Process[] {
  const own = db.get<Own>('SELECT ticks_per_second, own_net_ns, own_pid_ns, own_mnt_ns FROM captures WHERE capture_id = ?', captureId);
  const names = namesOf(db, captureId);
  const args = grouped(db, 'SELECT pid, arg AS value FROM process_args WHERE capture_id = ? ORDER BY pid, arg_index', captureId);
  const cgroups = grouped(
    db,
    'SELECT pid, path AS value FROM process_cgroups WHERE capture_id = ? ORDER BY pid, hierarchy, line',
    captureId,
  );
  const marks = new Marks(db, captureId);
  return db.all<Row>(PROCESSES, captureId).map((row) => ({
    pid: row.pid,
    parent: row.parent,
    user: row.euid === null ? null : (names.user(row.euid) ?? String(row.euid)),
    uid: row.euid,
    start: row.start_time_ns === null ? null : new Date(Number(BigInt(row.start_time_ns) / 1_000_000n)).toISOString(),
    tty: row.tty === null ? null : ttyName(row.tty),
    state: row.state,
    cpu: row.ticks === null || !own?.ticks_per_second ? null : row.ticks / own.ticks_per_second,
    command: commandText({
      kernelThread: row.kernel_thread === 1,
      name: row.name,
      args: args.get(row.pid) ?? [],
      unread: row.cmdline_errno !== null,
    }),
    name: row.name,
    kernelThread: row.kernel_thread,
    netNs: row.net_ns,
    pidNs: row.pid_ns,
    mntNs: row.mnt_ns,
    otherNs: otherNamespaces(row, own),
    container: row.container_id,
    cgroup: (cgroups.get(row.pid) ?? []).at(0) ?? null,
    marked: marks.behindProcess(row.pid),
    sourceId: row.source_id,
    line: row.line,
  }));
}

function otherNamespaces(row: Row, own: Own | undefined): string | null {
  const pairs = [
    ['net', row.net_ns, own?.own_net_ns],
    ['pid', row.pid_ns, own?.own_pid_ns],
    ['mnt', row.mnt_ns, own?.own_mnt_ns],
  ] as const;
  const others = pairs.filter(([, ns, mine]) => ns !== null && mine !== null && mine !== undefined && ns !== mine);
  return others.length === 0 ? null : others.map(([kind, ns]) => `${kind}:[${ns}]`).join(' ');
}

function grouped(db: CaseDb, sql: string, captureId: number): Map<number, Value[]> {
  const groups = new Map<number, Value[]>();
  for (const { pid, value } of db.iterate<{ pid: number; value: Value }>(sql, captureId)) {
    const list = groups.get(pid);
    if (list === undefined) groups.set(pid, [value]);
    else list.push(value);
  }
  return groups;
}
