import type Database from 'better-sqlite3';
import { memoryCase } from '../../packages/analyze/src/db/open.ts';
import { type CaseDb, caseDb } from '../../packages/analyze/src/db/query.ts';
import type { Value } from '../../packages/analyze/src/render/value.ts';
import { TABLES } from '../../packages/analyze/src/tables/index.ts';

export type TestRows = Readonly<Record<string, readonly Readonly<Record<string, Value>>[]>>;

/** A case in memory that holds these rows: columns by name, what is left out is NULL, `capture_id` is 1 where not given. */
export function testCase(rows: TestRows): CaseDb {
  const db = memoryCase();
  insertRows(db, { captures: [{}], ...rows });
  return caseDb(db);
}

export function insertRows(db: Database.Database, rows: TestRows): void {
  db.transaction(() => insertAll(db, rows))();
}

function insertAll(db: Database.Database, rows: TestRows): void {
  for (const [name, list] of Object.entries(rows)) {
    const table = TABLES.find((t) => t.name === name);
    if (table === undefined) throw new Error(`no table ${name}`);
    const columns = table.columns.map(([column]) => column);
    const wide = new Set(table.columns.filter(([, type]) => type === 'U64').map(([column]) => column));
    const insert = db.prepare(`INSERT INTO "${name}" VALUES (${columns.map(() => '?').join(', ')})`);
    for (const row of list) {
      for (const key of Object.keys(row)) if (!columns.includes(key)) throw new Error(`no column ${name}.${key}`);
      insert.run(columns.map((c) => cell(row[c] ?? (c === 'capture_id' ? 1 : null), wide.has(c))));
    }
  }
}

/** A number in a column of type ANY would become a REAL. */
function cell(value: Value, wide: boolean): Value {
  return wide && typeof value === 'number' ? BigInt(value) : value;
}
