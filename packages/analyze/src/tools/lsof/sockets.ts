import type { Value } from '../../render/value.ts';
import type { NetnsChoice, Owners } from '../tool.ts';
import type { Evidence } from './evidence.ts';
import type { ByteOrder } from './hex-address.ts';
import { type AnyRow, blank, type InetRow, KINDS, type Kind, type SocketRow, socketRow, type UnixRow } from './socket-rows.ts';
import { INET_PROTOCOLS, unixStreamName } from './socket-words.ts';

/** Tables that are small on nearly every host are read once, up to so many rows. */
const SMALL = 50_000;

const PROTOCOLS = `SELECT inode, name FROM socket_protonames
  WHERE capture_id = ? AND inode IN (SELECT value FROM json_each(?)) AND name IS NOT NULL`;

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

  /** What the kernel calls the protocols of these sockets (attribute system.sockprotoname), where the capture asked. */
  protocolNames(inodes: readonly number[]): Map<number, Value> {
    if (inodes.length === 0) return new Map();
    const { db, captureId } = this.#evidence;
    return new Map(db.all<{ inode: number; name: Value }>(PROTOCOLS, captureId, JSON.stringify(inodes)).map((r) => [r.inode, r.name]));
  }

  /** Rows of pass A of which `classOf` says that no process' own table holds them, in the order of the tables. */
  *unowned(classOf: Owners['classOf']): Generator<{ readonly row: SocketRow; readonly why: string } & Place, undefined> {
    const { db, captureId } = this.#evidence;
    for (const kind of ['inet', 'unix', 'packet', 'netlink', 'sctp'] as const) {
      const sql = `SELECT ${KINDS[kind]}, source_id AS sourceId, line FROM sockets_${kind} WHERE capture_id = ? AND pass = 'A' ORDER BY source_id, line`;
      for (const r of db.iterate<AnyRow & Place>(sql, captureId)) {
        const why = classOf(r);
        if (why === 'held' || (this.#netns !== 'all' && r.net_ns !== this.#netns)) continue;
        yield { row: socketRow(kind, r, this.#byteOrder), why, sourceId: r.sourceId, line: r.line };
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
    const row = socketRow(kind, r, this.#byteOrder);
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
}
