import type { CaseDb } from '../db/query.ts';

/**
 * Unix sockets that the kernel still counts and lists no more: unix_release_sock takes a closed socket out of the table at once, but it is freed
 * (unix_sock_destructor, where the count goes down) only when the other end lets go of it, or when what it sent has been read. Ordinary on any host.
 */
export interface ClosedEnds {
  /** Ends whose other end is closed, as the kernel's own dump tells; null without a whole dump. */
  readonly known: number | null;
  /** There are sockets that may keep a closed one alive. */
  readonly possible: boolean;
}

/** For each network namespace. */
export function closedEnds(db: CaseDb, captureId: number): ReadonlyMap<number, ClosedEnds> {
  const possible = db.all<{ ns: number; n: number }>(
    `SELECT net_ns AS ns, count(*) AS n FROM sockets_unix
     WHERE capture_id = ? AND net_ns IS NOT NULL AND (state = 'CONNECTED' OR type = 'DGRAM') GROUP BY net_ns`,
    captureId,
  );
  const known = new Map(
    db
      .all<{ ns: number; n: number }>(
        // A datagram that waits may be of a socket that is closed: then the number is not known. A stream that lost its other end is shut down both
        // ways (unix_release_sock); one whose connection nobody has accepted yet has no peer inode either, and is not.
        `SELECT d.net_ns AS ns, sum(u.state_raw = 1 AND coalesce(u.peer_inode, 0) = 0 AND (u.type = 'DGRAM' OR u.shutdown = 3)) AS n
         FROM diag_dumps d LEFT JOIN diag_unix u ON u.capture_id = d.capture_id AND u.source_id = d.source_id
         WHERE d.capture_id = ? AND d.dump = 'unix' AND d.result = 'done' AND coalesce(d.errno, 0) = 0
         GROUP BY d.net_ns HAVING coalesce(sum(u.type = 'DGRAM' AND u.rx_queue > 0), 0) = 0`,
        captureId,
      )
      .map(({ ns, n }) => [ns, n] as const),
  );
  return new Map(possible.map(({ ns, n }) => [ns, { known: known.get(ns) ?? null, possible: n > 0 }]));
}
