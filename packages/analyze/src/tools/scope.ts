import type { Value } from '../render/value.ts';
import type { ToolContext } from './tool.ts';

/** Condition and its values for rows of one capture and the network namespaces asked for; those of the capture itself where nothing is said. */
export interface Scope {
  readonly where: string;
  readonly values: readonly Value[];
}

/** `alias` is what the query calls the table, where it joins others. */
export function scopeOf({ db, captureId, netns }: Pick<ToolContext, 'db' | 'captureId' | 'netns'>, alias?: string): Scope {
  const of = alias === undefined ? '' : `${alias}.`;
  if (netns === 'all') return { where: `${of}capture_id = ?`, values: [captureId] };
  const own = 'SELECT own_net_ns AS n FROM captures WHERE capture_id = ?';
  const one = netns === 'own' ? (db.get<{ n: Value }>(own, captureId)?.n ?? null) : netns;
  return { where: `${of}capture_id = ? AND ${of}net_ns IS ?`, values: [captureId, one] };
}

/** Rows of a table in the order of the files they stood in. */
export function rowsOf<T>(
  context: Pick<ToolContext, 'db' | 'captureId' | 'netns'>,
  columns: string,
  table: string,
  and = '',
  ...values: readonly Value[]
): IterableIterator<T> {
  const scope = scopeOf(context);
  const sql = `SELECT ${columns} FROM ${table} WHERE ${scope.where} ${and} ORDER BY source_id, line, rowid`;
  return context.db.iterate<T>(sql, ...scope.values, ...values);
}
