import { openForLoading } from '../../packages/analyze/src/db/open.ts';
import { insertRows, type TestRows } from './case.ts';

/** A case file that holds these rows, for the built-from-source program to open. */
export function caseFile(path: string, rows: TestRows): string {
  const db = openForLoading(path);
  insertRows(db, { captures: [{}], ...rows });
  db.close();
  return path;
}
