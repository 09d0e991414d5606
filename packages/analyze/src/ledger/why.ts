import type { CaseDb } from '../db/query.ts';
import { unheldSockets } from './ownership.ts';
import type { HeldClass, SocketReason } from './reasons.ts';

/** The class of any row of a socket table, whichever pass it is of: what --why shows. */
export interface Owners {
  classOf(row: { readonly inode: number | null; readonly sourceId: number | null; readonly line: number | null }): SocketReason | HeldClass;
}

/** Sockets that threads alone hold. */
const HIDDEN = `SELECT f.socket_inode AS inode, max(coalesce(p.state, '') NOT IN ('Z', 'X')) AS lives FROM fds f
  LEFT JOIN processes p ON p.capture_id = f.capture_id AND p.pid = f.pid
  WHERE f.capture_id = ? AND f.socket_inode IS NOT NULL GROUP BY f.socket_inode HAVING min(f.tid) > 0`;

export function ownersOf(db: CaseDb, captureId: number): Owners {
  const reasons = new Map<string, SocketReason>();
  for (const { places, reason } of unheldSockets(db, captureId)) for (const place of places) reasons.set(place, reason);
  const hidden = new Map(db.all<{ inode: number; lives: number }>(HIDDEN, captureId).map(({ inode, lives }) => [inode, lives]));
  return {
    classOf: ({ inode, sourceId, line }) => {
      const reason = reasons.get(`${sourceId}:${line}`);
      if (reason !== undefined) return reason;
      const lives = inode === null || inode === 0 ? undefined : hidden.get(inode);
      return lives === undefined ? 'held' : lives === 1 ? 'thread-only' : 'dead-leader';
    },
  };
}
