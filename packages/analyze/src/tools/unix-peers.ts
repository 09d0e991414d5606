import type { CaseDb } from '../db/query.ts';

interface Connected {
  readonly inode: number;
  readonly peer: number;
}

const DUMPED = `SELECT DISTINCT net_ns AS netNs FROM diag_dumps WHERE capture_id = ? AND dump = 'unix' AND result = 'done' AND errno = 0`;
const PEERS = `SELECT inode, peer_inode AS peer FROM diag_unix WHERE capture_id = ? AND inode > 0 AND peer_inode > 0 ORDER BY source_id, line`;
const WAITING = `SELECT listener_inode AS inode, peer_inode AS peer FROM diag_unix_pending
  WHERE capture_id = ? AND listener_inode > 0 AND peer_inode > 0 ORDER BY source_id, line, rowid`;

/** Network namespaces of which the capture has the kernel's list of unix sockets: who has no peer there has none. */
export function unixDumped(db: CaseDb, captureId: number): ReadonlySet<number | null> {
  return new Set(db.all<{ netNs: number | null }>(DUMPED, captureId).map(({ netNs }) => netNs));
}

/** Which unix sockets are at the other ends of one, by inode, as the kernel's own dump (--netlink) tells; /proc does not. */
export class UnixPeers {
  readonly #peer: Map<number, number> = new Map();
  readonly #others: Map<number, number[]> = new Map();
  readonly #first: Map<number, number> = new Map();

  constructor(db: CaseDb, captureId: number) {
    for (const { inode, peer } of db.iterate<Connected>(PEERS, captureId)) {
      this.#peer.set(inode, peer);
      this.#meet(peer, inode);
      setOnce(this.#first, inode, peer);
      setOnce(this.#first, peer, inode);
    }
    for (const { inode, peer } of db.iterate<Connected>(WAITING, captureId)) {
      this.#meet(inode, peer);
      this.#meet(peer, inode);
      setOnce(this.#first, inode, peer);
    }
  }

  /** The socket it is connected to, null when there is none that has an inode. */
  peer(inode: number): number | null {
    return this.#peer.get(inode) ?? null;
  }

  /**
   * Every socket at another end: the one it is connected to, then those that are connected to it, or wait in its queue, or in whose queue it waits;
   * the last two are not connected to it but are the two ends of a connection that was not accepted yet.
   */
  all(inode: number): readonly number[] {
    const peer = this.#peer.get(inode);
    const others = this.#others.get(inode) ?? [];
    return peer === undefined ? others : [peer, ...others.filter((other) => other !== peer)];
  }

  /** The one that lsof shows: which comes first in the dump, and of connections that wait only the first, at the listener alone. */
  asLsof(inode: number): readonly number[] {
    const first = this.#first.get(inode);
    return first === undefined ? [] : [first];
  }

  #meet(inode: number, other: number): void {
    const others = this.#others.get(inode);
    if (others === undefined) this.#others.set(inode, [other]);
    else others.push(other);
  }
}

function setOnce(map: Map<number, number>, key: number, value: number): void {
  if (!map.has(key)) map.set(key, value);
}
