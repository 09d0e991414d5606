import type { Value } from '../../render/value.ts';
import type { CaseDb } from '../query.ts';
import type { Mark } from './kinds.ts';

interface Row {
  pid: number;
  path: Value;
  exe_ino: Value;
  source_id: number;
  line: number;
  exe_source: Value;
  exe_line: Value;
  maps_source: number;
  by_inode: number;
  by_name: number;
  other_of_name: Value;
  code_known: number;
  code_line: number | null;
  code_path: Value;
  code_is_exe: number | null;
}

/** Whether a mapping `m` is of the file that the exe link named, as stat told it or as maps print it. */
const IS_EXE = `((m.dev = p.exe_dev AND m.inode = p.exe_ino) OR EXISTS (SELECT 1 FROM mapped_files f WHERE f.capture_id = m.capture_id AND f.dev = m.dev
  AND f.inode = m.inode AND f.st_dev = p.exe_dev AND f.st_ino = p.exe_ino))`;
/** A newline is the only byte that maps escape. */
const IS_NAMED = `(m.path IS p.path OR (typeof(p.path) = 'text' AND m.path IS replace(p.path, char(10), '\\012')))`;
const OF = 'm.capture_id = p.capture_id AND m.pid = p.pid';
/** Addresses are hex of eight digits and more: longer is larger. */
const HOLDS_CODE = '(length(m.start), m.start) <= (length(p.code), p.code) AND (length(m."end"), m."end") > (length(p.code), p.code)';

const ROWS = `
WITH p AS MATERIALIZED (
  SELECT capture_id, pid, path, exe_dev, exe_ino, source_id, line, printf('%08x', start_code) AS code, start_code > 1 AS code_known
  FROM processes WHERE capture_id = ? AND path IS NOT NULL AND kernel_thread IS NOT 1 AND vanished IS NOT 1 AND state NOT IN ('Z', 'X')
), mapped AS MATERIALIZED (
  SELECT capture_id, pid, min(source_id) AS maps_source FROM sources
  WHERE capture_id = ? AND parser = 'pid-maps' AND truncated IS NULL AND errno IS NULL AND bytes > 0 GROUP BY pid
), judged AS MATERIALIZED (
  SELECT p.*, mapped.maps_source,
    EXISTS (SELECT 1 FROM maps m WHERE ${OF} AND m.inode <> 0 AND ${IS_EXE}) AS by_inode,
    EXISTS (SELECT 1 FROM maps m WHERE ${OF} AND m.inode <> 0 AND ${IS_NAMED}) AS by_name,
    (SELECT m.line FROM maps m WHERE ${OF} AND ${HOLDS_CODE} LIMIT 1) AS code_line
  FROM p JOIN mapped USING (capture_id, pid)
)
SELECT p.pid, p.path, p.exe_ino, p.source_id, p.line, l.source_id AS exe_source, l.line AS exe_line, p.maps_source, p.by_inode, p.by_name,
  p.code_known, p.code_line,
  (SELECT f.st_ino FROM maps m JOIN mapped_files f ON f.capture_id = m.capture_id AND f.dev = m.dev AND f.inode = m.inode
    WHERE ${OF} AND ${IS_NAMED} AND f.st_ino IS NOT NULL LIMIT 1) AS other_of_name,
  (SELECT m.path FROM maps m WHERE ${OF} AND m.line = p.code_line) AS code_path,
  (SELECT ${IS_EXE} OR ${IS_NAMED} FROM maps m WHERE ${OF} AND m.line = p.code_line) AS code_is_exe
FROM judged p LEFT JOIN links l ON l.capture_id = p.capture_id AND l.pid = p.pid AND l.tid = 0 AND l.name = 'exe'
WHERE NOT (by_inode OR (by_name AND exe_ino IS NULL)) OR (code_known AND code_line IS NOT NULL AND NOT code_is_exe)`;

/** Exe links against what is mapped. What stat told and what maps print may differ in device (btrfs, overlay): either way of agreement will do. */
export function* executableMarks(db: CaseDb, captureId: number): Generator<Mark> {
  for (const row of db.iterate<Row>(ROWS, captureId, captureId)) {
    const mark = judge(row);
    if (mark === null) continue;
    const code: Mark['also'] = row.code_line === null ? [] : [[row.maps_source, row.code_line]];
    yield {
      about: 'links',
      pid: row.pid,
      claim: row.path,
      at: row.exe_source === null ? [row.source_id, row.line] : [row.exe_source, row.exe_line],
      also: [...code, [row.maps_source, null], [row.source_id, row.line]],
      ...mark,
    };
  }
}

function judge(row: Row): Pick<Mark, 'kind' | 'weight' | 'finding' | 'reason'> | null {
  if (row.by_inode === 0 && row.by_name === 0) {
    if (row.code_known === 1 && row.code_line === null) {
      const reason =
        'The file of the exe link is not mapped, and the text began where nothing is mapped: it executed another program during the capture, or hides which one runs.';
      return { kind: 'exe-not-mapped', weight: 'weak', reason };
    }
    const reason = 'The file of the exe link is not mapped, neither by inode nor by name: another program runs than the link says.';
    return { kind: 'exe-not-mapped', finding: row.code_path, reason };
  }
  if (row.by_inode === 0 && row.exe_ino !== null) {
    if (row.other_of_name === null) return null;
    const reason =
      'The file that bears this path has another inode than the file that is mapped under it: the path names another file now.';
    return { kind: 'exe-covered', finding: `inode ${row.other_of_name} is mapped, inode ${row.exe_ino} bears the name`, reason };
  }
  if (row.code_known === 0 || row.code_line === null || row.code_is_exe !== 0) return null;
  return {
    kind: 'exe-not-started',
    finding: row.code_path,
    reason: 'The file of the exe link is mapped, and the text of the process began somewhere else.',
  };
}
