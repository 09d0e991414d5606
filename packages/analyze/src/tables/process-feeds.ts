import { collect } from '../procfs/lines.ts';
import { type PidStat, parsePidStat } from '../procfs/pid-stat.ts';
import { parsePidStatus, unescapeName } from '../procfs/pid-status.ts';
import { parseNulPieces, parseWhole, parseWholeNumber } from '../procfs/whole.ts';
import type { Value } from '../render/value.ts';
import { bytesValue, u64Value } from './bytes.ts';
import type { AbsentSource, Feed, FeedEntry, Load } from './feed.ts';
import { readPack, run, runFrame } from './pack-feed.ts';
import { type Cells, type ProcessState, processState } from './process-state.ts';

/** A process may call itself so many bytes that its row is better written at once than kept (a command line has up to 2 MiB). */
const LARGE = 64 * 1024;
const PF_KTHREAD = 0x0020_0000;

/** Bodies below /proc/PID, without those of its threads. */
function ofProcess(name: string): RegExp {
  return new RegExp(`^proc/\\d{1,10}/${name}$`);
}

/** What a process has once and any of its threads shows: taken from a thread when the leader is dead. */
function ofAnyThread(name: string): RegExp {
  return new RegExp(`^proc/\\d{1,10}/(?:task/\\d{1,10}/)?${name}$`);
}

/** Nothing but its refusal is known of a process whose files may not be read. */
function denied(source: AbsentSource): Cells {
  return source.reason === 'EACCES' || source.reason === 'EPERM' ? { denied: 1, source_id: source.sourceId } : {};
}

/** Where the row came from: the first body seen of the process, until its stat comes. */
function cellsOf(entry: FeedEntry, load: Load): Cells {
  const cells = processState(load).process(entry.pid ?? 0);
  cells['source_id'] ??= entry.sourceId;
  cells['line'] ??= 1;
  return cells;
}

function fromStat(s: PidStat, load: Load): Cells {
  return {
    parent: s.ppid,
    name: bytesValue(s.comm),
    state: s.state,
    kernel_thread: s.flags & PF_KTHREAD ? 1 : 0,
    pgroup: s.pgroup,
    session: s.session,
    tty: s.tty,
    tpgid: s.tpgid,
    flags: s.flags,
    threads: s.threads,
    nice: s.nice,
    priority: s.priority,
    start_ticks: u64Value(s.startTicks),
    start_time_ns: startTime(s.startTicks, load),
    user_ticks: u64Value(s.userTicks),
    system_ticks: u64Value(s.systemTicks),
    total_size: u64Value(s.virtualSize),
    resident_pages: u64Value(s.residentPages),
    start_code: u64Value(s.startCode),
  };
}

/** Nanoseconds since 1970: the host's clock, minus the time since boot, plus the ticks. Null when any of it is unknown. */
function startTime(ticks: bigint, load: Load): Value {
  if (load.clock === null) return null;
  const { realtimeNs, boottimeNs, ticksPerSecond } = load.clock;
  const ns = realtimeNs - boottimeNs + (ticks * 1_000_000_000n) / BigInt(ticksPerSecond);
  return ns < 2n ** 63n ? ns : null;
}

const stat: Feed = {
  parser: 'pid-stat',
  match: ofProcess('stat'),
  read(entry, load) {
    const cells = cellsOf(entry, load);
    return run(parsePidStat, entry, load, (s) => {
      if (s.pid !== entry.pid) {
        load.problem(entry, { code: 'pid-differs', line: 1, lines: 0, message: `stat of process ${entry.pid} says ${s.pid}` });
      }
      Object.assign(cells, fromStat(s, load), { source_id: entry.sourceId, line: s.line });
    });
  },
  absent: (source, load) => processState(load).absent(source.pid ?? 0, denied(source)),
};

