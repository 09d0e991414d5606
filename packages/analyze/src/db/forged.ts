import type { CaseDb } from './query.ts';

/** What a listing says behind a row that may not be the kernel's. */
export const FORGED_MARK = '(may be forged by the name of another socket)';

/**
 * Rows of the unix table, as `source_id:line`, that may be forged: a name may hold a newline and what looks like a row (the parser marks what
 * could be, `ambiguous`). Where the kernel counts as many unix sockets as there are rows of the same namespace and pass, all rows are real and none is
 * named; else those are that could be parts of a name and that no descriptor refers to, rows without an inode (connections not accepted yet) apart.
 * Without the kernel's count they are named too.
 */
export function maybeForged(db: CaseDb, captureId: number): ReadonlySet<string> {
  return new Set(forgedRows(db, captureId).map((r) => `${r.source_id}:${r.line}`));
}

export interface ForgedRow {
  readonly net_ns: number | null;
  readonly pass: string;
  readonly source_id: number;
  readonly line: number;
}

/** The same with where they stand. */
export function forgedRows(db: CaseDb, captureId: number): ForgedRow[] {
  return db.all<ForgedRow>(
    `WITH counted AS (
       SELECT net_ns, pass, CASE WHEN count(sockets) > 0 THEN total(sockets) END AS sockets FROM net_protocols WHERE capture_id = ? AND protocol IN ('UNIX', 'UNIX-STREAM') GROUP BY net_ns, pass
     ), listed AS (
       SELECT net_ns, pass, count(*) AS n FROM sockets_unix WHERE capture_id = ? GROUP BY net_ns, pass
     )
     SELECT u.net_ns, u.pass, u.source_id, u.line
       FROM sockets_unix u
       JOIN listed l ON l.net_ns IS u.net_ns AND l.pass = u.pass
       LEFT JOIN counted c ON c.net_ns IS u.net_ns AND c.pass = u.pass
      WHERE u.capture_id = ? AND u.ambiguous = 1 AND u.inode <> 0 AND (c.sockets IS NULL OR l.n > c.sockets)
        AND NOT EXISTS (SELECT 1 FROM fds f WHERE f.capture_id = u.capture_id AND f.socket_inode = u.inode)`,
    captureId,
    captureId,
    captureId,
  );
}
