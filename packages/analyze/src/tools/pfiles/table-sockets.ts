import type { CaseDb } from '../../db/query.ts';
import type { Value } from '../../render/value.ts';

/** A socket as the tables of /proc and the kernel's own dump (--netlink) tell of it, by inode: one number names one socket in all namespaces. */
export interface TableSocket {
  readonly type: string | undefined;
  /** Options that are proven to be set. */
  readonly options: readonly string[];
  readonly local: Name | undefined;
  readonly remote: Name | undefined;
  /** A unix socket that is connected. */
  readonly connected: boolean;
  readonly family: 'inet' | 'unix' | 'other';
}

/** What an end is called. */
export type Name =
  | { readonly family: 'AF_INET' | 'AF_INET6'; readonly address: string | null; readonly port: number | null }
  | { readonly family: 'AF_UNIX'; readonly path: Value }
  | { readonly family: 'AF_PACKET' | 'AF_NETLINK' | 'AF_VSOCK' | 'AF_XDP'; readonly text: string };

interface InetRow {
  readonly proto: string;
  readonly family: 4 | 6 | null;
  readonly local_address: string | null;
  readonly local_port: number | null;
  readonly remote_address: string | null;
  readonly remote_port: number | null;
  readonly state: string | null;
  readonly timer: number | null;
}

interface DiagInetRow extends InetRow {
  readonly sndbuf: number | null;
  readonly rcvbuf: number | null;
  readonly tos: number | null;
  readonly v6only: number | null;
  readonly mark: number | null;
  readonly congestion: Value;
}

interface UnixRow {
  readonly type: string | null;
  readonly path: Value;
  readonly listening: number | null;
  readonly state: string | null;
}

/** Undefined when it is in no table and no dump. */
export function tableSocket(db: CaseDb, captureId: number, inode: number): TableSocket | undefined {
  const one = <R>(table: string, order: string): R | undefined =>
    db.get<R>(`SELECT * FROM ${table} WHERE capture_id = ? AND inode = ? ORDER BY ${order} LIMIT 1`, captureId, inode);
  const diag = one<DiagInetRow>('diag_inet', 'source_id, line');
  const inet = one<InetRow>('sockets_inet', 'pass') ?? diag;
  if (inet !== undefined) return fromInet(inet, diag);
  const unix = one<UnixRow>('sockets_unix', 'coalesce(ambiguous, 0), pass');
  if (unix !== undefined) return fromUnix(unix, one('diag_unix', 'source_id, line'));
  const packet = one<{ type: string; protocol: number | null; ifindex: number | null }>('sockets_packet', 'pass');
  if (packet !== undefined) {
    const protocol = packet.protocol === null ? '?' : `0x${packet.protocol.toString(16).padStart(4, '0')}`;
    return other(packet.type, { family: 'AF_PACKET', text: `protocol: ${protocol}  ifindex: ${packet.ifindex ?? '?'}` });
  }
  const netlink = one<{ protocol: number | null; port_id: number | null; groups: string | null }>('sockets_netlink', 'pass');
  if (netlink !== undefined) {
    // /proc/net/netlink does not tell SOCK_RAW from SOCK_DGRAM.
    const type = one<{ type: string | null }>('diag_netlink', 'source_id, line')?.type ?? undefined;
    const text = `protocol: ${netlink.protocol ?? '?'}  pid: ${netlink.port_id ?? '?'}  groups: 0x${netlink.groups ?? '?'}`;
    return other(type === undefined ? undefined : `SOCK_${type}`, { family: 'AF_NETLINK', text });
  }
  return fromDump(one);
}

/** Kinds that /proc has no table of. */
function fromDump(one: <R>(table: string, order: string) => R | undefined): TableSocket | undefined {
  interface Vsock {
    readonly type: string | null;
    readonly local_cid: number | null;
    readonly local_port: number | null;
    readonly remote_cid: number | null;
    readonly remote_port: number | null;
    readonly state: string | null;
  }
  const vsock = one<Vsock>('diag_vsock', 'source_id, line');
  if (vsock !== undefined) {
    const end = (cid: number | null, port: number | null): Name => ({
      family: 'AF_VSOCK',
      text: `cid: ${cid ?? '?'}  port: ${port ?? '?'}`,
    });
    const remote = vsock.state === 'ESTABLISHED' ? end(vsock.remote_cid, vsock.remote_port) : undefined;
    const options = vsock.state === 'LISTEN' ? ['SO_ACCEPTCONN'] : [];
    return { ...other(vsock.type === null ? undefined : `SOCK_${vsock.type}`, end(vsock.local_cid, vsock.local_port)), remote, options };
  }
  const xdp = one<{ ifindex: number | null; queue_id: number | null }>('diag_xdp', 'source_id, line');
  if (xdp === undefined) return undefined;
  return other('SOCK_RAW', { family: 'AF_XDP', text: `ifindex: ${xdp.ifindex ?? '?'}  queue: ${xdp.queue_id ?? '?'}` });
}

function other(type: string | undefined, local: Name): TableSocket {
  return { type, options: [], local, remote: undefined, connected: false, family: 'other' };
}

function fromInet(r: InetRow, diag: DiagInetRow | undefined): TableSocket {
  const stream = /^(tcp|mptcp|sctp)/.test(r.proto);
  const type = stream ? 'SOCK_STREAM' : r.proto.startsWith('raw') ? 'SOCK_RAW' : r.proto.startsWith('dccp') ? 'SOCK_DCCP' : 'SOCK_DGRAM';
  const set = (name: string, value: number | null | undefined): string[] => (value ? [`${name}(${value})`] : []);
  const options = [
    ...(r.timer === 2 && stream ? ['SO_KEEPALIVE'] : []),
    ...set('SO_SNDBUF', diag?.sndbuf),
    ...set('SO_RCVBUF', diag?.rcvbuf),
    ...(r.state === 'LISTEN' ? ['SO_ACCEPTCONN'] : []),
    ...set('SO_MARK', diag?.mark),
    ...set('IP_TOS', diag?.tos),
    ...(diag?.v6only === 1 ? ['IPV6_V6ONLY'] : []),
    ...(typeof diag?.congestion === 'string' && diag.congestion !== '' ? [`TCP_CONGESTION(${diag.congestion})`] : []),
  ];
  const family = r.family === 6 ? 'AF_INET6' : 'AF_INET';
  const connected = r.remote_port !== 0 || (r.remote_address !== '0.0.0.0' && r.remote_address !== '::');
  return {
    type,
    options,
    local: { family, address: r.local_address, port: r.local_port },
    remote: connected ? { family, address: r.remote_address, port: r.remote_port } : undefined,
    connected,
    family: 'inet',
  };
}

function fromUnix(r: UnixRow, diag: { rcvbuf: number | null; sndbuf: number | null; path: Value } | undefined): TableSocket {
  const path = diag === undefined ? r.path : diag.path;
  const buffers = [...(diag?.sndbuf ? [`SO_SNDBUF(${diag.sndbuf})`] : []), ...(diag?.rcvbuf ? [`SO_RCVBUF(${diag.rcvbuf})`] : [])];
  return {
    type: r.type === null ? undefined : `SOCK_${r.type}`,
    options: [...buffers, ...(r.listening === 1 ? ['SO_ACCEPTCONN'] : [])],
    local: path === null || path === '' ? undefined : { family: 'AF_UNIX', path },
    remote: undefined,
    connected: r.state === 'CONNECTED',
    family: 'unix',
  };
}
