// `coldstat load` (decompression, hashing, parsing, rows, indexes) against `sqlite3 .import` of the same rows as CSV, with the same indexes.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { output } from '../bench.mjs';

export const name = 'load';

/** A script for sqlite3: the tables (not STRICT: in CSV everything is text), the rows, then the indexes. */
function importScript(bench, db) {
  const objects = JSON.parse(
    output(['sqlite3', '-json', db, "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND type <> 'view'"]),
  );
  // Packed keys are of other rows, and no CSV: what they cost is in our time alone.
  const tables = objects.filter((o) => o.type === 'table' && o.name !== 'socket_keys');
  const lines = ['.bail on', 'PRAGMA journal_mode = DELETE;', 'BEGIN;'];
  let rows = 0;
  for (const { name: table, sql } of tables) {
    const count = Number(output(['sqlite3', db, `SELECT count(*) FROM "${table}"`]));
    const csv = join(bench.directory, `${table}.csv`);
    writeFileSync(csv, output(['sqlite3', '-csv', db, `SELECT * FROM "${table}"`]));
    rows += count;
    lines.push(`${sql.replace(/ STRICT$/, '')};`);
    if (count > 0) lines.push(`.import --csv ${csv} ${table}`);
  }
  for (const { type, sql } of objects) if (type === 'index') lines.push(`${sql};`);
  lines.push('COMMIT;');
  const script = join(bench.directory, 'import.sql');
  writeFileSync(script, `${lines.join('\n')}\n`);
  return { script, rows };
}

export function run(bench) {
  const db = join(bench.directory, 'case.db');
  const copy = join(bench.directory, 'import.db');
  const load = ['sh', '-c', 'rm -f "$0" && exec "$@"', db, ...bench.programs.coldstat, 'load', bench.archive, '-d', db];
  bench.measure(load);
  const { script, rows } = importScript(bench, db);
  const [ours, sqlite] = bench.interleave([load, ['sh', '-c', 'rm -f "$0" && exec sqlite3 "$0" < "$1"', copy, script]]);
  rmSync(copy);
  bench.report('load, rows/s to sqlite3 .import', sqlite.wall / ours.wall, '×', { least: 1.2 });
  bench.report('load, CPU to sqlite3 .import', ours.cpu / sqlite.cpu, '×');
  bench.report('load, peak', ours.maxrss_kib / 1024, 'MiB', { most: 400 });
  bench.report('rows loaded', rows, '');
  bench.db = db;
  bench.loaded = ours;
  return { ours, sqlite, rows };
}
