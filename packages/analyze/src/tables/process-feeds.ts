import { type PidStat, parsePidStat } from '../procfs/pid-stat.ts';
import { parseNulPieces, parseWhole, parseWholeNumber } from '../procfs/whole.ts';
import type { Value } from '../render/value.ts';
import { bytesValue, u64Value } from './bytes.ts';
import type { AbsentSource, Feed, Load } from './feed.ts';
import { run } from './pack-feed.ts';
import { type Cells, cellsOf, processState } from './process-state.ts';

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

/** Columns of processes that stat fills. */
export function fromStat(s: PidStat, load: Load): Cells {
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
    ...areas(s),
  };
}

function areas({ areas: a }: PidStat): Cells {
  if (a === null) return {};
  return {
    start_stack: u64Value(a.startStack),
    arg_start: u64Value(a.argStart),
    arg_end: u64Value(a.argEnd),
    env_start: u64Value(a.envStart),
    env_end: u64Value(a.envEnd),
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

export const processFeeds: readonly Feed[] = [
  stat,
  comm,
  cmdline,
  environ,
  single('loginuid', 'loginuid', parseWholeNumber),
  single('sessionid', 'sessionid', parseWholeNumber),
  single('wchan', 'wchan', parseWhole),
  single('attr/current', 'label', parseWhole),
];
