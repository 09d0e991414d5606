import { proven } from '../db/marks/read.ts';
import type { CaseDb } from '../db/query.ts';
import { selectCaptures, utc } from '../db/select.ts';
import { evidenceOf } from '../ledger/evidence.ts';
import { ledgerLine } from '../ledger/line.ts';
import { storedLedger } from '../ledger/stored.ts';
import { terminal } from '../render/cell.ts';
import { formatRows } from '../render/format.ts';
import type { Rows, Value } from '../render/value.ts';
import { parseFormat } from './choices.ts';
import type { Command } from './command.ts';
import { UserError } from './io.ts';
import { ledgerPage } from './ledger-page.ts';
import { openFor } from './open-case.ts';
import { type CaseOptions, caseOptions, ownCommand } from './own-command.ts';
import { writeLines } from './write.ts';

interface LedgerOptions extends CaseOptions {
  readonly line?: true;
  readonly check?: string;
}

export const ledger: Command = ownCommand<LedgerOptions>(
  'ledger',
  'Say how complete a capture is, and whether what it holds agrees',
  (program) =>
    caseOptions(program)
      .option('--line', 'only the line that stands under every listing')
      .option('--check <words>', 'the checks with these words in their name, with the rows they rest on')
      .addHelpText(
        'after',
        `
Each check holds, is broken, or is blind (the capture lacks what the question needs); numbers are counts. A mismatch between
rows and the kernel's counters is broken only when both passes show it and it is larger than what changed between them; what else
is let pass is told with what is broken, and stands in the column tolerance of the other formats. With --check each broken check is followed by the rows that break it, with the source and
line that coldstat raw takes.
Exit status: 0 nothing is broken, 1 something is, 2 a mistake on the command line.`,
      ),
  async (options, _operands, io, globals) => {
    const format = parseFormat(options.format);
    const db = await openFor({ db: options.db, archives: options.archive }, io, globals);
    try {
      const captures = selectCaptures(db, options.capture);
      if (options.line) {
        for (const captureId of captures) await io.out(`${ledgerLine(db, captureId)}\n`);
        return 0;
      }
      const seen = { broken: false };
      if (format === 'table' && options.check === undefined) {
        let gap = '';
        for (const captureId of captures) {
          const entries = storedLedger(db, captureId);
          seen.broken ||= entries.some((e) => e.result === 'broken');
          await io.out(gap);
          await writeLines(ledgerPage(titleOf(db, captureId), entries), io);
          gap = '\n';
        }
        return seen.broken ? 1 : 0;
      }
      const rows = options.check === undefined ? entryRows(db, captures, seen) : evidenceRows(db, captures, options.check, seen);
      await writeLines(formatRows(proven(rows, db, null), format), io);
      return seen.broken ? 1 : 0;
    } finally {
      db.close();
    }
  },
);

function titleOf(db: CaseDb, captureId: number): string {
  const { host, started } = db.get<{ host: Value; started: number | bigint | null }>(
    'SELECT host, started_ns AS started FROM captures WHERE capture_id = ?',
    captureId,
  ) ?? { host: null, started: null };
  return `capture ${captureId}, ${host === null ? 'unknown host' : terminal(host)}, ${utc(started)}`;
}

function entryRows(db: CaseDb, captures: readonly number[], seen: { broken: boolean }): Rows {
  function* rows(): Generator<readonly Value[], void> {
    for (const captureId of captures) {
      for (const e of storedLedger(db, captureId)) {
        if (e.result === 'broken') seen.broken = true;
        yield [captureId, e.section, e.check, e.netNs, e.result, e.expected, e.found, e.basis, e.tolerance];
      }
    }
  }
  return { columns: ['capture_id', 'section', 'check', 'net_ns', 'result', 'expected', 'found', 'basis', 'tolerance'], rows: rows() };
}

/** A row for each check, and behind it one for each row of evidence. */
function evidenceRows(db: CaseDb, captures: readonly number[], words: string, seen: { broken: boolean }): Rows {
  const entries = captures.flatMap((captureId) =>
    storedLedger(db, captureId)
      .filter((e) => e.check.includes(words))
      .map((e) => ({ captureId, e })),
  );
  if (entries.length === 0) throw new UserError(`no check of the ledger has ${words} in its name`, 'coldstat ledger lists them');
  function* rows(): Generator<readonly Value[], void> {
    for (const { captureId, e } of entries) {
      if (e.result === 'broken') seen.broken = true;
      yield [captureId, e.check, e.netNs, e.result, e.expected, e.found, null, null, null, null, null];
      if (e.result === 'holds') continue;
      for (const { subject, says, pass, sourceId, line } of evidenceOf(db, captureId, e))
        yield [captureId, e.check, e.netNs, null, null, null, subject, says, pass, sourceId, line];
    }
  }
  const columns = ['capture_id', 'check', 'net_ns', 'result', 'expected', 'found', 'subject', 'says', 'pass', 'source_id', 'line'];
  return { columns, rows: rows() };
}
