import type { CaseDb } from '../../db/query.ts';
import type { Value } from '../../render/value.ts';
import type { ToolContext } from '../tool.ts';

/** Condition and its values for rows of one capture and the network namespaces asked for; those of the capture itself where nothing is said. */
export interface Scope {
  readonly where: string;
  readonly values: readonly Value[];
}

export function scopeOf({ db, captureId, netns }: ToolContext): Scope {
  if (netns === 'all') return { where: 'capture_id = ?', values: [captureId] };
  return { where: 'capture_id = ? AND net_ns IS ?', values: [captureId, netns === 'own' ? ownNamespace(db, captureId) : netns] };
}

function ownNamespace(db: CaseDb, captureId: number): Value {
  return db.get<{ n: Value }>('SELECT own_net_ns AS n FROM captures WHERE capture_id = ?', captureId)?.n ?? null;
}

/** Rows of a table in the order of the files they stood in. */
export function rowsOf<T>(
  context: ToolContext,
  columns: string,
  table: string,
  and = '',
  ...values: readonly Value[]
): IterableIterator<T> {
  const scope = scopeOf(context);
  const sql = `SELECT ${columns} FROM ${table} WHERE ${scope.where} ${and} ORDER BY source_id, line, rowid`;
  return context.db.iterate<T>(sql, ...scope.values, ...values);
}

/** For tables that hold both passes without saying which: rows of the first. */
export const FIRST_PASS = "AND (capture_id, source_id) IN (SELECT capture_id, source_id FROM sources WHERE pass = 'A')";

/** Whether the capture has this table of /proc/net: its file was read, be it empty. */
export function hasTable(context: ToolContext, file: string): boolean {
  const sql = `SELECT 1 AS one FROM sources WHERE capture_id = ? AND bytes IS NOT NULL AND path LIKE ? LIMIT 1`;
  return context.db.get(sql, context.captureId, `%/net/${file}`) !== undefined;
}
