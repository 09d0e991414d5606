import { terminal } from '../../render/cell.ts';
import type { Names } from '../names.ts';
import { rowsOf } from '../scope.ts';
import type { Owners, ToolContext } from '../tool.ts';
import { endpoint, hostCell, portCell } from './address.ts';
import { type Holder, LABEL_TITLE, labelCell, programCell } from './holders.ts';
import type { Request } from './options.ts';

export interface InetRow {
  readonly net_ns: number | null;
  readonly proto: string;
  readonly local_address: string | null;
  readonly local_port: number | null;
  readonly remote_address: string | null;
  readonly remote_port: number | null;
  readonly state: string | null;
  readonly state_raw: number | null;
  readonly tx_queue: number | null;
  readonly rx_queue: number | null;
  readonly timer: number | null;
  readonly timer_ticks: number | null;
  readonly retransmits: number | null;
  readonly uid: number | null;
  readonly timeout: number | null;
  readonly inode: number | null;
  readonly source_id: number | null;
  readonly line: number | null;
}

const COLUMNS = `net_ns, proto, local_address, local_port, remote_address, remote_port, state, state_raw, tx_queue, rx_queue, timer, timer_ticks,
  retransmits, uid, timeout, inode, source_id, line`;

/** What the lines need besides their row. */
export interface Surroundings {
  readonly request: Request;
  readonly names: Names;
  readonly holders: ReadonlyMap<number, readonly Holder[]>;
  readonly ticksPerSecond: number | null;
  /** Null without --why. */
  readonly owners: Owners | null;
}

/** net-tools' order of tables (SCTP comes behind TCP: sctp.ts); within a table the order of the file. */
const ORDER = [
  ['tcp', 'tcp'],
  ['udp', 'udp'],
  ['udplite', 'udplite'],
  ['raw', 'raw'],
] as const;

export type InetTable = (typeof ORDER)[number][0];

export function* inetRows(context: ToolContext, request: Request, tables: readonly InetTable[]): Generator<InetRow> {
  for (const [table, proto] of ORDER.filter(([t]) => tables.includes(t))) {
    if (!request.tables.has(table) || (request.old && table === 'udplite')) continue;
    for (const name of [request.inet ? proto : null, request.inet6 ? `${proto}6` : null]) {
      if (name === null) continue;
      for (const row of rowsOf<InetRow>(context, COLUMNS, 'sockets_inet', "AND pass = 'A' AND proto = ?", name)) {
        if (isShown(row, request)) yield row;
      }
    }
  }
}

/** For TCP the remote port says who is a server, for the others the remote address: the state is not asked. */
function isShown(row: InetRow, request: Request): boolean {
  if (request.all) return true;
  const connected = row.proto.startsWith('tcp') ? row.remote_port !== 0 : row.remote_address !== '0.0.0.0' && row.remote_address !== '::';
  return connected !== request.listening;
}

/** `(servers and established)` and its fellows. */
export function scopeWords(request: Request): string {
  return request.all ? '(servers and established)' : request.listening ? '(only servers)' : '(w/o servers)';
}

export function inetHeader(request: Request): string {
  const extend = request.extend > 0 ? ' User       Inode     ' : '';
  const program = request.programs ? ' PID/Program name    ' : '';
  const label = request.labels ? LABEL_TITLE : '';
  const timer = request.timers ? ' Timer' : '';
  return (
    `Active Internet connections ${scopeWords(request)}\n` +
    `Proto Recv-Q Send-Q Local Address           Foreign Address         State      ${extend}${program}${label}${timer}${request.why ? ' Why' : ''}\n`
  );
}

const count = (n: number | null): string => String(n ?? '?').padStart(6);

/** The short names of the column Proto. */
const PROTO: ReadonlyMap<string, string> = new Map([
  ['udplite', 'udpl'],
  ['udplite6', 'udpl6'],
]);

