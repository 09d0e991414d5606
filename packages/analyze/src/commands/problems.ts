import { PROBLEM_CODES } from '../db/problem-codes.ts';
import { selectCaptures } from '../db/select.ts';
import { writeRows } from '../render/format.ts';
import { parseFormat } from './choices.ts';
import type { Command } from './command.ts';
import { UserError } from './io.ts';
import { nearest } from './nearest.ts';
import { openFor } from './open-case.ts';
import { type CaseOptions, caseOptions, ownCommand } from './own-command.ts';

/** Bytes of the evidence shown in a table; the other formats have all that the case keeps. */
const SHOWN = 32;

export const problems: Command = ownCommand<CaseOptions & { readonly code?: string }>(
  'problems',
  'List what could not be read, understood or trusted',
  (program) => caseOptions(program).option('--code <code>', 'only this code (docs/PROBLEMS.md)'),
  async ({ code, ...options }, _operands, io, globals) => {
    const format = parseFormat(options.format);
    if (code !== undefined && !Object.hasOwn(PROBLEM_CODES, code)) {
      throw new UserError(
        `no problem has the code ${code}`,
        `codes: ${nearest(code, Object.keys(PROBLEM_CODES)).join(' ') || Object.keys(PROBLEM_CODES).join(' ')}`,
      );
    }
    const db = await openFor({ db: options.db, archives: options.archive }, io, globals);
    try {
      const ids = selectCaptures(db, options.capture);
      const rows = db.rows(
        `SELECT p.capture_id AS capture, s.path AS source, p.line, p.lines, p.offset, p.code, p.message,
           ${format === 'table' ? `substr(p.bytes, 1, ${SHOWN})` : 'p.bytes'} AS bytes,
           p.capture_id || ':' || p.source_id || coalesce(':' || p.line, '') AS handle
         FROM problems p LEFT JOIN sources s ON s.capture_id = p.capture_id AND s.source_id = p.source_id
         WHERE p.capture_id IN (SELECT value FROM json_each(?)) AND p.code = coalesce(?, p.code)
         ORDER BY p.capture_id, p.problem_id`,
        JSON.stringify(ids),
        code ?? null,
      );
      await writeRows(rows, format, io);
      return 0;
    } finally {
      db.close();
    }
  },
);
