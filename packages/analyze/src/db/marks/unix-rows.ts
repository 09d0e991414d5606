import type { Value } from '../../render/value.ts';
import { forgedRows } from '../forged.ts';
import type { CaseDb } from '../query.ts';
import type { Mark } from './kinds.ts';

interface Row {
  path: Value;
  counted: number | null;
  before: number | null;
}

const ROW = `SELECT u.path, (SELECT CASE WHEN count(n.sockets) > 0 THEN total(n.sockets) END FROM net_protocols n WHERE n.capture_id = u.capture_id AND n.net_ns IS u.net_ns AND n.pass = u.pass
    AND n.protocol IN ('UNIX', 'UNIX-STREAM')) AS counted,
  (SELECT max(b.line) FROM sockets_unix b WHERE b.capture_id = u.capture_id AND b.net_ns IS u.net_ns AND b.pass = u.pass AND b.source_id = u.source_id
    AND b.line < u.line) AS before
  FROM sockets_unix u WHERE u.capture_id = ? AND u.net_ns IS ? AND u.pass = ? AND u.source_id = ? AND u.line = ?`;

/** Rows that may be a continuation (see forged.ts), with the row whose name they may be part of. */
export function* unixMarks(db: CaseDb, captureId: number): Generator<Mark> {
  for (const { net_ns, pass, source_id, line } of forgedRows(db, captureId)) {
    const row = db.get<Row>(ROW, captureId, net_ns, pass, source_id, line);
    if (row === undefined) continue;
    const known = row.counted !== null;
    yield {
      kind: 'unix-continuation',
      weight: known ? 'strong' : 'weak',
      about: 'sockets_unix',
      claim: row.path,
      reason: known
        ? 'The line may be part of the name before it: the table has more rows than the kernel counts unix sockets, and no descriptor refers to this one.'
        : "The line may be part of the name before it: no descriptor refers to this socket, and the kernel's count of unix sockets is not in the capture.",
      at: [source_id, line],
      also: row.before === null ? [] : [[source_id, row.before]],
    };
  }
}
