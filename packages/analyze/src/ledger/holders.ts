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
 * Names of descriptor tables: `PID`, or `PID/TID` for that of a thread. Tables that are the same in every number, link and flag have one name, that of the
 * lowest process: processes that share one table (CLONE_FILES) are one holder. A copy that fork made and nobody changed looks the same in files.
 */
export class HolderSets {
  readonly #db: CaseDb;
  readonly #captureId: number;
  readonly #digests = new Map<string, string>();
  readonly #names = new Map<string, string>();

  constructor(db: CaseDb, captureId: number) {
    this.#db = db;
    this.#captureId = captureId;
  }

  /** The set of each holder of one socket, in their order. Tables are compared only where a socket has several. */
  of(holders: readonly Holder[]): string[] {
    const tables = [...new Set(holders.map(key))];
    if (tables.length > 1) for (const h of holders) this.#digest(h);
    return holders.map((h) => this.#names.get(this.#digests.get(key(h)) ?? '') ?? key(h));
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

function key({ pid, tid }: Holder): string {
  return tid === 0 ? String(pid) : `${pid}/${tid}`;
}
