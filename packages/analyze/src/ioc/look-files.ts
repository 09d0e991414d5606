import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { baseOf, bothPaths, type Hit, Memo, textOf } from './hit.ts';
import type { Candidate } from './slots.ts';
import type { Wanted } from './wanted.ts';

interface Row {
  readonly path: Value;
  readonly detail: Value;
  readonly pid: number | null;
  readonly source_id: number | null;
  readonly line: number | null;
}

/** What is open, mapped, bound or mounted by a path. The executable itself, which every process maps, is told with the process. */
const PATHS: readonly (readonly [seen: string, field: string, sql: string])[] = [
  [
    'descriptor',
    'target',
    `SELECT target AS path, iif(tid = 0, 'descriptor ' || fd, 'descriptor ' || fd || ' of thread ' || tid) AS detail, pid, source_id, line
     FROM fds WHERE capture_id = ? AND kind IN ('file', 'memfd', 'other') ORDER BY pid, tid, fd`,
  ],
  [
    'mapped file',
    'path',
    `SELECT m.path, min(m.perms) AS detail, m.pid, m.source_id, min(m.line) AS line FROM maps m
     LEFT JOIN processes p ON p.capture_id = m.capture_id AND p.pid = m.pid
     WHERE m.capture_id = ? AND m.path IS NOT NULL AND m.path IS NOT p.path GROUP BY m.pid, m.path, m.source_id ORDER BY m.pid, min(m.line)`,
  ],
  [
    'unix socket',
    'path',
    `SELECT u.path, u.type AS detail, (SELECT min(f.pid) FROM fds f WHERE f.capture_id = u.capture_id AND f.socket_inode = u.inode AND u.inode > 0) AS pid,
       u.source_id, min(u.line) AS line
     FROM sockets_unix u WHERE u.capture_id = ? AND u.path IS NOT NULL GROUP BY u.net_ns, u.inode, u.path, u.pointer ORDER BY min(u.rowid)`,
  ],
  [
    'mount',
    'mount point',
    `SELECT mount_point AS path, fstype AS detail, NULL AS pid, source_id, min(line) AS line FROM mounts
     WHERE capture_id = ? GROUP BY mnt_ns, mount_point ORDER BY min(rowid)`,
  ],
];

const NAMES: readonly (readonly [seen: string, sql: string])[] = [
  ['thread', 'SELECT name AS path, tid AS detail, pid, source_id, line FROM threads WHERE capture_id = ? AND tid <> pid ORDER BY pid, tid'],
  ['module', 'SELECT name AS path, state AS detail, NULL AS pid, source_id, line FROM modules WHERE capture_id = ? ORDER BY rowid'],
];

export function* lookFiles(db: CaseDb, captureId: number, wanted: Wanted): Generator<Hit, void> {
  if (wanted.asksPaths) {
    const memo = new Memo<Candidate>((text) => [...wanted.path(text), ...wanted.file(baseOf(text))]);
    for (const [seen, field, sql] of PATHS) yield* look(db.iterate<Row>(sql, captureId), seen, field, (text) => memo.of(text));
  }
  if (!wanted.asksNames) return;
  for (const [seen, sql] of NAMES)
    yield* look(db.iterate<Row>(sql, captureId), seen, 'name', (text) => [...wanted.name(text), ...wanted.cut(text)]);
}

function* look(rows: Iterable<Row>, seen: string, field: string, find: (text: string) => Iterable<Candidate>): Generator<Hit, void> {
  for (const row of rows) {
    const text = textOf(row.path);
    if (text === null) continue;
    const told = new Set<unknown>();
    for (const candidate of bothPaths(text).flatMap((path) => [...find(path)])) {
      if (candidate.rest.length > 0 || told.has(candidate.indicator)) continue;
      told.add(candidate.indicator);
      yield { candidate, seen, field, value: row.path, detail: row.detail, pid: row.pid, sourceId: row.source_id, line: row.line };
    }
  }
}
