import { ledgerLine } from '../ledger/line.ts';
import type { Tool } from '../tools/tool.ts';
import { parseFormat, parseNetns } from './choices.ts';
import type { Command } from './command.ts';
import { oneCapture, openFor } from './open-case.ts';
import { stripOptions } from './own-options.ts';
import { writeLines } from './write.ts';

/** coldstat's own options on the commands of the live tools: long only, because the letters mean there what they mean in the tool. */
export const OWN_OPTIONS_HELP = `coldstat's own options, anywhere before --:
  --db FILE        case file (default: COLDSTAT_DB, else ./case.db)
  --archive FILE   answer straight from this archive; may be repeated
  --capture WHICH  one capture: latest (default), an id, a host or host@time
  --netns WHICH    network namespace: own (default: that of the capture), all, or a number
  --format FORMAT  table (the tool's layout, default), json, jsonl, csv, tsv or markdown
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
      const db = await openFor(own, io, globals);
      try {
        const captureId = oneCapture(db, own.capture);
        const answer = tool(rest, { db, captureId, netns, format });
        for (const line of answer.err) io.err(line);
        await writeLines(answer.out, io);
        if (!own.quietLedger) io.err(`${ledgerLine(db, captureId)}\n`);
        return answer.exit();
      } finally {
        db.close();
      }
    },
  };
}
