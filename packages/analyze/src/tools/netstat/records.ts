import type { Rows, Value } from '../../render/value.ts';
import type { Group } from './groups.ts';
import { type Holder, programName } from './holders.ts';
import { type InetRow, type Surroundings, TIMERS } from './inet.ts';
import { type SctpRow, sctpState } from './sctp.ts';
import type { UnixRow } from './unix.ts';

const COLUMNS = [
  'proto', 'recv_q', 'send_q', 'local_address', 'local_port', 'remote_address', 'remote_port', 'state', 'type', 'path', 'user', 'uid', 'inode',
  'pid', 'program', 'label', 'timer', 'timer_seconds', 'retransmits', 'probes', 'may_be_forged', 'net_ns', 'source_id', 'line',
] as const; // biome-ignore format: one table

const GROUP_COLUMNS = ['interface', 'users'] as const;

type Cells = Partial<Record<(typeof COLUMNS)[number] | (typeof GROUP_COLUMNS)[number] | 'why', Value>>;

interface Sections {
  readonly inet: Iterable<InetRow>;
  readonly sctp: Iterable<SctpRow>;
  /** Null where they were not asked for: their columns are left out then. */
  readonly groups: Iterable<Group> | null;
  readonly unix: Iterable<UnixRow>;
}

/** Sockets with the columns of the tool's docstring: one row for each process that holds it, one with NULL as pid where none does. */
export function socketRecords(sections: Sections, around: Surroundings): Rows {
  const columns = [...COLUMNS, ...(sections.groups === null ? [] : GROUP_COLUMNS), ...(around.owners === null ? [] : (['why'] as const))];
  const made = records(sections, around);
  return { columns, rows: values(made, columns) };
}

function* values(made: Iterable<Cells>, columns: readonly (keyof Cells)[]): Generator<Value[]> {
  for (const row of made) yield columns.map((name) => row[name] ?? null);
}

function* records({ inet, sctp, groups, unix }: Sections, around: Surroundings): Generator<Cells> {
  for (const row of inet) yield* held(inetCells(row, around), row, around);
  for (const row of sctp) yield* held(sctpCells(row, around), row, around);
  for (const { source: proto, group_address: local_address, ...rest } of groups ?? []) yield { proto, local_address, ...rest };
  for (const row of unix) {
    const { type, path, state, inode, net_ns, source_id, line } = row;
    const may_be_forged = Number(row.forged);
    yield* held(
      { proto: 'unix', type, path, state: row.listening === 1 ? 'LISTENING' : state, inode, may_be_forged, net_ns, source_id, line },
      row,
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

function sctpCells(row: SctpRow, { names }: Surroundings): Cells {
  const { local_addresses, remote_addresses, rx_queue, tx_queue, socket_state, ...rest } = row;
  return {
    ...rest,
    proto: 'sctp',
    local_address: local_addresses,
    remote_address: remote_addresses,
    state: sctpState(socket_state),
    recv_q: rx_queue,
    send_q: tx_queue,
    user: row.uid === null ? null : (names.user(row.uid) ?? null),
  };
}

type Placed = Pick<InetRow, 'inode' | 'source_id' | 'line'>;

function* held(cells: Cells, { inode, source_id, line }: Placed, { holders, owners }: Surroundings): Generator<Cells> {
  const why = owners?.classOf({ inode, sourceId: source_id, line }) ?? null;
  const all: readonly (Holder | undefined)[] = (inode === null || inode === 0 ? undefined : holders.get(inode)) ?? [undefined];
  for (const holder of all) {
    const program = holder === undefined || holder.arg === null ? null : programName(holder.arg);
    yield { ...cells, pid: holder?.pid ?? null, program, label: holder?.label ?? null, why };
  }
}
