import { createHash } from 'node:crypto';
import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import type { HeldClass } from './reasons.ts';

/** One descriptor that refers to a socket. */
export interface Holder {
  readonly pid: number;
  /** 0 for the table of the process. */
  readonly tid: number;
  readonly fd: number;
  /** comm of the process; null when unknown. */
  readonly program: Value;
  /** State of the leader: Z where only threads live on. */
  readonly state: string | null;
}

interface Row extends Holder {
  readonly inode: number;
}

/** All holders of every socket, by its inode; lowest process first. */
export function allHolders(db: CaseDb, captureId: number): Map<number, Holder[]> {
  const holders = new Map<number, Holder[]>();
  const rows = db.iterate<Row>(
    `SELECT f.socket_inode AS inode, f.pid, f.tid, f.fd, p.name AS program, p.state FROM fds f
       LEFT JOIN processes p ON p.capture_id = f.capture_id AND p.pid = f.pid
      WHERE f.capture_id = ? AND f.socket_inode IS NOT NULL ORDER BY f.pid, f.tid, f.fd`,
    captureId,
  );
  for (const { inode, ...holder } of rows) {
    const known = holders.get(inode);
    if (known === undefined) holders.set(inode, [holder]);
    else known.push(holder);
  }
  return holders;
}

/** Ordinary tools read the descriptors of leaders alone. */
export function heldClass(holders: readonly Holder[]): HeldClass {
  if (holders.some((h) => h.tid === 0)) return 'held';
  return holders.every((h) => h.state === 'Z' || h.state === 'X') ? 'dead-leader' : 'thread-only';
}

/**
 * Names of descriptor tables: `PID`, or `PID/TID` for that of a thread. Processes that share one table (CLONE_FILES) are one holder, with the name of
 * the lowest. Where the kernel compared them that is what it said. Otherwise tables that are the same in every number, link and flag have one name:
 * a copy that fork made and nobody changed looks so too.
 */
export class HolderSets {
  readonly #db: CaseDb;
  readonly #captureId: number;
  readonly #digests = new Map<string, string>();
  readonly #names = new Map<string, string>();
  readonly #compared: ReadonlyMap<string, string>;

  constructor(db: CaseDb, captureId: number) {
    this.#db = db;
    this.#captureId = captureId;
    this.#compared = comparedTables(db, captureId);
  }

  /** The set of each holder of one socket, in their order. Tables are compared only where a socket has several. */
  of(holders: readonly Holder[]): string[] {
    const open = holders.filter((h) => !this.#compared.has(key(h)));
    if (new Set(open.map(key)).size > 1) for (const h of open) this.#digest(h);
    return holders.map((h) => this.#compared.get(key(h)) ?? this.#names.get(this.#digests.get(key(h)) ?? '') ?? key(h));
  }

  #digest(holder: Holder): void {
    const name = key(holder);
    if (this.#digests.has(name)) return;
    const hash = createHash('sha256');
    const rows = this.#db.iterate<{ fd: number; target: Value; flags: number | null }>(
      'SELECT fd, target, flags FROM fds WHERE capture_id = ? AND pid = ? AND tid = ? ORDER BY fd',
      this.#captureId,
      holder.pid,
      holder.tid,
    );
    for (const { fd, target, flags } of rows) {
      const bytes = target instanceof Uint8Array ? target : Buffer.from(String(target));
      hash.update(`${fd} ${flags} ${bytes.length} `).update(bytes);
    }
    const digest = hash.digest('hex');
    this.#digests.set(name, digest);
    if (!this.#names.has(digest)) this.#names.set(digest, name);
  }
}

function key({ pid, tid }: Pick<Holder, 'pid' | 'tid'>): string {
  return tid === 0 ? String(pid) : `${pid}/${tid}`;
}

interface Comparison {
  readonly pid: number;
  readonly tid: number;
  readonly other_pid: number;
  readonly other_tid: number;
  readonly result: number | null;
}

/** Tables of which the kernel said whether they are others, by their keys: the name of the table. Those of a comparison that failed are left out. */
function comparedTables(db: CaseDb, captureId: number): Map<string, string> {
  const parents = new Map<string, string>();
  const failed = new Set<string>();
  const root = (table: string): string => {
    let at = table;
    for (let up = parents.get(at) ?? at; up !== at; up = parents.get(at) ?? at) {
      // Half of the way is forgotten on each walk, so that no evidence makes it long.
      parents.set(at, parents.get(up) ?? up);
      at = up;
    }
    return at;
  };
  const sql = 'SELECT pid, tid, other_pid, other_tid, result FROM table_comparisons WHERE capture_id = ? ORDER BY source_id, line';
  for (const { pid, tid, other_pid, other_tid, result } of db.iterate<Comparison>(sql, captureId)) {
    const [one, other] = [key({ pid, tid }), key({ pid: other_pid, tid: other_tid })];
    for (const table of [one, other]) if (!parents.has(table)) parents.set(table, table);
    if (result === 0) {
      const [low, high] = [root(one), root(other)].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
      parents.set(high ?? one, low ?? one);
    } else if (result === null) failed.add(one);
  }
  return new Map([...parents.keys()].filter((table) => !failed.has(table)).map((table) => [table, root(table)]));
}
