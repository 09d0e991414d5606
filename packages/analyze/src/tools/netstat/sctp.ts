import { isIP } from 'node:net';
import { terminal } from '../../render/cell.ts';
import { rowsOf } from '../scope.ts';
import { TCP_STATES } from '../tcp-states.ts';
import type { ToolContext } from '../tool.ts';
import { hostCell } from './address.ts';
import { ownerCells, type Surroundings } from './inet.ts';
import type { Request } from './options.ts';

export interface SctpRow {
  readonly kind: 'endpoint' | 'association';
  readonly local_port: number | null;
  readonly remote_port: number | null;
  readonly local_addresses: string | null;
  readonly remote_addresses: string | null;
  readonly socket_state: number | null;
  readonly tx_queue: number | null;
  readonly rx_queue: number | null;
  readonly uid: number | null;
  readonly inode: number | null;
  readonly net_ns: number | null;
  readonly source_id: number | null;
  readonly line: number | null;
}

const COLUMNS = `kind, local_port, remote_port, local_addresses, remote_addresses, socket_state, tx_queue, rx_queue, uid, inode, net_ns, source_id,
  line`;

/** Endpoints, then associations. net-tools shows them all, whatever -a and -l say; it has no table of its own for IPv6, nor has the kernel. */
export function* sctpRows(context: ToolContext, request: Request): Generator<SctpRow> {
  if (!request.tables.has('sctp') || request.old) return;
  for (const kind of ['endpoint', 'association'])
    yield* rowsOf<SctpRow>(context, COLUMNS, 'sockets_sctp', "AND pass = 'A' AND kind = ?", kind);
}

/** One address of an end to a line; those behind the first stand in lines that have nothing else. The state is that of the socket. */
export function sctpLine(row: SctpRow, around: Surroundings): string {
  const ends = row.kind === 'endpoint' ? endpointCells(row, around) : associationCells(row, around);
  const state = sctpState(row.socket_state) ?? '?';
  return ends.map((cells, i) => `${cells} ${(i === 0 ? state : '').padEnd(11)}`).join('\n') + ownerCells(row, around, '');
}

/** SST counts as TCP does (net/sctp/proc.c prints sk_state). */
export function sctpState(state: number | null): string | null {
  return state === null ? null : (TCP_STATES[state] ?? `UNKNOWN(${state})`);
}

const INDENT = ' '.repeat(20);

function endpointCells(row: SctpRow, around: Surroundings): string[] {
  const port = portText(row.local_port);
  return atLeastOne(addresses(row.local_addresses, around)).map(
    (address, i) => `${i === 0 ? 'sctp'.padEnd(20) : INDENT}${`${address}:${port}`.padEnd(47)}`,
  );
}

/** The port stands behind the first address only. */
function associationCells(row: SctpRow, around: Surroundings): string[] {
  const local = atLeastOne(addresses(row.local_addresses, around));
  const remote = atLeastOne(addresses(row.remote_addresses, around));
  const cell = (list: readonly string[], port: number | null, i: number): string => {
    const address = list[i];
    return (address === undefined ? '' : i === 0 ? `${address}:${portText(port)}` : address).padEnd(23);
  };
  const queue = (n: number | null): string => String(n ?? '?').padStart(6);
  const head = `sctp  ${queue(row.rx_queue)} ${queue(row.tx_queue)} `;
  return Array.from(
    { length: Math.max(local.length, remote.length) },
    (_, i) => `${i === 0 ? head : INDENT}${cell(local, row.local_port, i)} ${cell(remote, row.remote_port, i)}`,
  );
}

const atLeastOne = (list: readonly string[]): readonly string[] => (list.length === 0 ? ['?'] : list);

/** As the kernel printed them, without the `*` of the primary one; IPv6 in its shortest form. */
function addresses(list: string | null, { names, request }: Surroundings): string[] {
  const words = (list ?? '').split(' ').map((word) => word.replace(/^\*/, ''));
  return words.filter((word) => word !== '').map((word) => (isIP(word) === 0 ? terminal(word) : hostCell(shortest(word), names, request)));
}

function shortest(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}

/** net-tools knows no services of SCTP. */
function portText(port: number | null): string {
  return port === null ? '?' : port === 0 ? '*' : String(port);
}
