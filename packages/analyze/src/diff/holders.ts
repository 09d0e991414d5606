import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { joined, keyPart } from './change.ts';
import type { Side } from './side.ts';

export interface Holder {
  readonly pid: number;
  readonly name: Value;
  /** The same process in another capture: pid and start within one boot, the program across boots. */
  readonly key: string;
}

const HOLDERS = `SELECT DISTINCT p.pid, p.name, p.start_ticks, p.path FROM fds f JOIN processes p ON p.capture_id = f.capture_id AND p.pid = f.pid
  WHERE f.capture_id = ? AND f.socket_inode = ? ORDER BY p.pid`;
const SHOWN = 5;

/** Every process that holds the socket, by pid. */
export function holdersOf(db: CaseDb, side: Side, inode: number | null, oneBoot: boolean): Holder[] {
  if (inode === null || inode === 0) return [];
  return db
    .all<{ pid: number; name: Value; start_ticks: number | null; path: Value }>(HOLDERS, side.captureId, inode)
    .map(({ pid, name, start_ticks, path }) => ({ pid, name, key: oneBoot ? `${pid} ${start_ticks}` : keyPart(path ?? name) }));
}

/** Only the capture itself holds it. */
export function isOwn(holders: readonly Holder[], side: Side): boolean {
  return holders.length > 0 && holders.every(({ pid }) => side.ownPids.has(pid));
}

/** `812 sshd, 813 sshd`; empty when nobody is known to hold it. */
export function holderText(holders: readonly Holder[]): Value {
  const shown = holders.slice(0, SHOWN).flatMap(({ pid, name }, i) => [`${i > 0 ? ', ' : ''}${pid} `, name]);
  return joined(...shown, holders.length > SHOWN ? ` and ${holders.length - SHOWN} more` : '');
}
