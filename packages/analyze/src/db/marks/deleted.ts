import type { Value } from '../../render/value.ts';
import type { CaseDb } from '../query.ts';
import type { Mark } from './kinds.ts';

interface Row {
  pid: number;
  tid: number | null;
  fd: number | null;
  target: Value;
  nlink: number | null;
  by_name?: number;
  source_id: number;
  line: number;
}

/** Not asked, or asked and still with a name. A name without directories may be shared memory of the kernel, which always looks deleted. */
const FDS = `SELECT pid, tid, fd, target, st_nlink AS nlink, source_id, line FROM fds
  WHERE capture_id = ? AND kind = 'file' AND deleted = 1 AND stat_errno IS NULL AND (st_nlink > 0 OR (st_nlink IS NULL AND target LIKE '/%/%'))`;
/** Asked by name, an answer means that a file of that very name is there; through the link, that it is this one. */
const LINKS = `SELECT pid, tid, NULL AS fd, target, st_nlink AS nlink, stat_by_name AS by_name, source_id, line FROM links
  WHERE capture_id = ? AND name IN ('exe', 'cwd') AND st_ino IS NOT NULL AND (stat_by_name = 1 OR st_nlink > 0) AND typeof(target) = 'text' AND target LIKE '% (deleted)'`;
/** One row a file and process. */
const MAPS = `SELECT m.pid, NULL AS tid, NULL AS fd, m.path AS target, f.st_nlink AS nlink, m.source_id, min(m.line) AS line FROM maps m
  JOIN mapped_files f ON f.capture_id = m.capture_id AND f.dev = m.dev AND f.inode = m.inode
  WHERE m.capture_id = ? AND m.deleted = 1 AND f.st_nlink > 0 AND m.path LIKE '/%/%' GROUP BY m.pid, m.dev, m.inode`;
const ESCAPED = `SELECT pid, NULL AS tid, NULL AS fd, path AS target, NULL AS nlink, source_id, min(line) AS line FROM maps
  WHERE capture_id = ? AND instr(path, '\\012') > 0 GROUP BY pid, path`;

/** Texts that end in " (deleted)" of files that have a name, and names in maps that can be read in two ways. */
export function* deletedMarks(db: CaseDb, captureId: number): Generator<Mark> {
  for (const [sql, about] of [
    [FDS, 'fds'],
    [LINKS, 'links'],
    [MAPS, 'maps'],
  ] as const) {
    for (const row of db.iterate<Row>(sql, captureId)) yield { kind: 'deleted-or-so-named', about, ...where(row), ...why(row) };
  }
  for (const row of db.iterate<Row>(ESCAPED, captureId)) {
    const reason = 'The name holds \\012: a newline as the kernel writes it there, or those four characters.';
    yield { kind: 'map-name-ambiguous', about: 'maps', ...where(row), reason };
  }
}

function where({ pid, tid, fd, target, source_id, line }: Row): Pick<Mark, 'pid' | 'tid' | 'fd' | 'claim' | 'at'> {
  return { pid, ...(tid !== null && { tid }), ...(fd !== null && { fd }), claim: target, at: [source_id, line] };
}

function why({ nlink, by_name }: Row): Pick<Mark, 'finding' | 'reason'> {
  if (by_name === 1)
    return {
      finding: 'a file of that name exists',
      reason: 'A file of the whole name, " (deleted)" included, exists: it may be this one.',
    };
  if (nlink === null) return { reason: 'Nobody could ask whether the file is gone or named so.' };
  return {
    finding: `${nlink} links`,
    reason: `The file still has ${nlink} ${nlink === 1 ? 'name' : 'names'}: it is called so, or another hard link is left.`,
  };
}
