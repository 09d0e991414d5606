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

/** Tables of descriptors, `PID TID`, that could not be read in one of the captures: what is missing there is not gone. */
const UNREAD = `SELECT pid || ' 0' AS key FROM processes WHERE capture_id = ? AND fd_errno IS NOT NULL`;

/** Descriptors of the processes that are in both captures; those of a process that came or went came or went with it. */
export function* compareDescriptors(db: CaseDb, before: Side, after: Side, same: ReadonlySet<number>): Generator<Change, void> {
  const unread = new Set([before, after].flatMap((s) => db.all<{ key: string }>(UNREAD, s.captureId).map(({ key }) => key)));
  const read = (one: Side, other: Side): Map<string, Thing> => {
    const rows = db.all<Row>(DIFFERENT, one.captureId, other.captureId).filter((r) => same.has(r.pid) && !unread.has(`${r.pid} ${r.tid}`));
    return new Map(rows.map((r) => [`${r.pid} ${r.tid} ${r.fd}`, thing(r, one)]));
  };
  const old = read(before, after);
  const now = read(after, before);
  for (const [key, thing] of old) {
    const other = now.get(key);
    const target = thing.fields['target'] ?? null;
    if (other === undefined) yield gone('descriptor', thing, target);
    else if (keyPart(other.fields['target'] ?? null) !== keyPart(target)) {
      yield turned('changed', 'descriptor', 'target', [thing, target], [other, other.fields['target'] ?? null]);
    }
  }
  for (const [key, thing] of now) if (!old.has(key)) yield came('descriptor', thing, thing.fields['target'] ?? null);
}

function thing(r: Row, side: Side): Thing {
  const thread = r.tid === 0 ? '' : ` thread ${r.tid}`;
  return {
    identity: joined(`${r.pid} `, r.name, `${thread} fd ${r.fd}`),
    stable: joined(r.path ?? r.name, `${r.tid === 0 ? '' : ' thread'} fd ${r.fd}`),
    at: handleOf(side.captureId, r.source_id, r.line),
    fields: { target: r.target },
  };
}
