import { proven } from '../db/marks/read.ts';
import type { CaseDb } from '../db/query.ts';
import { selectCaptures } from '../db/select.ts';
import { ledgerLine } from '../ledger/line.ts';
import { ownersOf } from '../ledger/why.ts';
import { answerLines, type Format, type NetnsChoice, type Tool, type ToolAnswer } from '../tools/tool.ts';
import { parseFormat, parseNetns, requireNetns } from './choices.ts';
import type { Command } from './command.ts';
import type { Io } from './io.ts';
import { openFor } from './open-case.ts';
import { type OwnOptions, stripOptions } from './own-options.ts';
import { type Moment, moments, ofSameHost, seriesLines } from './series.ts';
import { writeLines } from './write.ts';

/** coldstat's own options on the commands of the live tools: long only, because the letters mean there what they mean in the tool. */
const OWN_OPTIONS_HELP = `coldstat's own options, anywhere before --:
  --db FILE        case file (default: COLDSTAT_DB, else ./case.db)
  --archive FILE   answer straight from this archive; may be repeated
  --age-identity FILE
                   private keys for archives that are encrypted with age
  --capture WHICH  latest (default), an id, a host or host@time; all: one listing for each capture, in order of time
  --netns WHICH    network namespace: own (default: that of the capture), all, or a number
  --format FORMAT  table (the tool's layout, default), json, jsonl, csv, tsv or markdown
  --handles        each row of --format table as a plain line of columns, with the handle that coldstat raw takes; the other formats have it always
  --quiet-ledger   leave out the line on standard error that says how complete the capture is
`;

/**
 * The command of a live tool: takes out coldstat's own options, gives the rest to the tool's grammar, prints what the tool would have
 * printed, and one line of the ledger on standard error. `usage` is the tool's own help, for `--help`.
 */
export function toolCommand(name: string, summary: string, tool: Tool, usage?: string): Command {
  return {
    name,
    summary,
    async run(argv, io, globals) {
      const { own, rest } = stripOptions(argv);
      if (own.help) {
        await io.out(`${usage?.trimEnd() ?? `coldstat ${name}: ${summary}`}\n\n${OWN_OPTIONS_HELP}`);
        return 0;
      }
      const format = parseFormat(own.format);
      const netns = parseNetns(own.netns);
      const db = await openFor(own, io, { ...globals, ageIdentity: own.ageIdentity });
      try {
        return await answer({ tool, args: rest, db, netns, format }, own, io);
      } finally {
        db.close();
      }
    },
  };
}

function withProof(answered: ToolAnswer, db: CaseDb, captureId: number): ToolAnswer {
  return answered.rows === undefined ? answered : { ...answered, rows: proven(answered.rows, db, captureId) };
}

interface Asked {
  readonly tool: Tool;
  readonly args: readonly string[];
  readonly db: CaseDb;
  readonly netns: NetnsChoice;
  readonly format: Format;
}

/** One listing, or with `--capture all` and where the tool repeats itself one for each capture. Exit 0 when any of them answered 0. */
async function answer({ tool, args, db, netns, format }: Asked, own: OwnOptions, io: Io): Promise<number> {
  const ids = new Set(selectCaptures(db, own.capture));
  const [one, ...others] = moments(db, ({ captureId }) => ids.has(captureId));
  if (one === undefined) throw new Error('no capture was chosen');
  // Any format but table gives rows; --handles shows those as a table.
  const asked = own.handles && format === 'table' ? 'tsv' : format;
  const ask = ({ captureId }: Moment) =>
    withProof(tool(args, { db, captureId, netns, format: asked, owners: () => ownersOf(db, captureId) }), db, captureId);
  const first = ask(one);
  const answering = first.repeat !== undefined && own.capture === undefined ? ofSameHost(db, one.captureId) : [one, ...others];
  requireNetns(
    db,
    answering.map((m) => m.captureId),
    netns,
  );
  if (own.capture !== 'all' && first.repeat === undefined) {
    for (const line of first.err) io.err(line);
    await writeLines(answerLines(first, format), io);
    if (!own.quietLedger) io.err(`${ledgerLine(db, one.captureId)}\n`);
    return first.exit();
  }
  const exits: number[] = [];
  const said = new Set<string>();
  const series = {
    moments: answering,
    repeat: first.repeat,
    ask: (moment: Moment) => {
      const next = moment.captureId === one.captureId ? first : ask(moment);
      for (const line of next.err) if (said.size < said.add(line).size) io.err(line);
      return next;
    },
    ended: (moment: Moment, exit: number) => {
      exits.push(exit);
      if (!own.quietLedger)
        io.err(
          ledgerLine(db, moment.captureId)
            .replace(/^ledger: /, `ledger: capture ${moment.captureId}: `)
            .concat('\n'),
        );
    },
  };
  await writeLines(seriesLines(series, format, own.handles), io);
  return Math.min(...exits);
}
