import type { CaseDb } from '../../db/query.ts';
import { terminal } from '../../render/cell.ts';
import { UnixPeers, unixDumped, unixName } from '../unix-peers.ts';
import type { Row } from './rows.ts';

type UnixRow = Pick<Row, 'inode' | 'net_ns' | 'state'>;

const HOLDER = 'SELECT pid, fd FROM fds WHERE capture_id = ? AND socket_inode = ? ORDER BY pid, tid, fd LIMIT 1';

/** Other ends of unix sockets, from the kernel's dump (--netlink) of their network namespace. */
export class UnixEnds {
  readonly #db: CaseDb;
  readonly #captureId: number;
  readonly #dumped: ReadonlySet<number | null>;
  #peers: UnixPeers | null = null;

  constructor(db: CaseDb, captureId: number) {
    this.#db = db;
    this.#captureId = captureId;
    this.#dumped = unixDumped(db, captureId);
  }

  /** Whether the capture tells the other ends of sockets of this namespace. */
  known(row: UnixRow): boolean {
    return this.#dumped.has(row.net_ns);
  }

  /** Without a dump by the state of /proc, which calls a datagram socket connected when another is connected to it. */
  isConnected(row: UnixRow): boolean {
    return this.known(row) ? this.#to(row) !== null : row.state === 'CONNECTED';
  }

  /** `-> PATH`, `-> [PID FD]` of the first holder of a peer without a name, `-> ??` of a peer that nobody holds, or `<- [PID FD],…` of those connected to it. */
  text(row: UnixRow): string {
    if (!this.known(row)) return row.state === 'CONNECTED' ? '-> ??' : '';
    const to = this.#to(row);
    if (to === null) {
      const from = row.inode === null ? [] : this.#unix().from(row.inode);
      return from.length === 0 ? '' : `<- ${from.map((inode) => this.#holder(inode)).join(',')}`;
    }
    const path = unixName(this.#db, this.#captureId, to);
    return `-> ${path === null || path === '' ? this.#holder(to) : terminal(path)}`;
  }

  /** Inodes of the other ends, for other formats; null when they are not known. */
  inodes(row: UnixRow): readonly number[] | null {
    return this.known(row) && row.inode !== null ? this.#unix().all(row.inode) : null;
  }

  #unix(): UnixPeers {
    this.#peers ??= new UnixPeers(this.#db, this.#captureId);
    return this.#peers;
  }

  #to({ inode }: UnixRow): number | null {
    if (inode === null || inode === 0) return null;
    return this.#unix().peer(inode) ?? this.#unix().waitsAt(inode);
  }

  #holder(inode: number): string {
    const holder = this.#db.get<{ pid: number; fd: number }>(HOLDER, this.#captureId, inode);
    return holder === undefined ? '??' : `[${holder.pid} ${holder.fd}]`;
  }
}
