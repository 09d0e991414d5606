import { dirname, join, resolve } from 'node:path';
import type { CaseDb } from '../db/query.ts';
import { selectCaptures } from '../db/select.ts';
import { bodyfileLines } from '../export/bodyfile.ts';
import { ecsLines } from '../export/ecs.ts';
import { type Owner, writeParquet } from '../export/parquet.ts';
import { RELATIONS, type Relation, selectAll } from '../export/relation.ts';
import { timesketchLines } from '../export/timesketch.ts';
import { directoryNamed, replacedBy, replaceNamed } from '../named-file.ts';
import { formatRows } from '../render/format.ts';
import type { Value } from '../render/value.ts';
import type { Event } from '../timeline/event.ts';
import { timeline } from '../timeline/timeline.ts';
import type { Command } from './command.ts';
import { type Io, UserError } from './io.ts';
import { nearest } from './nearest.ts';
import { openFor } from './open-case.ts';
import { type CaseOptions, caseOptions, ownCommand } from './own-command.ts';
import { writeLines } from './write.ts';

interface Options extends CaseOptions {
  readonly table?: readonly string[];
  readonly out?: string;
}

const HELP = `
  csv, jsonl   tables, each in OUT/TABLE.csv; one table alone may go to standard output
  parquet      tables, as OUT/TABLE/date=YYYY-MM-DD/CAPTURE.parquet, zstd: a lake that DuckDB, ClickHouse and Spark read as it is
  ecs          one JSON document a line for each process, and for each socket with each of its holders, in the names of the Elastic Common Schema
  timesketch   the timeline as JSON lines with message, datetime and timestamp_desc
  bodyfile     the timeline as mactime reads it

Same case, same bytes. Text is spelled as everywhere in coldstat: what is not visible is escaped, bytes that are no text are {"hex":"…"} in jsonl and parquet.
An existing file is replaced when the new one is whole.
Exit status: 0 written, 2 a mistake on the command line.`;

export const exportCommand: Command = ownCommand<Options>(
  'export',
  'Write tables, or the timeline, for other programs',
  (program) => {
    const list = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), ...value.split(',')];
    program
      .option('-o, --out <file>', 'directory, or file for ecs, timesketch and bodyfile; - (default there) is standard output')
      .option<readonly string[] | undefined>(
        '--table <names>',
        'csv, jsonl, parquet: only these tables or views, comma separated (default: all tables)',
        list,
      );
    caseOptions(program, 'all');
    const format = program.options.find((o) => o.long === '--format');
    if (format !== undefined) format.description = 'csv, jsonl, parquet, ecs, timesketch or bodyfile';
    program.addHelpText('after', HELP);
  },
  async (options, _operands, io, globals) => {
    const { format } = options;
    if (format === undefined || !EXPORT_FORMATS.includes(format)) throw new UserError(`--format is one of ${EXPORT_FORMATS.join(', ')}`);
    if (options.table !== undefined && !TABLES.includes(format))
      throw new UserError(`${format} is not of tables: it takes no --table`, `--table is for ${TABLES.join(', ')}`);
    const db = await openFor({ db: options.db, archives: options.archive }, io, globals);
    try {
      const ids = selectCaptures(db, options.capture ?? 'all');
      const tables = chosen(options.table);
      const shown = options.out ?? '-';
      const place = { db, ids, io, out: shown === '-' ? null : resolve(io.cwd, shown), shown };
      if (format === 'csv' || format === 'jsonl') await asText(place, tables, format);
      else if (format === 'parquet') asParquet(place, tables);
      else await toOne(place, streamed(format, db, ids, io));
      return 0;
    } finally {
      db.close();
    }
  },
);

/** Formats that are of tables; the others are made of several. */
const TABLES: readonly string[] = ['csv', 'jsonl', 'parquet'];
export const EXPORT_FORMATS: readonly string[] = [...TABLES, 'ecs', 'timesketch', 'bodyfile'];

interface Place {
  readonly db: CaseDb;
  readonly ids: readonly number[];
  readonly io: Io;
  /** Absolute; null for standard output. */
  readonly out: string | null;
  /** As it was named. */
  readonly shown: string;
}

/** All tables, or those named; views only by name. */
function chosen(names: readonly string[] | undefined): readonly Relation[] {
  if (names === undefined) return RELATIONS.filter((r) => r.columns.some((c) => c.type !== null));
  return names.map((name) => {
    const relation = RELATIONS.find((r) => r.name === name);
    if (relation !== undefined) return relation;
    const near = nearest(
      name,
      RELATIONS.map((r) => r.name),
    ).join(' or ');
    throw new UserError(`no table ${name}${near === '' ? '' : `; did you mean ${near}?`}`, 'coldstat schema lists them');
  });
}

function* rowsOf({ db, ids }: Place, relation: Relation): Generator<readonly Value[], void> {
  for (const id of ids) yield* db.rows(selectAll(relation), id).rows;
}

async function asText(place: Place, tables: readonly Relation[], format: 'csv' | 'jsonl'): Promise<void> {
  const lines = (r: Relation): Iterable<string> => formatRows({ columns: r.columns.map((c) => c.name), rows: rowsOf(place, r) }, format);
  const [only] = tables;
  if (place.out === null) {
    if (tables.length !== 1 || only === undefined) throw new UserError('several tables need a directory: -o DIR, or one --table');
    await writeLines(lines(only), place.io);
    return;
  }
  directoryNamed(place.out, place.shown);
  for (const table of tables) {
    const file = `${table.name}.${format}`;
    replaceNamed(join(place.out, file), join(place.shown, file), lines(table));
  }
}

function asParquet({ db, ids, io, out, shown }: Place, tables: readonly Relation[]): void {
  if (out === null) throw new UserError('parquet needs a directory: -o DIR');
  for (const id of ids) {
    const owner = db.get<Owner & { day: string | null }>(
      `SELECT uuid AS capture_uuid, CAST(host AS TEXT) AS host, started_ns AS taken_ns, date(started_ns / 1000000000, 'unixepoch') AS day FROM captures WHERE capture_id = ?`,
      id,
    );
    if (owner === undefined) continue;
    const name = `${owner.capture_uuid ?? `capture-${id}`}.parquet`;
    const of = { capture_uuid: owner.capture_uuid, host: owner.host, taken_ns: owner.taken_ns === null ? null : BigInt(owner.taken_ns) };
    for (const table of tables) {
      const file = join(table.name, `date=${owner.day ?? 'unknown'}`, name);
      directoryNamed(dirname(join(out, file)), shown);
      // No rows, no file: also none from an earlier export.
      replacedBy(join(out, file), join(shown, file), (part) => writeParquet(db, table, id, of, part) > 0);
    }
    io.err(`capture ${id}: ${tables.length} tables\n`);
  }
}

function* streamed(format: string, db: CaseDb, ids: readonly number[], io: Io): Generator<string, void> {
  if (format === 'ecs') {
    for (const id of ids) yield* ecsLines(db, id);
    return;
  }
  let left = 0;
  const untimed = (_event: Event): void => void left++;
  const events = timeline(db, { host: null, pid: null, kinds: null, since: null, until: null, captures: new Set(ids) });
  yield* format === 'timesketch' ? timesketchLines(events, untimed) : bodyfileLines(events, untimed);
  if (left > 0) io.err(`${left} events without a time are left out\n`);
}

async function toOne({ out, shown, io }: Place, lines: Iterable<string>): Promise<void> {
  if (out === null) await writeLines(lines, io);
  else {
    directoryNamed(dirname(out), shown);
    replaceNamed(out, shown, lines);
  }
}
