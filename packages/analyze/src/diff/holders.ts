import { undeleted } from '../db/deleted.ts';
import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { word } from './about-process.ts';
import { joined, keyPart } from './change.ts';
import type { Side } from './side.ts';

export interface Holder {
  readonly pid: number;
  readonly name: Value;
  readonly path: Value;
  /** The same process in another capture: pid and start where numbers mean the same in both, else the program. */
  readonly key: string;
}

const HOLDERS = `SELECT DISTINCT f.socket_inode AS inode, p.pid, p.name, p.start_ticks, p.path
  FROM (SELECT value AS wanted FROM json_each(?)) CROSS JOIN fds f JOIN processes p ON p.capture_id = f.capture_id AND p.pid = f.pid
  WHERE f.capture_id = ? AND f.socket_inode = wanted ORDER BY f.socket_inode, p.pid`;
const SHOWN = 5;

interface Row {
  readonly inode: number;
  readonly pid: number;
  readonly name: Value;
  readonly start_ticks: number | null;
  readonly path: Value;
}

/** Who holds which socket in one capture. Those of many sockets are asked for at once: one question for each would take longer than the comparison. */
export class Holders {
  readonly side: Side;
  readonly #db: CaseDb;
  readonly #numbered: boolean;
  readonly #known = new Map<number, Holder[]>();

  constructor(db: CaseDb, side: Side, numbered: boolean) {
    this.#db = db;
    this.side = side;
    this.#numbered = numbered;
  }

  /** Reads the holders of these sockets. */
  expect(rows: Iterable<{ readonly inode: number | null }>): void {
    const asked = new Set<number>();
    for (const { inode } of rows) if (inode !== null && inode !== 0 && !this.#known.has(inode)) asked.add(inode);
    if (asked.size === 0) return;
    for (const inode of asked) this.#known.set(inode, []);
    for (const { inode, pid, name, start_ticks, path } of this.#db.all<Row>(HOLDERS, JSON.stringify([...asked]), this.side.captureId))
      this.#known.get(inode)?.push({ pid, name, path, key: this.#numbered ? `${pid} ${start_ticks}` : keyPart(undeleted(path) ?? name) });
  }

  /** Every process that holds the socket, by pid. */
  of(inode: number | null): readonly Holder[] {
    if (inode === null || inode === 0) return [];
    this.expect([{ inode }]);
    return this.#known.get(inode) ?? [];
  }

  /** Only the capture itself holds it. */
  isOwn(inode: number | null): boolean {
    const holders = this.of(inode);
    return holders.length > 0 && holders.every(({ pid }) => this.side.ownPids.has(pid));
  }
}

/** `812 sshd, 813 sshd`, with the executables `812 sshd exe=/usr/sbin/sshd`; empty when nobody is known to hold it. */
export function holderText(holders: readonly Holder[], executables = false): Value {
  const shown = holders.slice(0, SHOWN).flatMap(({ pid, name, path }, i) => {
    return [`${i > 0 ? ', ' : ''}${pid} `, name, ...(executables && path !== null ? [' exe=', word(path)] : [])];
  });
  return joined(...shown, holders.length > SHOWN ? ` and ${holders.length - SHOWN} more` : '');
}
