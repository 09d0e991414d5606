import type { Value } from '../../render/value.ts';
import { scopeOf } from '../scope.ts';
import type { ToolContext } from '../tool.ts';
import type { SockstatRequest } from './options.ts';
import type { UnixEnds } from './unix-ends.ts';

/** One holder of one socket, or a socket without a holder (pid null). */
export interface Row {
  readonly pid: number | null;
  readonly tid: number | null;
  readonly fd: number | null;
  readonly name: Value;
  readonly euid: number | null;
  readonly egid: number | null;
  /** tcp, tcp6, udp … as the table is called, or the unix type STREAM DGRAM SEQPACKET. */
  readonly proto: string;
  readonly family: 4 | 6 | null;
  readonly local_address: string | null;
  readonly local_port: number | null;
  readonly remote_address: string | null;
  readonly remote_port: number | null;
  readonly state: string | null;
  readonly path: Value;
  readonly listening: number | null;
  /** Whether an IPv6 socket takes no IPv4: 1 or 0; null when that was not captured, or means nothing. */
  readonly v6only: number | null;
  readonly socket_uid: number | null;
  readonly inode: number | null;
  readonly net_ns: number | null;
  readonly source_id: number;
  readonly line: number;
}

/** The rows that fit, by holder (process, descriptor), then those without one in the order of the tables. */
export function findRows(context: ToolContext, request: SockstatRequest, proto: (row: Row) => string, ends: UnixEnds): Row[] {
  const rows = [...(request.ipv4 || request.ipv6 ? inetRows(context) : []), ...(request.unix ? unixRows(context) : [])].filter((r) =>
    fits(r, request, proto(r), ends),
  );
  const held = rows.filter((r) => r.pid !== null);
  held.sort((a, b) => (a.pid ?? 0) - (b.pid ?? 0) || (a.tid ?? 0) - (b.tid ?? 0) || (a.fd ?? 0) - (b.fd ?? 0));
  return [...held, ...rows.filter((r) => r.pid === null)];
}

/** Told by the kernel's dump of sockets that wait for others, or by the socket itself. */
const V6ONLY = `CASE WHEN s.family = 6 AND s.local_address = '::' AND s.inode <> 0 THEN coalesce(
  (SELECT d.v6only FROM diag_inet d WHERE d.capture_id = s.capture_id AND d.inode = s.inode AND d.v6only IS NOT NULL LIMIT 1),
  (SELECT o.value FROM fds g JOIN socket_options o ON o.capture_id = g.capture_id AND o.pid = g.pid AND o.tid = g.tid AND o.fd = g.fd
    WHERE g.capture_id = s.capture_id AND g.socket_inode = s.inode AND o.name = 'IPV6_V6ONLY' AND o.value IS NOT NULL LIMIT 1)) END AS v6only`;

const HOLDER = `LEFT JOIN fds f ON s.inode <> 0 AND f.capture_id = s.capture_id AND f.socket_inode = s.inode
  LEFT JOIN processes p ON p.capture_id = f.capture_id AND p.pid = f.pid`;
const HOLDER_COLUMNS = 'f.pid, NULLIF(f.tid, 0) AS tid, f.fd, p.name, coalesce(p.euid, p.owner_uid) AS euid, p.egid';

function inetRows(context: ToolContext): Row[] {
  const { where, values } = scopeOf(context, 's');
  return context.db.all<Row>(
    `SELECT ${HOLDER_COLUMNS}, s.proto, s.family, s.local_address, s.local_port, s.remote_address, s.remote_port, s.state, NULL AS path, NULL AS listening,
            ${V6ONLY},
            s.uid AS socket_uid, s.inode, s.net_ns, s.source_id, s.line
       FROM sockets_inet s ${HOLDER} WHERE ${where} AND s.pass = 'A' ORDER BY s.source_id, s.line`,
    ...values,
  );
}

function unixRows(context: ToolContext): Row[] {
  const { where, values } = scopeOf(context, 's');
  return context.db.all<Row>(
    `SELECT ${HOLDER_COLUMNS}, s.type AS proto, NULL AS family, NULL AS local_address, NULL AS local_port, NULL AS remote_address, NULL AS remote_port,
            s.state, s.path, s.listening, NULL AS v6only, NULL AS socket_uid, s.inode, s.net_ns, s.source_id, s.line
       FROM sockets_unix s ${HOLDER} WHERE ${where} AND s.pass = 'A' ORDER BY s.source_id, s.line`,
    ...values,
  );
}

function fits(r: Row, request: SockstatRequest, proto: string, ends: UnixEnds): boolean {
  const family = r.family === null || (r.family === 4 ? request.ipv4 : request.ipv6);
  const kind = request.profile === 'linux' ? fitsLinux(r, request) : isListening(r, ends) ? request.listening : request.connected;
  const added = request.strict && request.families && request.kinds;
  if (added ? !family && !kind : !family || !kind) return false;
  if (request.protocols.length > 0 && !request.protocols.includes(r.family === null ? 'unix' : proto.replace(/[46]+$/, ''))) return false;
  if (r.family === null) return true;
  if (request.noLoopback && (isLoopback(r.local_address) || isLoopback(r.remote_address))) return false;
  return (
    request.ports.length === 0 || request.ports.some(([low, high]) => within(r.local_port, low, high) || within(r.remote_port, low, high))
  );
}

/** FreeBSD: an inet socket without a remote port, UDP included; a unix socket that is not connected to another. */
function isListening(r: Row, ends: UnixEnds): boolean {
  return r.family === null ? !ends.isConnected(r) : r.remote_port === 0;
}

/** The Linux port goes by the state: -l LISTEN, -c ESTABLISHED, both of them with -cl, everything without. */
function fitsLinux(r: Row, request: SockstatRequest): boolean {
  if (request.connected && request.listening && !request.kinds) return true;
  const listens = r.family === null ? r.listening === 1 : r.state === 'LISTEN';
  const connected = r.family === null ? r.state === 'CONNECTED' : r.state === 'ESTABLISHED';
  return (listens && request.listening) || (connected && request.connected);
}

function within(port: number | null, low: number, high: number): boolean {
  return port !== null && port >= low && port <= high;
}

function isLoopback(address: string | null): boolean {
  return address !== null && (address === '::1' || /^(::ffff:)?127\./.test(address));
}
