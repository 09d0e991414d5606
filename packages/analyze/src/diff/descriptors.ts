import { undeleted } from '../db/deleted.ts';
import { handleOf } from '../db/handle.ts';
import type { CaseDb } from '../db/query.ts';
import type { Value } from '../render/value.ts';
import { type Change, came, gone, joined, keyPart, type Thing, turned } from './change.ts';
import type { Side } from './side.ts';

interface Row {
  pid: number;
  tid: number;
  fd: number;
  target: Value;
  path: Value;
  source_id: number;
  line: number;
  name: Value;
}

/** Rows that the other capture has not with the same target; positions are not compared. The rest never leaves SQLite. */
const DIFFERENT = `SELECT f.pid, f.tid, f.fd, f.target, f.source_id, f.line, p.name, p.path FROM fds f JOIN processes p ON p.capture_id = f.capture_id AND p.pid = f.pid
  WHERE f.capture_id = ? AND f.target IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM fds o WHERE o.capture_id = ? AND o.pid = f.pid AND o.tid = f.tid AND o.fd = f.fd AND (o.target = f.target OR o.target IS NULL))
  ORDER BY f.pid, f.tid, f.fd`;

const READ = `SELECT pid || ' ' || coalesce(tid, 0) AS key FROM sources WHERE capture_id = ? AND parser = 'fd-list' AND coalesce(sha256, entry) IS NOT NULL AND errno IS NULL
    AND truncated IS NULL AND blocked IS NOT 1 AND pid NOT IN (SELECT pid FROM processes WHERE capture_id = ? AND fd_errno IS NOT NULL)`;

/** Tables of descriptors, `PID TID` (0 for the process), that were read to their end: what is missing there was not there. */
export function readTables(db: CaseDb, { captureId }: Side): ReadonlySet<string> {
  return new Set(db.all<{ key: string }>(READ, captureId, captureId).map(({ key }) => key));
}

/** Descriptors of the processes that are in both captures; those of a process that came or went came or went with it. */
export function* compareDescriptors(db: CaseDb, before: Side, after: Side, same: ReadonlySet<number>): Generator<Change, void> {
  const different = (one: Side, other: Side): Map<string, Descriptor> => {
    const rows = db.all<Row>(DIFFERENT, one.captureId, other.captureId).filter((r) => same.has(r.pid));
    return new Map(rows.map((r) => [`${r.pid} ${r.tid} ${r.fd}`, { ...thing(r, one), table: `${r.pid} ${r.tid}` }]));
  };
  const [readBefore, readAfter] = [readTables(db, before), readTables(db, after)];
  const old = different(before, after);
  const now = different(after, before);
  for (const [key, thing] of old) {
    const other = now.get(key);
    const target = thing.fields['target'] ?? null;
    if (other === undefined) {
      if (readAfter.has(thing.table)) yield gone('descriptor', thing, target);
    } else if (keyPart(other.fields['target'] ?? null) !== keyPart(target)) {
      yield turned('changed', 'descriptor', 'target', [thing, target], [other, other.fields['target'] ?? null]);
    }
  }
  for (const [key, thing] of now) {
    if (!old.has(key) && readBefore.has(thing.table)) yield came('descriptor', thing, thing.fields['target'] ?? null);
  }
}

interface Descriptor extends Thing {
  /** `PID TID` of the table it stands in. */
  readonly table: string;
}

function thing(r: Row, side: Side): Thing {
  const thread = r.tid === 0 ? '' : ` thread ${r.tid}`;
  return {
    identity: joined(`${r.pid} `, r.name, `${thread} fd ${r.fd}`),
    stable: joined(undeleted(r.path) ?? r.name, `${r.tid === 0 ? '' : ' thread'} fd ${r.fd}`),
    at: handleOf(side.captureId, r.source_id, r.line),
    fields: { target: r.target },
  };
}
