import { MARK_KINDS } from '../db/marks/kinds.ts';
import { selectCaptures } from '../db/select.ts';
import { writeRows } from '../render/format.ts';
import { parseFormat } from './choices.ts';
import type { Command } from './command.ts';
import { UserError } from './io.ts';
import { nearest } from './nearest.ts';
import { openFor } from './open-case.ts';
import { type CaseOptions, caseOptions, ownCommand } from './own-command.ts';

interface MarksOptions extends CaseOptions {
  readonly kind?: string;
  readonly strong?: true;
}

/** A table is for people: what it rests on is in the other formats. */
const COLUMNS = 'm.weight, m.kind, m.about, m.pid, m.tid, m.fd, m.claim, m.finding';

export const marks: Command = ownCommand<MarksOptions>(
  'marks',
  'List rows that may not be what they say, each with the reason',
  (program) =>
    caseOptions(program)
      .option('--kind <kind>', 'only this kind (docs/MARKS.md)')
      .option('--strong', 'only marks for which hardly an ordinary cause is known')
      .addHelpText(
        'after',
        `
A mark is no verdict: nothing is hidden or corrected for it. The handle is what coldstat raw takes to show the bytes; the formats other than
table have ordinary causes and the handles of all that a mark rests on as well.
Exit status: 0 nothing is marked, 1 something is, 2 a mistake on the command line.`,
      ),
  async ({ kind, strong, ...options }, _operands, io, globals) => {
    const format = parseFormat(options.format);
    if (kind !== undefined && !Object.hasOwn(MARK_KINDS, kind)) {
      const near = nearest(kind, Object.keys(MARK_KINDS));
      throw new UserError(`no mark is of the kind ${kind}`, `kinds: ${(near.length > 0 ? near : Object.keys(MARK_KINDS)).join(' ')}`);
    }
    const db = await openFor({ db: options.db, archives: options.archive }, io, globals);
    try {
      const { columns, rows } = db.rows(
        `SELECT m.capture_id AS capture, ${COLUMNS}, m.reason${format === 'table' ? '' : ', m.benign, m.evidence, m.source_id, m.line'},
           m.evidence ->> 0 AS handle
         FROM marks m WHERE m.capture_id IN (SELECT value FROM json_each(?)) AND m.kind = coalesce(?, m.kind) AND (? = 0 OR m.weight = 'strong')
         ORDER BY m.capture_id, m.weight, m.mark_id`,
        JSON.stringify(selectCaptures(db, options.capture)),
        kind ?? null,
        strong === true ? 1 : 0,
      );
      const found = [...rows];
      await writeRows({ columns, rows: found }, format, io);
      return found.length > 0 ? 1 : 0;
    } finally {
      db.close();
    }
  },
);
