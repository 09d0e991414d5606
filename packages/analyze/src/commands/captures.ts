import type { CaseDb } from '../db/query.ts';
import { selectCaptures, utc } from '../db/select.ts';
import { takenCounts } from '../ledger/stored.ts';
import { writeRows } from '../render/format.ts';
import type { Value } from '../render/value.ts';
import { parseFormat } from './choices.ts';
import type { Command } from './command.ts';
import { openFor } from './open-case.ts';
import { type CaseOptions, caseOptions, ownCommand } from './own-command.ts';

const COLUMNS = [
  'id',
  'host',
  'started',
  'state',
  'boot',
  'kernel',
  'processes',
  'sockets',
  'problems',
  'series',
  'moment',
  'missed',
  'gap_ms',
  'uuid',
  'archive',
];

/** Series (the beginning of its id), place in it, moments missed before it and the pause since the end of the one before, of archives that belong to one. */
const SERIES = `iif(${member('id', 'text')}, substr(header ->> '$.series.id', 1, 8), NULL),
  iif(${member('moment', 'integer')}, (header ->> '$.series.moment') || coalesce(' of ' || (header ->> '$.series.count'), '')
    || iif(json_extract(header, '$.options.light') = 1, ', light', ''), iif(json_extract(header, '$.options.light') = 1, 'light', NULL)),
  iif(${member('missed', 'integer')}, header ->> '$.series.missed', NULL),
  iif(${member('previous.gap_us', 'integer')}, (header ->> '$.series.previous.gap_us') / 1000, NULL)`;

function member(name: string, type: 'text' | 'integer'): string {
  return `json_type(header, '$.series.${name}') = '${type}'`;
}

export const captures: Command = ownCommand<CaseOptions>(
  'captures',
  'List the captures of the case',
  (program) => caseOptions(program, 'all'),
  async (options, _operands, io, globals) => {
    const format = parseFormat(options.format);
    const db = await openFor({ db: options.db, archives: options.archive }, io, globals);
    try {
      const chosen = new Set(selectCaptures(db, options.capture ?? 'all'));
      const { rows } = db.rows(
        `SELECT capture_id, host, started_ns, CASE WHEN complete THEN exit WHEN kind = 'coldstat' THEN 'incomplete' ELSE kind END
             || CASE WHEN json_valid(header) AND json_type(header, '$.redacted') = 'object' THEN ', redacted' ELSE '' END, boot_id,
           kernel_release,
           (SELECT count(*) FROM problems p WHERE p.capture_id = c.capture_id),
           ${SERIES}, uuid, archive_path
         FROM captures c ORDER BY capture_id`,
      );
      const listed = [...rows].filter(([id]) => chosen.has(Number(id))).map((row) => withCounts(db, readableStart(row)));
      await writeRows({ columns: COLUMNS, rows: listed }, format, io);
      return 0;
    } finally {
      db.close();
    }
  },
);

function readableStart(row: readonly Value[]): Value[] {
  const started = row[2];
  return row.with(2, typeof started === 'number' || typeof started === 'bigint' ? utc(started) : null);
}

/** Counts stand before the problems. */
function withCounts(db: CaseDb, row: readonly Value[]): Value[] {
  const { processes, sockets } = takenCounts(db, Number(row[0]));
  return row.toSpliced(6, 0, processes, sockets);
}
