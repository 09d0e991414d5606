import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';

interface Connected {
  readonly inode: number;
  readonly peer: number;
}

const DUMPED = `SELECT DISTINCT net_ns AS netNs FROM diag_dumps WHERE capture_id = ? AND dump = 'unix' AND result = 'done' AND errno = 0`;
const PEERS = `SELECT inode, peer_inode AS peer FROM diag_unix WHERE capture_id = ? AND inode > 0 AND peer_inode > 0 ORDER BY source_id, line`;
const BOUND = 'SELECT path FROM diag_unix WHERE capture_id = ? AND inode = ? ORDER BY source_id, line LIMIT 1';
const WAITING = `SELECT listener_inode AS inode, peer_inode AS peer FROM diag_unix_pending
  WHERE capture_id = ? AND listener_inode > 0 AND peer_inode > 0 ORDER BY source_id, line, rowid`;

/** Name of a unix socket by inode, as /proc/net/unix writes it: `@` for each NUL of an abstract one. Null when it has none or is in no dump. */
export function unixName(db: CaseDb, captureId: number, inode: number): Value {
  const path = db.get<{ path: Value }>(BOUND, captureId, inode)?.path ?? null;
  return path instanceof Uint8Array && path[0] === 0 ? Buffer.from(path).map((byte) => (byte === 0 ? 0x40 : byte)) : path;
}

/** Network namespaces of which the capture has the kernel's list of unix sockets: who has no peer there has none. */
export function unixDumped(db: CaseDb, captureId: number): ReadonlySet<number | null> {
  return new Set(db.all<{ netNs: number | null }>(DUMPED, captureId).map(({ netNs }) => netNs));
}

/** Which unix sockets are at the other ends of one, by inode, as the kernel's own dump (--netlink) tells; /proc does not. */
export class UnixPeers {
  readonly #peer: Map<number, number> = new Map();
  readonly #from: Map<number, number[]> = new Map();
  readonly #waiting: Map<number, number[]> = new Map();
  readonly #waitsAt: Map<number, number> = new Map();
  readonly #first: Map<number, number> = new Map();

  constructor(db: CaseDb, captureId: number) {
    for (const { inode, peer } of db.iterate<Connected>(PEERS, captureId)) {
      this.#peer.set(inode, peer);
      add(this.#from, peer, inode);
      setOnce(this.#first, inode, peer);
      setOnce(this.#first, peer, inode);
    }
    for (const { inode, peer } of db.iterate<Connected>(WAITING, captureId)) {
      add(this.#waiting, inode, peer);
      this.#waitsAt.set(peer, inode);
      setOnce(this.#first, inode, peer);
    }
  }

  /** The socket it is connected to, null when there is none that has an inode. */
  peer(inode: number): number | null {
    return this.#peer.get(inode) ?? null;
  }

  /** The listener that has not accepted its connection yet, in whose name the other end answers. */
  waitsAt(inode: number): number | null {
    return this.#waitsAt.get(inode) ?? null;
  }

  /** Sockets that are connected to it. */
  from(inode: number): readonly number[] {
    return this.#from.get(inode) ?? [];
  }

  /** Every socket at another end: the one it is connected to, those connected to it, those that wait in its queue, that in whose queue it waits. */
  all(inode: number): readonly number[] {
    const [peer, listener] = [this.#peer.get(inode), this.#waitsAt.get(inode)];
    const others = [...this.from(inode), ...(this.#waiting.get(inode) ?? []), ...(listener === undefined ? [] : [listener])];
    return peer === undefined ? others : [peer, ...others.filter((other) => other !== peer)];
  }

  /** The one that lsof shows: which comes first in the dump, and of connections that wait only the first, at the listener alone. */
  asLsof(inode: number): readonly number[] {
    const first = this.#first.get(inode);
    return first === undefined ? [] : [first];
  }
}

function add(map: Map<number, number[]>, key: number, value: number): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}

function setOnce(map: Map<number, number>, key: number, value: number): void {
  if (!map.has(key)) map.set(key, value);
}
