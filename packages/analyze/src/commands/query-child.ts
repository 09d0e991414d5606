import type Database from 'better-sqlite3';
import { openForReading } from '../db/open.ts';
import { caseDb } from '../db/query.ts';
import { identifier } from '../db/schema.ts';
import { selectCaptures } from '../db/select.ts';
import { formatRows } from '../render/format.ts';
import type { Rows, Value } from '../render/value.ts';
import { UserError } from '../user-error.ts';
import { loadIntoMemory } from './memory-case.ts';
import type { Reply, Request } from './query-protocol.ts';
import { explainSqlError } from './sql-error.ts';
import { tokenize } from './sql-text.ts';

/**
 * A process of its own that runs the statements of `coldstat query`: SQLite cannot be interrupted from JavaScript, a process can be killed.
 * Started by query-runner.ts, which speaks with it over the channel of fork(2); it writes nothing by itself.
 */

/** Bytes SQLite may take before a statement fails with "out of memory". */
const HEAP_LIMIT = 2 ** 31;
/** What a statement that only reads may begin with. PRAGMA, ATTACH, VACUUM INTO and the like are not among them. */
const READING = /^(SELECT|WITH|VALUES|EXPLAIN)$/i;
const CHUNK = 1 << 16;

let db: Database.Database | undefined;
let more: () => void = () => {};

function reply(message: Reply): void {
  process.send?.(message);
}

process.on('message', (request: Request) => {
  if (request.type === 'more') return more();
  answer(request).catch((e: unknown) => reply(failure(e)));
});

function failure(e: unknown): Reply {
  if (e instanceof UserError) return { type: 'refused', message: e.message, hint: e.hint, at: undefined };
  return { type: 'bug', stack: e instanceof Error ? (e.stack ?? e.message) : String(e) };
}

async function answer(request: Exclude<Request, { type: 'more' }>): Promise<void> {
  if (request.type === 'open') {
    db = await open(request);
    return reply({ type: 'opened' });
  }
  if (db === undefined) throw new Error('no case is open');
  if (request.type === 'schema') return reply({ type: 'names', tables: [...names(db)] });
  const statement = prepare(db, request.sql);
  if ('type' in statement) return reply(statement);
  await run(statement, request);
}

async function open({ file, archives, ageIdentity, cwd, capture }: Extract<Request, { type: 'open' }>): Promise<Database.Database> {
  const err = (text: string): void => reply({ type: 'note', text });
  const opened = file === undefined ? await loadIntoMemory(archives, { err, cwd }, ageIdentity) : openForReading(file);
  opened.pragma(`hard_heap_limit = ${HEAP_LIMIT}`);
  if (capture !== undefined) restrict(opened, selectCaptures(caseDb(opened), capture));
  opened.pragma('query_only = ON');
  return opened;
}

/** Temporary views of the same names stand before the tables, so that a statement sees these captures alone. */
function restrict(opened: Database.Database, captures: readonly number[]): void {
  opened.pragma('query_only = OFF');
  for (const [table, columns] of names(opened)) {
    if (!columns.includes('capture_id')) continue;
    const name = identifier(table);
    opened.exec(`CREATE TEMP VIEW ${name} AS SELECT * FROM main.${name} WHERE capture_id IN (${captures.map(Number).join(', ')})`);
  }
}

function names(opened: Database.Database): Map<string, readonly string[]> {
  const tables = opened
    .prepare<[], string>("SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view') ORDER BY name")
    .pluck()
    .all();
  const columns = opened.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck();
  return new Map(tables.map((table) => [table, columns.all(table)]));
}

/** The statement, if it is one that only reads. */
function prepare(opened: Database.Database, sql: string): Database.Statement | Extract<Reply, { type: 'refused' }> {
  const [first] = tokenize(sql).tokens;
  if (first !== undefined && !READING.test(first.text) && /^[a-z]+$/i.test(first.text)) {
    const error = attempt(opened, sql);
    if (error === undefined || !error.includes('syntax error')) return refusal(`${first.text.toUpperCase()} is not a question`, first.at);
  }
  try {
    const statement = opened.prepare(sql);
    return statement.readonly && statement.reader ? statement : refusal('the statement would change the case', first?.at);
  } catch (e) {
    if (!(e instanceof Error)) throw e;
    const { message, at, near } = explainSqlError(sql, e.message, { tables: names(opened) }, (text) => attempt(opened, text));
    return { type: 'refused', message, hint: near.length > 0 ? `near: ${near.join(', ')}` : undefined, at };
  }
}

function refusal(message: string, at: number | undefined): Extract<Reply, { type: 'refused' }> {
  return { type: 'refused', message, hint: 'a case is only read here: SELECT, WITH, VALUES, EXPLAIN', at };
}

function attempt(opened: Database.Database, sql: string): string | undefined {
  try {
    opened.prepare(sql);
    return undefined;
  } catch (e) {
    return e instanceof Error ? e.message : String(e);
  }
}

async function run(statement: Database.Statement, { params, limit, format }: Extract<Request, { type: 'query' }>): Promise<void> {
  const seen = { rows: 0, cut: false };
  let text = '';
  try {
    const rows = { columns: statement.columns().map((c) => c.name), rows: limited(statement, params, limit, seen) };
    for (const line of formatRows(rows, format)) {
      text += line;
      if (text.length < CHUNK) continue;
      await chunk(text);
      text = '';
    }
    if (text !== '') await chunk(text);
    reply({ type: 'done', ...seen });
  } catch (e) {
    if (!(e instanceof Error)) throw e;
    // better-sqlite3 says with the first two that a parameter has no value; the third is a pattern that is none.
    const ours =
      e instanceof RangeError ||
      e instanceof TypeError ||
      e instanceof SyntaxError ||
      ('code' in e && typeof e.code === 'string' && e.code.startsWith('SQLITE'));
    if (!ours) throw e;
    const hint = /parameter/.test(e.message) ? 'write parameters as :name and give each with --param name=value' : undefined;
    reply({ type: 'refused', message: e.message, hint, at: undefined });
  }
}

function* limited(
  statement: Database.Statement,
  params: Readonly<Record<string, Value>>,
  limit: number,
  seen: { rows: number; cut: boolean },
): Generator<readonly Value[], void> {
  const iterator = statement.safeIntegers().raw();
  const rows = Object.keys(params).length > 0 ? iterator.iterate(params) : iterator.iterate();
  for (const row of rows as Rows['rows']) {
    if (limit > 0 && seen.rows === limit) {
      seen.cut = true;
      return;
    }
    seen.rows++;
    yield row.map(exact);
  }
}

/** Integers are read as bigint so that none is rounded; those that fit a number go on as one. */
function exact(value: Value): Value {
  return typeof value === 'bigint' && BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

async function chunk(text: string): Promise<void> {
  const taken = new Promise<void>((resolve) => {
    more = resolve;
  });
  reply({ type: 'chunk', text });
  await taken;
}
