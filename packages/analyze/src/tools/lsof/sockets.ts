import type { NetnsChoice, Owners } from '../tool.ts';
import type { Evidence } from './evidence.ts';
import { type ByteOrder, hexAddress } from './hex-address.ts';
import type { Ends } from './open-file.ts';
import { ETHERTYPES, INET_PROTOCOLS, NETLINK, unixStreamName } from './socket-words.ts';

/** One row of a socket table, in the words this tool prints. */
export interface SocketRow {
  readonly inode: number;
  /** TYPE: IPv4 IPv6 unix netlink pack raw raw6 icmp sock. */
  readonly type: string;
  /** The table; `foreign` when it is one of another namespace. */
  readonly table: string;
  readonly netNs: number | null;
  readonly ends: Ends | null;
  readonly state: string | null;
  readonly receiveQueue: number | null;
  readonly sendQueue: number | null;
  /** DEVICE where it is not the inode. */
  readonly address: string | null;
  /** NODE where it is not the inode. */
  readonly protocol: string | null;
  /** NAME without ends and state. */
  readonly path: string | Uint8Array | null;
  readonly text: string | null;
}

interface Found {
  readonly inode: number;
  readonly net_ns: number | null;
  readonly pass: string;
}

interface InetRow extends Found {
  readonly proto: string;
  readonly local_address: string;
  readonly local_port: number;
  readonly remote_address: string;
  readonly remote_port: number;
  readonly state: string | null;
  readonly state_raw: number | null;
  readonly tx_queue: number | null;
  readonly rx_queue: number | null;
}

interface UnixRow extends Found {
  readonly pointer: string | null;
  readonly listening: number | null;
  readonly type: string | null;
  readonly state: string | null;
  readonly path: string | Uint8Array | null;
  readonly ambiguous: number | null;
}

interface PacketRow extends Found {
  readonly type: string | null;
  readonly protocol: number | null;
}

interface NetlinkRow extends Found {
  readonly protocol: number;
}

interface SctpRow extends Found {
  readonly kind: string;
  readonly text: string | null;
}

type AnyRow = InetRow | UnixRow | PacketRow | NetlinkRow | SctpRow;

const KINDS = {
  inet: 'inode, net_ns, pass, proto, local_address, local_port, remote_address, remote_port, state, state_raw, tx_queue, rx_queue',
  unix: 'inode, net_ns, pass, pointer, listening, type, state, path, ambiguous',
  packet: 'inode, net_ns, pass, type, protocol',
  netlink: 'inode, net_ns, pass, protocol',
  sctp: 'inode, net_ns, pass, kind, text',
} as const;

/** Tables that are small on nearly every host are read once, up to so many rows. */
const SMALL = 50_000;

type Kind = keyof typeof KINDS;

interface Place {
  readonly sourceId: number | null;
  readonly line: number | null;
}

/**
 * Looks sockets up by inode, a piece of a descriptor table at a time. A row of pass A stands before one of pass B; a unix row that may
 * be forged by a name (`ambiguous`) never hides another socket.
 */
export class SocketTables {
  readonly #evidence: Evidence;
  readonly #skipInternet: boolean;
  readonly #byteOrder: ByteOrder;
  readonly #netns: NetnsChoice | null;
  readonly #streamName: string;
  readonly #small: Map<number, SocketRow> = new Map();
  /** Later ones stand before earlier ones. */
  readonly #asked: Kind[] = [];

  constructor(evidence: Evidence, netns: NetnsChoice, skipInternet: boolean) {
    this.#evidence = evidence;
    this.#skipInternet = skipInternet;
    this.#byteOrder = evidence.byteOrder();
    this.#netns = netns === 'own' ? evidence.ownNetNs() : netns;
    this.#streamName = unixStreamName(evidence.kernelRelease());
    for (const kind of ['sctp', 'inet', 'unix', 'packet', 'netlink'] as const) {
      const rows = kind === 'inet' || kind === 'unix' ? null : this.#smallTable(kind);
      if (rows === null) this.#asked.push(kind);
      else for (const r of rows) this.#add(this.#small, kind, r);
    }
  }