/** Keys of status that have columns: how the value becomes cells. */
const STATUS: ReadonlyMap<string, (value: string) => Cells> = new Map([
  ['Uid', numbers(['uid', 'euid', 'suid', 'fsuid'])],
  ['Gid', numbers(['gid', 'egid', 'sgid', 'fsgid'])],
  ['Groups', (v: string): Cells => ({ groups: v.trim() })],
  ['TracerPid', numbers(['tracer_pid'])],
  ['Seccomp', numbers(['seccomp'])],
  ['NoNewPrivs', numbers(['no_new_privs'])],
  ['Umask', (v: string): Cells => (/^[0-7]{1,6}$/.test(v) ? { umask: Number.parseInt(v, 8) } : {})],
  ['FDSize', numbers(['fd_size'])],
  ['CapInh', hex('cap_inh')],
  ['CapPrm', hex('cap_prm')],
  ['CapEff', hex('cap_eff')],
  ['CapBnd', hex('cap_bnd')],
  ['CapAmb', hex('cap_amb')],
  ['NSpid', (v: string): Cells => (/^[\d\t ]+$/.test(v) ? { ns_pid: v.trim().replace(/[\t ]+/g, ' ') } : {})],
]);

function numbers(columns: readonly string[]): (value: string) => Cells {
  return (value) => {
    const f = value.trim().split(/[\t ]+/);
    if (f.length !== columns.length || !f.every((n) => /^\d{1,15}$/.test(n))) return {};
    return Object.fromEntries(columns.map((c, i) => [c, Number(f[i])]));
  };
}

function hex(column: string): (value: string) => Cells {
  return (v) => (/^[0-9a-f]{1,32}$/.test(v) ? { [column]: v } : {});
}

/** Said by stat as well, in columns already. */
const SAID_BY_STAT: ReadonlySet<string> = new Set(['Name', 'State', 'Tgid', 'Pid', 'PPid', 'Threads']);

const status: Feed = {
  parser: 'pid-status',
  match: ofProcess('status'),
  read(entry, load) {
    const cells = cellsOf(entry, load);
    const keys = load.into('process_status_keys');
    return run(parsePidStatus, entry, load, ({ line, key, value }) => {
      const known = STATUS.get(key)?.(value.toString('latin1')) ?? {};
      Object.assign(cells, known);
      if (key === 'Name' && cells['name'] === undefined) cells['name'] = bytesValue(unescapeName(value));
      if (Object.keys(known).length > 0 || SAID_BY_STAT.has(key)) return;
      keys([entry.pid, null, key, bytesValue(value), entry.sourceId, line]);
    });
  },
};

const comm: Feed = {
  parser: 'pid-comm',
  match: ofProcess('comm'),
  read(entry, load) {
    const cells = cellsOf(entry, load);
    return run(parseWhole, entry, load, ({ value }) => {
      cells['comm_raw'] = bytesValue(value);
    });
  },
};

const cmdline: Feed = {
  parser: 'pid-cmdline',
  match: ofAnyThread('cmdline'),
  read(entry, load) {
    const cells = cellsOf(entry, load);
    const args = load.into('process_args');
    return run(parseNulPieces, entry, load, ({ pieces }) => {
      pieces.forEach((arg, i) => {
        args([entry.pid, i, bytesValue(arg), entry.sourceId, 1]);
      });
      const own: Cells = { cmdline: bytesValue(joined(entry.body)), cmdline_raw: Buffer.from(entry.body) };
      if (entry.body.length > LARGE) processState(load).writeNow(load, entry.pid ?? 0, own);
      else Object.assign(cells, own);
    });
  },
  absent: (source, load) => processState(load).absent(source.pid ?? 0, { ...denied(source), cmdline_errno: source.reason }),
};

/** Arguments with a blank for each NUL between them. */
function joined(body: Buffer): Buffer {
  let end = body.length;
  while (end > 0 && body[end - 1] === 0) end--;
  const copy = Buffer.from(body.subarray(0, end));
  for (let i = copy.indexOf(0); i >= 0; i = copy.indexOf(0, i + 1)) copy[i] = 0x20;
  return copy;
}

