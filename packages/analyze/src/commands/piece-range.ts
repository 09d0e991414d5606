import type { CaseDb } from '../db/query.ts';
import { FEEDS } from '../tables/feeds.ts';
import { lineRange } from './hex-dump.ts';
import { UserError } from './io.ts';
import type { Source } from './raw-place.ts';

/**
 * Byte range [start, end) of what the rows of a source count as a line: a message, an entry, a frame where the body is not made of lines.
 * Throws UserError when there is none of that number.
 */
export function pieceRange(
  db: CaseDb,
  captureId: number,
  source: Source,
  body: Buffer,
  line: number,
): readonly [start: number, end: number] {
  const feed = FEEDS.find((f) => f.parser === source.parser && f.pieces !== undefined);
  if (feed?.pieces === undefined) return lineRange(body, line, source.path);
  const order = db.get<{ order: string | null }>('SELECT byte_order AS "order" FROM captures WHERE capture_id = ?', captureId)?.order;
  const range = feed.pieces(body, order === 'little' || order === 'big' ? order : null).range(line);
  if (range === undefined) throw new UserError(`nothing in ${source.path} has the number ${line}`);
  return range;
}
