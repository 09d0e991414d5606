import type { CaseDb } from '../db/query.ts';
import { selectCaptures } from '../db/select.ts';
import { ledgerLine } from '../ledger/line.ts';
import { storedLedger } from '../ledger/stored.ts';
import { formatRows } from '../render/format.ts';
import type { Rows, Value } from '../render/value.ts';
import { parseFormat } from './choices.ts';
import type { Command } from './command.ts';
import { openFor } from './open-case.ts';
import { type CaseOptions, caseOptions, ownCommand } from './own-command.ts';
import { writeLines } from './write.ts';

interface LedgerOptions extends CaseOptions {
  readonly line?: true;
}

export const ledger: Command = ownCommand<LedgerOptions>(
  'ledger',
  'Say how complete a capture is, and whether what it holds agrees',
  (program) =>
    caseOptions(program)
      .option('--line', 'only the line that stands under every listing')
      .addHelpText(
        'after',
        `
Each check holds, is broken, or is blind (the capture lacks what the question needs); numbers are counts. A mismatch between
rows and the kernel's counters is broken only when both passes show it and it is larger than what changed between them.
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
      await writeLines(formatRows(entryRows(db, captures, seen), format), io);
      return seen.broken ? 1 : 0;
    } finally {
      db.close();
    }
  },
);

function entryRows(db: CaseDb, captures: readonly number[], seen: { broken: boolean }): Rows {
  function* rows(): Generator<readonly Value[], void> {
    for (const captureId of captures) {
      for (const e of storedLedger(db, captureId)) {
        if (e.result === 'broken') seen.broken = true;
        yield [captureId, e.section, e.check, e.netNs, e.result, e.expected, e.found, e.basis];
      }
    }
  }
  return { columns: ['capture_id', 'section', 'check', 'net_ns', 'result', 'expected', 'found', 'basis'], rows: rows() };
}