const environ: Feed = {
  parser: 'pid-environ',
  match: ofAnyThread('environ'),
  read(entry, load) {
    const add = load.into('process_environ');
    return run(parseNulPieces, entry, load, ({ pieces }) => {
      pieces.forEach((piece, i) => {
        const at = piece.indexOf(0x3d);
        const name = at < 0 ? piece : piece.subarray(0, at);
        add([entry.pid, i, bytesValue(name), at < 0 ? null : bytesValue(piece.subarray(at + 1)), entry.sourceId, 1]);
      });
    });
  },
};

/** Files that are one number or one piece of text, and the column it goes to. */
function single(name: string, column: string, parse: typeof parseWhole | typeof parseWholeNumber): Feed {
  return {
    parser: `pid-${name.replace('attr/', '')}`,
    match: ofAnyThread(name),
    read(entry, load) {
      const cells = cellsOf(entry, load);
      const take = ({ value }: { readonly value: Buffer | number | null }): void => {
        cells[column] = value instanceof Uint8Array ? bytesValue(value) : value;
      };
      return parse(entry.body, load.env, { record: take, problem: (p) => load.problem(entry, p) });
    },
  };
}

/** `same` (as the leader's), or `same TID` (as those of the first live thread, when the leader is dead); anything else leaves it open. */
function same(state: ProcessState, cells: Cells, what: string, body: Buffer): void {
  const m = /^same(?: (\d{1,10}))?$/.exec(body.toString('latin1', 0, 32));
  if (m === null) return;
  if (what === 'fd') cells['own_files'] = 0;
  else state.sharesNamespaces(cells, m[1] === undefined ? null : Number(m[1]));
}

/** Frames `TID/stat`, `TID/status`, `TID/comm`, `TID/fd`, `TID/ns` of every thread but the leader. */
const task: Feed = {
  parser: 'task-pack',
  match: ofProcess('task\\.pack'),
  read(entry, load) {
    const state = processState(load);
    const keys = load.into('process_status_keys');
    const pid = entry.pid ?? 0;
    return readPack(entry, load, (frame, line) => {
      const name = /^(\d{1,10})\/(stat|status|comm|fd|ns)$/.exec(frame.name);
      if (name === null) return false;
      const cells = state.thread(pid, Number(name[1]));
      cells['source_id'] ??= entry.sourceId;
      cells['line'] ??= line;
      if ('errno' in frame) return true;
      if (name[2] === 'stat') {
        runFrame(parsePidStat, frame.body, line, entry, load, (s) => {
          Object.assign(cells, { name: bytesValue(s.comm), state: s.state, start_ticks: u64Value(s.startTicks), line: line + 1 });
        });
      } else if (name[2] === 'status') {
        runFrame(parsePidStatus, frame.body, line, entry, load, (s) => {
          keys([pid, Number(name[1]), s.key, bytesValue(s.value), entry.sourceId, line + s.line]);
        });
      } else if (name[2] !== 'comm') same(state, cells, name[2] ?? '', frame.body);
      return true;
    });
  },
};

/** The second look at each process: gone, or another one under the same number. */
const again: Feed = {
  parser: 'stat-pack',
  match: /^proc\/stat\.pack$/,
  read(entry, load) {
    const state = processState(load);
    return readPack(entry, load, (frame) => {
      const pid = /^(\d{1,10})\/stat$/.exec(frame.name)?.[1];
      if (pid === undefined) return false;
      const found = 'errno' in frame ? undefined : collect(parsePidStat, frame.body).records[0];
      state.seenAgain(Number(pid), found === undefined ? null : u64Value(found.startTicks));
      return true;
    });
  },
};

export const processFeeds: readonly Feed[] = [
  stat,
  status,
  comm,
  cmdline,
  environ,
  single('loginuid', 'loginuid', parseWholeNumber),
  single('sessionid', 'sessionid', parseWholeNumber),
  single('wchan', 'wchan', parseWhole),
  single('attr/current', 'label', parseWhole),
  task,
  again,
];
