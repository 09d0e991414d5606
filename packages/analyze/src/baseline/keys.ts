import { undeleted } from '../db/deleted.ts';
import { handleOf } from '../db/handle.ts';
import type { CaseDb } from '../db/query.ts';
import { literal } from '../diff/ignore.ts';
import type { Value } from '../render/value.ts';
import { addressClass, ephemeralPorts, uidClass } from './classes.ts';

export const GROUPS = ['listener', 'process', 'module', 'user', 'service', 'mount', 'interface'] as const;
export type Group = (typeof GROUPS)[number];

/** What a host is known by, whatever was restarted: keys with the handle of the first row each rests on. */
export type Keys = ReadonlyMap<string, string | null>;

type Row = Readonly<Record<string, Value>>;

/** The capture and its descendants are no part of the host. UNION, not UNION ALL: parents may form a circle. */
const OWN = `c(id) AS (SELECT ?), own(pid) AS (SELECT own_pid FROM captures WHERE capture_id = (SELECT id FROM c) AND own_pid IS NOT NULL
  UNION SELECT p.pid FROM processes p JOIN own ON p.parent = own.pid WHERE p.capture_id = (SELECT id FROM c))`;
const HOME = '(SELECT own_net_ns FROM captures WHERE capture_id = (SELECT id FROM c))';

const LISTENERS = `WITH RECURSIVE ${OWN} SELECT s.proto, s.local_address AS address, s.local_port AS port, s.uid, s.net_ns IS ${HOME} AS home, s.source_id, s.line,
  (SELECT p.path FROM fds f JOIN processes p ON p.capture_id = f.capture_id AND p.pid = f.pid
    WHERE f.capture_id = s.capture_id AND f.socket_inode = s.inode AND f.socket_inode > 0 ORDER BY p.pid LIMIT 1) AS path
  FROM sockets_inet s WHERE s.capture_id = (SELECT id FROM c) AND (s.state = 'LISTEN' OR (s.state = 'CLOSE' AND s.remote_port = 0 AND s.proto NOT LIKE 'tcp%'))
  AND NOT EXISTS (SELECT 1 FROM fds f JOIN own o ON o.pid = f.pid WHERE f.capture_id = (SELECT id FROM c) AND f.socket_inode = s.inode AND f.socket_inode > 0)
  ORDER BY s.source_id, s.line`;

/** Threads of the kernel come and go with its work and have no file. */
const PROCESSES = `WITH RECURSIVE ${OWN} SELECT uid, path, source_id, line FROM processes WHERE capture_id = (SELECT id FROM c) AND kernel_thread IS NOT 1 AND pid NOT IN own AND state IS NOT 'Z'
  ORDER BY pid`;

const NAMED: readonly (readonly [Group, string])[] = [
  [
    'module',
    `WITH c(id) AS (SELECT ?) SELECT name AS last, source_id, line FROM modules WHERE capture_id = (SELECT id FROM c) ORDER BY source_id, line`,
  ],
  [
    'user',
    `WITH c(id) AS (SELECT ?) SELECT uid AS a, name AS last, source_id, line FROM users WHERE capture_id = (SELECT id FROM c) ORDER BY source_id, line`,
  ],
  [
    'service',
    `WITH c(id) AS (SELECT ?) SELECT port AS a, protocol AS b, name AS last, source_id, line FROM services WHERE capture_id = (SELECT id FROM c) ORDER BY source_id, line`,
  ],
  [
    'mount',
    `WITH c(id) AS (SELECT ?) SELECT fstype AS a, mount_point AS last, source_id, line FROM mounts
      WHERE capture_id = (SELECT id FROM c) AND mnt_ns IS (SELECT own_mnt_ns FROM captures WHERE capture_id = (SELECT id FROM c)) ORDER BY source_id, line`,
  ],
  [
    'interface',
    `WITH c(id) AS (SELECT ?) SELECT name AS last, source_id, line FROM interfaces WHERE capture_id = (SELECT id FROM c) AND net_ns IS ${HOME} ORDER BY source_id, line`,
  ],
];

/** Every key of one capture. What is unknown stands as `*`, which matches anything; a program that an upgrade deleted is what it was. */
export function keysOf(db: CaseDb, captureId: number): Keys {
  const keys = new Map<string, string | null>();
  const add = (row: Row, ...words: readonly Value[]): void => {
    const key = words.map((word, i) => keyWord(word, i === words.length - 1)).join(' ');
    if (!keys.has(key)) keys.set(key, handleOf(captureId, row['source_id'] ?? null, row['line'] ?? null));
  };
  const chosen = ephemeralPorts(db, captureId);
  for (const r of db.all<Row>(LISTENERS, captureId)) {
    const port = chosen(String(r['proto']), Number(r['port'])) ? 'ephemeral' : (r['port'] ?? null);
    const where = r['home'] === 1 ? 'own' : 'other';
    add(
      r,
      'listener',
      r['proto'] ?? null,
      addressClass(r['address'] ?? null),
      port,
      uidClass(r['uid'] ?? null),
      where,
      undeleted(r['path'] ?? null),
    );
  }
  for (const r of db.all<Row>(PROCESSES, captureId)) add(r, 'process', uidClass(r['uid'] ?? null), undeleted(r['path'] ?? null));
  for (const [group, sql] of NAMED) {
    for (const r of db.all<Row>(sql, captureId)) {
      add(r, group, ...['a', 'b', 'last'].filter((name) => name in r).map((name) => r[name] ?? null));
    }
  }
  return keys;
}

/** Unknown is `*`; a star or, but in the last word, a blank that stands in a name is escaped, so that nobody can choose a name that fits everything. */
function keyWord(word: Value, last: boolean): string {
  if (word === null) return '*';
  const text = literal(word);
  return last ? text : text.replaceAll(' ', '\\x20');
}
