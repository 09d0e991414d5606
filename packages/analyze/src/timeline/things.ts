import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';

/** One thing in one capture. Rows of the same `key` are the same thing; `key` holds within one boot. */
export interface Sight {
  readonly key: Value;
  readonly captureId: number;
  readonly what: Value;
  readonly pid: number | null;
  readonly ticks: number | bigint | null;
  readonly source_id: number | null;
  readonly line: number | null;
}

/** The capture and its descendants are there because of it. UNION, not UNION ALL: parents may form a circle. */
const OWN = `own(capture_id, pid) AS (SELECT capture_id, own_pid FROM captures WHERE own_pid IS NOT NULL
  UNION SELECT p.capture_id, p.pid FROM processes p JOIN own ON p.capture_id = own.capture_id AND p.parent = own.pid)`;

const PROCESSES = `WITH RECURSIVE ${OWN} SELECT pid_ns || ':' || pid || ':' || start_ticks AS key, capture_id AS captureId, coalesce(cmdline, name) AS what, pid, start_ticks AS ticks,
  source_id, line FROM processes p WHERE start_ticks IS NOT NULL AND NOT EXISTS (SELECT 1 FROM own o WHERE o.capture_id = p.capture_id AND o.pid = p.pid)
  ORDER BY key, capture_id`;

/** The lowest pid that holds the socket, leaving out sockets that the capture alone holds. */
const HOLDER = `(SELECT min(f.pid) FROM fds f WHERE f.capture_id = s.capture_id AND f.socket_inode = s.inode)`;
const NOT_OWN = `NOT EXISTS (SELECT 1 FROM own o WHERE o.capture_id = s.capture_id AND o.pid = ${HOLDER})`;

const INET = (
  listening: boolean,
): string => `WITH RECURSIVE ${OWN} SELECT s.net_ns || ' ' || s.proto || ' ' || s.local_address || ':' || s.local_port || ' ' || s.remote_address || ':' ||
  s.remote_port || ' ' || s.inode AS key, s.capture_id AS captureId, s.proto || ' ' || s.local_address || ':' || s.local_port ||
  ${listening ? "''" : "' - ' || s.remote_address || ':' || s.remote_port"} AS what, ${HOLDER} AS pid, NULL AS ticks, min(s.source_id) AS source_id, s.line
  FROM sockets_inet s WHERE ${listening ? '' : 'NOT '}(s.state = 'LISTEN' OR (s.state = 'CLOSE' AND s.remote_port = 0)) AND ${NOT_OWN}
  GROUP BY key, s.capture_id ORDER BY key, s.capture_id`;

const UNIX = `WITH RECURSIVE ${OWN} SELECT s.net_ns || ' ' || s.inode AS key, s.capture_id AS captureId, max(s.path) AS what, ${HOLDER} AS pid, NULL AS ticks, min(s.source_id) AS source_id,
  s.line FROM sockets_unix s WHERE s.path IS NOT NULL AND s.listening = 1 AND ${NOT_OWN} GROUP BY key, s.capture_id ORDER BY key, s.capture_id`;

/** What is followed through the captures, each with its question; the rows come ordered by key, then capture. */
export const THINGS: readonly { readonly about: string; readonly sql: string }[] = [
  { about: 'process', sql: PROCESSES },
  { about: 'listener', sql: INET(true) },
  { about: 'socket', sql: INET(false) },
  { about: 'unix', sql: UNIX },
];

/** Every sight of every thing, all sights of one key together. */
export function* sights(db: CaseDb, sql: string): Generator<Sight[], void> {
  let group: Sight[] = [];
  for (const sight of db.iterate<Sight>(sql)) {
    const first = group[0];
    if (first !== undefined && first.key !== sight.key) {
      yield group;
      group = [];
    }
    group.push(sight);
  }
  if (group.length > 0) yield group;
}
