import { parseHandle } from '../db/handle.ts';
import type { CaseDb } from '../db/query.ts';
import { UserError } from './io.ts';

/** A source as the case knows it. */
export interface Source {
  readonly id: number;
  readonly path: string;
  readonly parser: string | null;
  readonly pass: string | null;
  readonly sha256: string;
  readonly recorded: string | null;
}

/** What is asked for: some lines of a source, or, with `first` null, the whole. */
export interface RawPlace {
  readonly captureId: number;
  readonly source: Source;
  readonly first: number | null;
  readonly last: number | null;
}

export interface Wanted {
  readonly operand: string | undefined;
  readonly source: string | undefined;
  readonly line: string | undefined;
}

/** Bodies that are one record: a name in them may hold newlines, so that no line stands for a row. */
const WHOLE: ReadonlySet<string> = new Set(['pid-stat', 'pid-cmdline', 'pid-environ', 'pid-comm', 'pid-wchan', 'pid-current']);

/** `chosen` gives the capture where the operand is no handle, which names its own. Throws UserError. */
export function rawPlace(db: CaseDb, wanted: Wanted, chosen: () => number): RawPlace {
  const { operand } = wanted;
  if ((operand === undefined) === (wanted.source === undefined)) throw new UserError('give a handle, a path or --source');
  const handle = operand === undefined ? null : parseHandle(operand);
  if (handle !== null) {
    if (wanted.line !== undefined) throw new UserError('a handle names its line itself', 'leave out --line, or write CAPTURE:SOURCE:LINE');
    const { captureId, sourceId, line } = handle;
    if (db.get('SELECT 1 FROM captures WHERE capture_id = ?', captureId) === undefined)
      throw new UserError(
        `the case has no capture ${captureId}`,
        'a handle belongs to the case it was printed from; coldstat captures lists them',
      );
    return rows(db, captureId, sourceBy(db, captureId, 'source_id', sourceId), line);
  }
  const captureId = chosen();
  const parts = /^(.*?)(?::(\d{1,10}))?$/s.exec(operand ?? '');
  const source =
    operand === undefined ? sourceBy(db, captureId, 'source_id', Number(wanted.source)) : sourceBy(db, captureId, 'path', parts?.[1] ?? '');
  const text = wanted.line ?? parts?.[2];
  if (text !== undefined && !/^[1-9]\d{0,9}$/.test(text)) throw new UserError(`no line ${text}`, 'lines are counted from 1');
  return rows(db, captureId, source, text === undefined ? null : Number(text));
}

interface Found extends Omit<Source, 'sha256'> {
  readonly sha256: string | null;
  readonly errno: string | null;
  readonly note: string | null;
  readonly blocked: number | null;
}

function sourceBy(db: CaseDb, captureId: number, column: 'source_id' | 'path', key: string | number): Source {
  const found = db.get<Found>(
    `SELECT source_id AS id, path, parser, pass, sha256, recorded_sha256 AS recorded, errno, note, blocked FROM sources
     WHERE capture_id = ? AND ${column} = ? ORDER BY sha256 IS NULL, source_id LIMIT 1`,
    captureId,
    key,
  );
  if (found === undefined)
    throw new UserError(`capture ${captureId} has no source ${key}`, 'list them: coldstat query "SELECT source_id, path FROM sources"');
  const { sha256, errno, note, blocked, ...source } = found;
  if (sha256 === null)
    throw new UserError(`${source.path} has no bytes: ${errno ?? (blocked ? 'the reader hung' : (note ?? 'it is not in the archive'))}`);
  return { ...source, sha256 };
}

/** The row that begins on this line may take several: the name of a unix socket holds newlines, a body is one record. */
function rows(db: CaseDb, captureId: number, source: Source, line: number | null): RawPlace {
  if (line === null || (line === 1 && WHOLE.has(source.parser ?? ''))) return { captureId, source, first: null, last: null };
  const sql = 'SELECT lines FROM sockets_unix WHERE capture_id = ? AND source_id = ? AND line = ?';
  const lines = source.parser === 'net-unix' ? (db.get<{ lines: number | null }>(sql, captureId, source.id, line)?.lines ?? 1) : 1;
  return { captureId, source, first: line, last: line + lines - 1 };
}
