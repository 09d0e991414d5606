import type { CaseDb } from '../query.ts';

/** Kinds that are named; coldstat marks names them all. */
const SHOWN = 4;

/** For the line under listings: how many strong marks the capture has, and of which kinds. Null when it has none. */
export function marksClause(db: CaseDb, captureId: number): string | null {
  const sql = "SELECT kind, count(*) AS n FROM marks WHERE capture_id = ? AND weight = 'strong' GROUP BY kind ORDER BY n DESC, kind";
  const kinds = db.all<{ kind: string; n: number }>(sql, captureId);
  if (kinds.length === 0) return null;
  const total = kinds.reduce((sum, { n }) => sum + n, 0);
  const named = kinds.slice(0, SHOWN).map(({ kind, n }) => `${n} ${kind}`);
  const more = kinds.length > SHOWN ? ` and ${kinds.length - SHOWN} more kinds` : '';
  return `${total} ${total === 1 ? 'row' : 'rows'} marked (${named.join(', ')}${more})`;
}
