import { terminal } from '../../render/cell.ts';
import type { Names } from '../names.ts';
import type { SockstatRequest } from './options.ts';
import type { Row } from './rows.ts';
import type { UnixEnds } from './unix-ends.ts';

type UserNames = Pick<Names, 'user'>;

/** `tcp4`, `udp6`, `stream`; `tcp46` where one socket serves both, which /proc does not tell. */
export function protoWord(r: Row): string {
  if (r.family === null) return r.proto === 'SEQPACKET' ? 'seqpac' : r.proto.toLowerCase();
  return `${r.proto.replace(/6$/, '')}${isDual(r) ? '46' : r.family}`;
}

const DUAL = /^(tcp|udp|udplite)6$/;

function isDual(r: Row): boolean {
  return DUAL.test(r.proto) && r.v6only === 0 && r.remote_port === 0;
}

function end(address: string | null, port: number | null, any: string): string {
  const host = address === null ? '?' : address === '0.0.0.0' || address === '::' ? any : address;
  return `${host}:${port === null ? '?' : port === 0 ? '*' : port}`;
}

/** The own name, then the other end; a socket that has neither says so. */
function unixText(r: Row, ends: UnixEnds): string {
  const path = r.path === null || r.path === '' ? '' : terminal(r.path);
  const text = [path, ends.text(r)].filter((part) => part !== '').join(' ');
  return text === '' ? '(not connected)' : text;
}

/** FreeBSD: fixed stops, and one blank after a cell that overruns its own. */
const STOPS = { user: 0, command: 9, pid: 20, fd: 26, proto: 30, local: 37 } as const;

export function* freebsd(
  rows: Iterable<Row>,
  request: SockstatRequest,
  names: UserNames,
  ends: UnixEnds,
  mark: (row: Row) => string,
): Generator<string> {
  const foreign = request.wide ? 83 : 59;
  const states = foreign + 22 + (request.wide ? 24 : 0);
  if (request.header) {
    const local = 'LOCAL ADDRESS'.padEnd(foreign - STOPS.local - 1);
    const remote = 'FOREIGN ADDRESS'.padEnd(states - foreign - 1);
    const state = request.states ? `${'PATH STATE'.padEnd(12)} ${'CONN STATE'.padEnd(12)}` : '';
    yield `USER     COMMAND    PID   FD  PROTO  ${local} ${remote} ${state}`.trimEnd().concat(request.states ? '' : '      ', '\n');
  }
  for (const r of rows) {
    let out = r.pid === null ? '?        ?          ?     ?  ' : owner(r, request, names);
    out = at(out, STOPS.proto) + protoWord(r);
    out = at(out, STOPS.local) + (r.family === null ? unixText(r, ends) : end(r.local_address, r.local_port, '*'));
    if (r.family !== null) out = at(out, foreign) + end(r.remote_address, r.remote_port, '*');
    if (request.states && r.proto.startsWith('tcp')) out = at(at(out, states), states + 13) + (r.state ?? '?');
    yield `${out}${mark(r)}\n`;
  }
}

function owner(r: Row, request: SockstatRequest, names: UserNames): string {
  const user = r.euid === null ? '?' : request.numeric ? String(r.euid) : userText(r.euid, names);
  let out = user;
  out = at(out, STOPS.command) + terminal(r.name).slice(0, 10);
  out = at(out, STOPS.pid) + String(r.pid).padStart(5);
  return at(out, STOPS.fd) + String(r.fd).padEnd(3);
}

function userText(uid: number, names: UserNames): string {
  const name = names.user(uid);
  return name === undefined ? String(uid) : terminal(name);
}

function at(text: string, stop: number): string {
  return text.length < stop ? text.padEnd(stop) : `${text} `;
}

/** States that the Linux port spells its own way. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ['FIN_WAIT1', 'FWAIT1'],
  ['FIN_WAIT2', 'FWAIT2'],
  ['CLOSE', 'CLOSED'],
]);

function linuxProto(r: Row): string {
  return r.family === null ? 'unix' : r.proto === 'raw' ? 'raw' : `${r.proto.replace(/6$/, '')}${r.family}`;
}

/** The Linux port 0.4.1: blank-padded columns, rows with a holder only, the owner of the socket as USER. */
export function* linux(rows: Iterable<Row>, names: UserNames): Generator<string> {
  yield `${'USER'.padEnd(8)} ${'PROCESS'.padEnd(20)} ${'PID'.padEnd(8)} ${'PROTO'.padEnd(6)} ${'SOURCE ADDRESS'.padEnd(25)} ${'FOREIGN ADDRESS'.padEnd(25)} STATE\n`;
  for (const r of rows) {
    if (r.pid === null) continue;
    const uid = r.socket_uid ?? r.euid;
    const any = r.family === 6 ? '::' : '*';
    const cells = [
      (uid === null ? '?' : userText(uid, names)).padEnd(8),
      terminal(r.name).padEnd(20),
      String(r.pid).padEnd(8),
      linuxProto(r).padEnd(6),
      (r.family === null ? terminal(r.path) : end(r.local_address, r.local_port, any)).padEnd(25),
      (r.family === null ? '' : end(r.remote_address, r.remote_port, any)).padEnd(25),
      r.family === null ? '' : r.state === null ? '?' : (SHORT.get(r.state) ?? r.state),
    ];
    // The port writes one blank more after a unix socket.
    yield `${cells.join(' ')}${r.family === null ? ' ' : ''}\n`;
  }
}
