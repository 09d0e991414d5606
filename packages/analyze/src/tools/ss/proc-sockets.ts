import { maybeForged } from '../../db/forged.ts';
import { rowsOf, scopeOf } from '../scope.ts';
import type { Sock } from './sock.ts';
import type { SocketSource } from './sockets.ts';
import { CLOSE, ESTAB, LISTEN, SYN_SENT } from './states.ts';
import type { TableName } from './tables.ts';

/** Rows of pass A of the tables of /proc as sockets of ss, in the order of the file; unix sockets by type and inode, as in ss. */

interface InetRow {
  family: 4 | 6;
  local_address: string | null;
  local_port: number | null;
  remote_address: string | null;
  remote_port: number | null;
  state_raw: number | null;
  rx_queue: number | null;
  tx_queue: number | null;
  timer: number | null;
  timer_ticks: number | null;
  retransmits: number | null;
  timeout: number | null;
  uid: number | null;
  inode: number | null;
  pointer: string | null;
  rto: number | null;
  ato: number | null;
  ack: number | null;
  cwnd: number | null;
  ssthresh: number | null;
  net_ns: number | null;
  source_id: number;
  line: number;
}

export function* procInet(source: SocketSource, netid: string, protos: readonly string[]): Generator<Sock> {
  for (const proto of protos) {
    const rows = rowsOf<InetRow>(source, '*', 'sockets_inet', "AND pass = 'A' AND proto = ?", proto);
    for (const r of rows) yield fromInet(netid, r);
  }
}

function fromInet(netid: string, r: InetRow): Sock {
  return {
    netid,
    state: r.state_raw ?? 0,
    family: 'inet',
    recvQ: r.rx_queue,
    sendQ: r.tx_queue,
    local: r.local_address,
    localPort: r.local_port,
    peer: r.remote_address,
    peerPort: r.remote_port,
    inode: r.inode,
    uid: r.uid,
    pointer: r.pointer,
    netNs: r.net_ns,
    sourceId: r.source_id,
    line: r.line,
    inet: {
      ipFamily: r.family,
      timer: r.timer,
      timerTicks: r.timer_ticks,
      retransmits: r.retransmits,
      probes: r.timeout,
      rto: r.rto,
      ato: r.ato,
      ack: r.ack,
      cwnd: r.cwnd,
      ssthresh: r.ssthresh,
    },
  };
}

interface UnixRow {
  type_raw: number;
  state_raw: number | null;
  listening: number;
  inode: number | null;
  path: string | Uint8Array | null;
  pointer: string | null;
  net_ns: number | null;
  source_id: number;
  line: number;
}

const UNIX: ReadonlyMap<number, readonly [TableName, string]> = new Map<number, readonly [TableName, string]>([
  [1, ['unix_stream', 'u_str']],
  [2, ['unix_dgram', 'u_dgr']],
  [5, ['unix_seqpacket', 'u_seq']],
]);

export function* procUnix(source: SocketSource, tables: ReadonlySet<TableName>): Generator<Sock> {
  const { where, values } = scopeOf(source);
  const forged = maybeForged(source.db, source.captureId);
  const rows = source.db.iterate<UnixRow>(
    `SELECT * FROM sockets_unix WHERE ${where} AND pass = 'A' ORDER BY type_raw, inode, source_id, line`,
    ...values,
  );
  for (const r of rows) {
    // A type the kernel does not have yet is shown with the streams rather than dropped.
    const [table, netid] = UNIX.get(r.type_raw) ?? (['unix_stream', `u_${r.type_raw}`] as const);
    if (!tables.has(table)) continue;
    yield {
      netid,
      state: source.strict && r.type_raw === 2 ? ESTAB : unixState(r),
      family: 'unix',
      recvQ: null,
      sendQ: null,
      local: r.path,
      localPort: r.inode,
      peer: null,
      peerPort: 0,
      inode: r.inode,
      uid: null,
      pointer: r.pointer,
      netNs: r.net_ns,
      sourceId: r.source_id,
      line: r.line,
      forged: forged.has(`${r.source_id}:${r.line}`),
    };
  }
}

/** SS_UNCONNECTED 1, SS_CONNECTING 2, SS_CONNECTED 3, SS_DISCONNECTING 4 (include/uapi/linux/net.h). */
function unixState(r: UnixRow): number {
  if (r.listening === 1) return LISTEN;
  if (r.state_raw === 2) return SYN_SENT;
  if (r.state_raw === 3) return ESTAB;
  return r.state_raw === 4 ? 11 : CLOSE;
}

interface PacketRow {
  type_raw: number | null;
  protocol: number | null;
  ifindex: number | null;
  rmem: number | null;
  uid: number | null;
  inode: number | null;
  pointer: string | null;
  net_ns: number | null;
  source_id: number;
  line: number;
}

export function* procPacket(source: SocketSource, tables: ReadonlySet<TableName>): Generator<Sock> {
  for (const r of rowsOf<PacketRow>(source, '*', 'sockets_packet', "AND pass = 'A'")) {
    // SOCK_PACKET (10) has no name of its own in ss: it is shown with the raw ones.
    const dgram = r.type_raw === 2;
    if (!tables.has(dgram ? 'packet_dgram' : 'packet_raw')) continue;
    yield {
      netid: dgram ? 'p_dgr' : 'p_raw',
      state: CLOSE,
      family: 'packet',
      recvQ: r.rmem,
      sendQ: null,
      local: r.protocol === null ? null : String(r.protocol),
      localPort: r.ifindex,
      peer: null,
      peerPort: null,
      inode: r.inode,
      uid: r.uid,
      pointer: r.pointer,
      netNs: r.net_ns,
      sourceId: r.source_id,
      line: r.line,
    };
  }
}

interface NetlinkRow {
  protocol: number | null;
  port_id: number | null;
  groups: string | null;
  rmem: number | null;
  wmem: number | null;
  inode: number | null;
  pointer: string | null;
  net_ns: number | null;
  source_id: number;
  line: number;
}

export function* procNetlink(source: SocketSource): Generator<Sock> {
  for (const r of rowsOf<NetlinkRow>(source, '*', 'sockets_netlink', "AND pass = 'A'")) {
    yield {
      netid: 'nl',
      state: CLOSE,
      family: 'netlink',
      recvQ: r.rmem,
      sendQ: r.wmem,
      local: r.protocol === null ? null : String(r.protocol),
      localPort: r.port_id,
      peer: null,
      peerPort: null,
      inode: r.inode,
      uid: null,
      pointer: r.pointer,
      netNs: r.net_ns,
      sourceId: r.source_id,
      line: r.line,
      groups: r.groups,
    };
  }
}
