import type { Rows, Value } from '../../render/value.ts';
import { type Holder, programName } from './holders.ts';
import type { InetRow, Surroundings } from './inet.ts';
import type { UnixRow } from './unix.ts';

const COLUMNS = [
  'proto', 'recv_q', 'send_q', 'local_address', 'local_port', 'remote_address', 'remote_port', 'state', 'type', 'path', 'user', 'uid', 'inode',
  'pid', 'program', 'timer', 'timer_seconds', 'retransmits', 'probes', 'may_be_forged', 'net_ns', 'source_id', 'line',
] as const; // biome-ignore format: one table

type Cells = Partial<Record<(typeof COLUMNS)[number], Value>>;

const TIMERS: readonly string[] = ['off', 'on', 'keepalive', 'timewait', 'probe'];

/** Sockets with the columns of the tool's docstring: one row for each process that holds it, one with NULL as pid where none does. */
export function socketRecords(inet: Iterable<InetRow>, unix: Iterable<UnixRow>, around: Surroundings): Rows {
  return { columns: COLUMNS, rows: records(inet, unix, around) };
}

function* records(inet: Iterable<InetRow>, unix: Iterable<UnixRow>, around: Surroundings): Generator<Value[]> {
  for (const row of inet) yield* held(inetCells(row, around), row.inode, around);
  for (const row of unix) {
    const { type, path, state, inode, net_ns, source_id, line } = row;
    const may_be_forged = Number(row.forged);
    yield* held(
      { proto: 'unix', type, path, state: row.listening === 1 ? 'LISTENING' : state, inode, may_be_forged, net_ns, source_id, line },
      inode,
      around,
    );
  }
}

function inetCells(row: InetRow, { names, ticksPerSecond }: Surroundings): Cells {
  const {
    proto,
    local_address,
    local_port,
    remote_address,
    remote_port,
    uid,
    inode,
    net_ns,
    source_id,
    line,
    timer,
    timer_ticks: ticks,
  } = row;
  return {
    ...{ proto, local_address, local_port, remote_address, remote_port, uid, inode, net_ns, source_id, line },
    state: row.state,
    recv_q: row.rx_queue,
    send_q: row.tx_queue,
    user: uid === null ? null : (names.user(uid) ?? null),
    timer: timer === null ? null : (TIMERS[timer] ?? String(timer)),
    timer_seconds: timer === null || timer === 0 || ticks === null || ticksPerSecond === null ? null : ticks / ticksPerSecond,
    retransmits: row.retransmits,
    probes: row.timeout,
  };
}

function* held(cells: Cells, inode: number | null, { holders }: Surroundings): Generator<Value[]> {
  const all: readonly (Holder | undefined)[] = (inode === null || inode === 0 ? undefined : holders.get(inode)) ?? [undefined];
  for (const holder of all) {
    const program = holder === undefined || holder.arg === null ? null : programName(holder.arg);
    const row: Cells = { ...cells, pid: holder?.pid ?? null, program };
    yield COLUMNS.map((name) => row[name] ?? null);
  }
}
