import type { CaseDb } from '../../db/query.ts';
import { terminal } from '../../render/cell.ts';
import type { Value } from '../../render/value.ts';

/** What the tables tell of one socket, in pfiles' words. */
export interface SocketText {
  /** SOCK_STREAM …; undefined when no table knows it. */
  readonly type: string | undefined;
  /** Options that the tables prove to be set. */
  readonly options: readonly string[];
  readonly sockname: string | undefined;
  readonly peername: string | undefined;
}

interface InetRow {
  proto: string;
  family: 4 | 6;
  local_address: string | null;
  local_port: number | null;
  remote_address: string | null;
  remote_port: number | null;
  state: string | null;
  timer: number | null;
}

/** The socket with this inode in this network namespace, as pass A saw it, else as pass B did; undefined when it is in no table. */
export function findSocket(db: CaseDb, captureId: number, inode: number, netNs: number | null): SocketText | undefined {
  const where = 'WHERE capture_id = ? AND inode = ? AND net_ns IS ? ORDER BY pass LIMIT 1';
  const inet = db.get<InetRow>(`SELECT * FROM sockets_inet ${where}`, captureId, inode, netNs);
  if (inet !== undefined) return fromInet(inet);
  const unix = db.get<{ type: string | null; path: Value; listening: number | null }>(
    `SELECT * FROM sockets_unix ${where}`,
    captureId,
    inode,
    netNs,
  );
  if (unix !== undefined) {
    return {
      type: unix.type === null ? undefined : `SOCK_${unix.type}`,
      options: unix.listening === 1 ? ['SO_ACCEPTCONN'] : [],
      sockname: unix.path === null ? undefined : `AF_UNIX ${terminal(unix.path)}`,
      peername: undefined,
    };
  }
  const packet = db.get<{ type: string; protocol: number | null; ifindex: number | null }>(
    `SELECT * FROM sockets_packet ${where}`,
    captureId,
    inode,
    netNs,
  );
  if (packet !== undefined) {
    const name = `AF_PACKET  protocol: ${packet.protocol === null ? '?' : `0x${packet.protocol.toString(16).padStart(4, '0')}`}  ifindex: ${packet.ifindex ?? '?'}`;
    return { type: packet.type, options: [], sockname: name, peername: undefined };
  }
  const netlink = db.get<{ protocol: number | null; port_id: number | null; groups: string | null }>(
    `SELECT * FROM sockets_netlink ${where}`,
    captureId,
    inode,
    netNs,
  );
  if (netlink === undefined) return undefined;
  const name = `AF_NETLINK  protocol: ${netlink.protocol ?? '?'}  pid: ${netlink.port_id ?? '?'}  groups: 0x${netlink.groups ?? '?'}`;
  // /proc/net/netlink does not tell SOCK_RAW from SOCK_DGRAM.
  return { type: undefined, options: [], sockname: name, peername: undefined };
}

function fromInet(r: InetRow): SocketText {
  const type = r.proto.startsWith('tcp') ? 'SOCK_STREAM' : /^(raw)/.test(r.proto) ? 'SOCK_RAW' : 'SOCK_DGRAM';
  const options: string[] = [];
  if (r.timer === 2 && type === 'SOCK_STREAM') options.push('SO_KEEPALIVE');
  if (r.state === 'LISTEN') options.push('SO_ACCEPTCONN');
  const connected = r.remote_port !== 0 || (r.remote_address !== '0.0.0.0' && r.remote_address !== '::');
  return {
    type,
    options,
    sockname: name(r.family, r.local_address, r.local_port),
    peername: connected ? name(r.family, r.remote_address, r.remote_port) : undefined,
  };
}

function name(family: 4 | 6, address: string | null, port: number | null): string {
  return `AF_INET${family === 6 ? '6' : ''} ${address ?? '?'}  port: ${port ?? '?'}`;
}