export function inetLine(row: InetRow, around: Surroundings): string {
  const { request, names, ticksPerSecond } = around;
  const protocol = row.proto.startsWith('tcp') ? 'tcp' : row.proto.startsWith('raw') ? 'raw' : 'udp';
  const recvQ = request.old && row.state === 'LISTEN' ? 0 : row.rx_queue;
  const proto = request.old ? row.proto.replace(/6$/, '') : (PROTO.get(row.proto) ?? row.proto);
  const end = (address: string | null, port: number | null): string =>
    endpoint(hostCell(address, names, request), portCell(port, protocol, names, request), request.wide).padEnd(23);
  let line = `${proto.padEnd(5)} ${count(recvQ)} ${count(row.tx_queue)} `;
  line += `${end(row.local_address, row.local_port)} ${end(row.remote_address, row.remote_port)} ${stateCell(row, protocol).padEnd(11)}`;
  // 1.60 pads the state to 12 and puts no blank before what follows
  if (request.old && request.extend === 0 && !request.programs && !request.timers) line += ' ';
  return line + ownerCells(row, around, timerCell(row, protocol, ticksPerSecond, request.old));
}

/** The end of a line, with its newline: what -e, -p, -Z and -o add. */
export function ownerCells(row: Pick<InetRow, 'uid' | 'inode' | 'source_id' | 'line'>, around: Surroundings, timer: string): string {
  const { request, names, holders } = around;
  const held = row.inode === null ? undefined : holders.get(row.inode);
  let cells = '';
  if (request.extend > 0) cells += ` ${userCell(row.uid, names, request).padEnd(10)} ${String(row.inode ?? '?').padEnd(10)}`;
  if (request.programs) cells += ` ${programCell(held, request).padEnd(20)}`;
  if (request.labels) cells += ` ${labelCell(held).padEnd(50)}`;
  return `${cells}${request.timers ? ` ${timer}` : ''}${whyCell(row, around)}\n`;
}

/** The last word of a line, never empty: a name before it that looks like a class deceives nobody. */
export function whyCell(row: Pick<InetRow, 'inode' | 'source_id' | 'line'>, { owners }: Surroundings): string {
  return owners === null ? '' : ` ${owners.classOf({ inode: row.inode, sourceId: row.source_id, line: row.line })}`;
}

/** UDP has two states, raw sockets print the number. A state nobody knows is the number as `0xNN`. */
function stateCell(row: InetRow, protocol: 'tcp' | 'udp' | 'raw'): string {
  if (row.state_raw === null) return '?';
  if (protocol === 'raw') return String(row.state_raw);
  if (protocol === 'tcp') return row.state ?? '?';
  return row.state_raw === 1 ? 'ESTABLISHED' : row.state_raw === 7 ? '' : 'UNKNOWN';
}

/** The owner of the socket, not of the process. */
function userCell(uid: number | null, names: Names, request: Request): string {
  if (uid === null) return '?';
  const name = request.numericUsers ? undefined : names.user(uid);
  return name === undefined ? String(uid) : terminal(name);
}

/** tr of /proc/net/tcp (net/ipv4/tcp_ipv4.c get_tcp4_sock). */
export const TIMERS: readonly string[] = ['off', 'on', 'keepalive', 'timewait', 'probe'];

/** `name (seconds/retransmits/probes)`; seconds by the tick rate of the host. Only TCP has names but off; UDP has no retransmits. */
function timerCell(row: InetRow, protocol: 'tcp' | 'udp' | 'raw', ticksPerSecond: number | null, old: boolean): string {
  const { timer, timer_ticks: ticks } = row;
  if (timer === null) return '?';
  const name = timer === 0 ? 'off' : protocol === 'tcp' ? (TIMERS.slice(0, old ? 4 : 5)[timer] ?? `unkn-${timer}`) : `on${timer}`;
  const seconds = timer === 0 ? '0.00' : ticks === null || ticksPerSecond === null ? '?' : (ticks / ticksPerSecond).toFixed(2);
  return `${name} (${seconds}/${protocol === 'udp' ? 0 : (row.retransmits ?? '?')}/${row.timeout ?? '?'})`;
}
