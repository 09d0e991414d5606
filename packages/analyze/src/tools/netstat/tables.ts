import type { ToolContext } from '../tool.ts';

/** For tables that hold both passes without saying which: rows of the first. */
export const FIRST_PASS = "AND (capture_id, source_id) IN (SELECT capture_id, source_id FROM sources WHERE pass = 'A')";

/** Whether the capture has this table of /proc/net: its file was read, be it empty. */
export function hasTable(context: ToolContext, file: string): boolean {
  const sql = `SELECT 1 AS one FROM sources WHERE capture_id = ? AND bytes IS NOT NULL AND path LIKE ? LIMIT 1`;
  return context.db.get(sql, context.captureId, `%/net/${file}`) !== undefined;
}