  lookup(inodes: readonly number[]): Map<number, SocketRow> {
    const found = new Map<number, SocketRow>();
    if (inodes.length === 0) return found;
    const json = JSON.stringify(inodes);
    for (const kind of this.#asked)
      for (const r of this.#rows(kind, 'IN (SELECT value FROM json_each(?))', json)) this.#add(found, kind, r);
    if (this.#small.size === 0) return found;
    for (const inode of inodes) {
      const row = this.#small.get(inode);
      if (row !== undefined) found.set(inode, row);
    }
    return found;
  }

  /** Rows of pass A of which `classOf` says that no process' own table holds them, in the order of the tables. */
  *unowned(classOf: Owners['classOf']): Generator<{ readonly row: SocketRow; readonly why: string } & Place, undefined> {
    const { db, captureId } = this.#evidence;
    for (const kind of ['inet', 'unix', 'packet', 'netlink', 'sctp'] as const) {
      const sql = `SELECT ${KINDS[kind]}, source_id AS sourceId, line FROM sockets_${kind} WHERE capture_id = ? AND pass = 'A' ORDER BY source_id, line`;
      for (const r of db.iterate<AnyRow & Place>(sql, captureId)) {
        const why = classOf(r);
        if (why === 'held' || (this.#netns !== 'all' && r.net_ns !== this.#netns)) continue;
        yield { row: this.#row(kind, r), why, sourceId: r.sourceId, line: r.line };
      }
    }
  }

  #smallTable(kind: Kind): AnyRow[] | null {
    const counted = `SELECT count(*) AS n FROM (SELECT 1 FROM sockets_${kind} WHERE capture_id = ? LIMIT ?)`;
    const { db, captureId } = this.#evidence;
    const n = db.get<{ n: number }>(counted, captureId, SMALL + 1)?.n ?? 0;
    return n > SMALL ? null : this.#rows(kind, '> ?', 0);
  }

  /** Pass B first, so that pass A overwrites it. */
  #rows(kind: Kind, condition: string, value: string | number): AnyRow[] {
    const sql = `SELECT ${KINDS[kind]} FROM sockets_${kind} WHERE capture_id = ? AND inode ${condition} ORDER BY pass DESC`;
    return this.#evidence.db.all<AnyRow>(sql, this.#evidence.captureId, value);
  }

  #add(found: Map<number, SocketRow>, kind: Kind, r: AnyRow): void {
    const before = found.get(r.inode) ?? this.#small.get(r.inode);
    if (this.#netns !== 'all' && r.net_ns !== this.#netns) {
      if (before === undefined && !this.#skipInternet) found.set(r.inode, this.#foreign(kind, r));
      return;
    }
    if (kind === 'unix' && (r as UnixRow).ambiguous === 1 && before !== undefined && before.table !== 'foreign') return;
    const row = this.#row(kind, r);
    if (!(this.#skipInternet && (row.ends !== null || row.table === 'raw6'))) found.set(row.inode, row);
  }

  /** A live tool does not see tables of other namespaces; it asks the socket for the name of its protocol, which its table tells as well. */
  #foreign(kind: Kind, r: AnyRow): SocketRow {
    const name =
      kind === 'inet'
        ? INET_PROTOCOLS.get((r as InetRow).proto)
        : kind === 'unix' && (r as UnixRow).type === 'STREAM'
          ? this.#streamName
          : kind.toUpperCase();
    return { ...blank(r, 'sock', 'foreign'), text: name === undefined ? null : `protocol: ${name}` };
  }

  #row(kind: Kind, r: AnyRow): SocketRow {
    if (kind === 'inet') return inet(r as InetRow, this.#byteOrder);
    if (kind === 'unix') return unix(r as UnixRow);
    if (kind === 'packet') return packet(r as PacketRow);
    return kind === 'netlink' ? netlink(r as NetlinkRow) : sctp(r as SctpRow);
  }
}

function blank(r: Found, type: string, table: string): SocketRow {
  return {
    inode: r.inode,
    type,
    table,
    netNs: r.net_ns,
    ends: null,
    state: null,
    receiveQueue: null,
    sendQueue: null,
    address: null,
    protocol: null,
    path: null,
    text: null,
  };
}

const MAPPED = '::ffff:';

function unmapped(address: string): string {
  return address.startsWith(MAPPED) && address.includes('.') ? address.slice(MAPPED.length) : address;
}

function inet(r: InetRow, order: ByteOrder): SocketRow {
  const name = r.proto.replace('6', '');
  const six = r.proto.endsWith('6');
  if (name !== 'tcp' && name !== 'udp' && name !== 'udplite') return { ...blank(r, r.proto, r.proto), text: hexEnds(r, order) };
  const ends: Ends = {
    proto: name,
    family: six ? 6 : 4,
    localAddress: unmapped(r.local_address),
    localPort: r.local_port,
    remoteAddress: unmapped(r.remote_address),
    remotePort: r.remote_port,
  };
  return {
    ...blank(r, six ? 'IPv6' : 'IPv4', r.proto),
    ends,
    state: name === 'tcp' ? r.state : null,
    receiveQueue: r.rx_queue,
    sendQueue: r.tx_queue,
    protocol: name.toUpperCase(),
  };
}

/** Raw and ping sockets print the columns of their table: `00000000:0001->00000000:0000 st=07`. */
function hexEnds(r: InetRow, order: ByteOrder): string {
  const port = (n: number): string => n.toString(16).toUpperCase().padStart(4, '0');
  const state = r.proto.startsWith('raw') && r.state_raw !== null ? ` st=${r.state_raw.toString(16).toUpperCase().padStart(2, '0')}` : '';
  return `${hexAddress(r.local_address, order)}:${port(r.local_port)}->${hexAddress(r.remote_address, order)}:${port(r.remote_port)}${state}`;
}

function unix(r: UnixRow): SocketRow {
  const pointer = r.pointer === null ? null : `0x${r.pointer}`;
  const state = r.listening === 1 ? 'LISTEN' : r.state === null || /^0x/.test(r.state) || r.state === 'FREE' ? 'UNKNOWN' : r.state;
  const type = r.type === null || /^0x/.test(r.type) ? 'unknown' : r.type;
  return { ...blank(r, 'unix', 'unix'), address: pointer, path: r.path, text: `type=${type}`, state };
}

function packet(r: PacketRow): SocketRow {
  const protocol = r.protocol === null ? null : (ETHERTYPES.get(r.protocol) ?? String(r.protocol));
  return { ...blank(r, 'pack', 'packet'), protocol, text: r.type === null ? null : `type=${r.type}` };
}

function netlink(r: NetlinkRow): SocketRow {
  const name = NETLINK[r.protocol];
  return { ...blank(r, 'netlink', 'netlink'), text: name || `unknown protocol: ${r.protocol}` };
}

function sctp(r: SctpRow): SocketRow {
  const kind = r.kind === 'endpoint' ? 'ENDPT' : 'ASSOC';
  return { ...blank(r, 'sock', 'sctp'), protocol: 'SCTP', text: r.text === null ? null : `${kind}: ${r.text.trim()}` };
}
