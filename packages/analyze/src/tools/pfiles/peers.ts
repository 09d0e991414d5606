import type { CaseDb } from '../../db/query.ts';
import type { Value } from '../../render/value.ts';
import { UnixPeers, unixDumped, unixName } from '../unix-peers.ts';
import type { Name } from './table-sockets.ts';

/** A process at the other end. Without a name it is none of the capture. */
export interface Peer {
  readonly pid: number;
  readonly name: Value;
  /** Namespaces are what Linux has for zones. */
  readonly netNs: number | null;
}

interface HolderRow {
  readonly pid: number;
  readonly name: Value;
  readonly netNs: number | null;
}

const HOLDERS = `SELECT DISTINCT f.pid, p.name, p.net_ns AS netNs FROM fds AS f
  LEFT JOIN processes AS p ON p.capture_id = f.capture_id AND p.pid = f.pid WHERE f.capture_id = ? AND f.socket_inode = ? ORDER BY f.pid`;
const PROCESS = 'SELECT pid, name, net_ns AS netNs FROM processes WHERE capture_id = ? AND pid = ?';
const MIRRORED = `SELECT o.inode FROM sockets_inet AS s JOIN sockets_inet AS o ON o.capture_id = s.capture_id AND o.net_ns IS s.net_ns AND o.pass = s.pass
    AND o.proto = s.proto AND o.local_address = s.remote_address AND o.local_port = s.remote_port
    AND o.remote_address = s.local_address AND o.remote_port = s.local_port
  WHERE s.capture_id = ? AND s.inode = ? AND s.state_raw = 1 AND o.inode > 0 AND o.inode <> s.inode ORDER BY s.pass LIMIT 1`;

/** Sockets at the other end and who holds them. */
export class Peers {
  readonly #db: CaseDb;
  readonly #captureId: number;
  #unix: UnixPeers | null = null;
  #dumped: boolean | null = null;

  constructor(db: CaseDb, captureId: number) {
    this.#db = db;
    this.#captureId = captureId;
  }

  /** Whether the kernel's list of unix sockets was captured, of any namespace. */
  get unixKnown(): boolean {
    this.#dumped ??= unixDumped(this.#db, this.#captureId).size > 0;
    return this.#dumped;
  }

  /** Sockets a unix socket is connected to or that are connected to it, by inode. */
  unixSockets(inode: number): readonly number[] {
    this.#unix ??= new UnixPeers(this.#db, this.#captureId);
    return this.#unix.all(inode);
  }

  /** Name of the unix socket that this one is connected to; undefined when it has no peer. */
  unixName(inode: number): Name | undefined {
    this.#unix ??= new UnixPeers(this.#db, this.#captureId);
    const peer = this.#unix.peer(inode) ?? this.#unix.waitsAt(inode);
    return peer === null ? undefined : { family: 'AF_UNIX', path: unixName(this.#db, this.#captureId, peer) };
  }

  /** The other end on this host of an Internet connection, by inode. */
  inetSocket(inode: number): number | undefined {
    return this.#db.get<{ inode: number }>(MIRRORED, this.#captureId, inode)?.inode;
  }

  holders(inode: number): readonly Peer[] {
    return this.#db.all<HolderRow>(HOLDERS, this.#captureId, inode);
  }

  process(pid: number): Peer {
    return this.#db.get<HolderRow>(PROCESS, this.#captureId, pid) ?? { pid, name: null, netNs: null };
  }
}
