import { resolve } from 'node:path';
import type { CaseDb } from '../db/query.ts';
import { selectCaptures } from '../db/select.ts';
import { replaceNamed } from '../named-file.ts';
import type { Pair } from '../report/changes.ts';
import { reportHtml } from '../report/html.ts';
import { reportMarkdown } from '../report/markdown.ts';
import { reportDocument } from '../report/report.ts';
import { version } from '../version.ts';
import type { Command } from './command.ts';
import { UserError } from './io.ts';
import { openFor } from './open-case.ts';
import { ageOption, ownCommand } from './own-command.ts';
import { type RuleOptions, RuleSets, ruleOptions } from './rule-sets.ts';
import { runnerFor } from './runner-for.ts';
import { writeLines } from './write.ts';

interface ReportOptions extends RuleOptions {
  readonly db?: string;
  readonly archive?: readonly string[];
  readonly capture?: readonly string[];
  readonly output?: string;
  readonly format: string;
  readonly before?: string;
  readonly after?: string;
}

const list = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

export const report: Command = ownCommand<ReportOptions>(
  'report',
  'Write a page to hand over: ledger, findings, listeners, processes, a map, a timeline, changes',
  (program) => {
    program
      .option('-d, --db <file>', 'case file (default: COLDSTAT_DB, else ./case.db)')
      .option<readonly string[] | undefined>('--archive <file>', 'answer straight from this archive; may be repeated', list);
    ruleOptions(ageOption(program))
      .option<readonly string[] | undefined>(
        '--capture <which>',
        'latest, all, an id, a host or host@time; may be repeated (default: all)',
        list,
      )
      .option('-o, --output <file>', 'write to this file; - is standard output (default: -)', '-')
      .option('--format <format>', 'html, or markdown for a ticket', 'html')
      .option('--before <which>', 'capture to compare with the one --after names (default: the first and the last of each host)')
      .option('--after <which>', 'capture to compare')
      .addHelpText(
        'after',
        `
The page is one file that needs no other and asks nothing of any network: data, and a script that shows it. Works with a keyboard (/ searches
everything), in print, light and dark. Each row bears the handle with which coldstat raw shows its bytes. Up to five captures of a host are
compared each with each, of more each with the next and the first with the last. The same case gives the same bytes. Rules of your own, Sigma
rules and suppressions are those of coldstat triage; the page says which were asked and how many findings were left out.
Exit status: 0 written, 2 a mistake on the command line or in a rule.`,
      );
  },
  async ({ format, output = '-', ...options }, operands, io, globals) => {
    if (operands.length > 0) throw new UserError(`what is ${operands[0]}?`, 'coldstat report -o FILE');
    if (format !== 'html' && format !== 'markdown') throw new UserError(`no report is of the format ${format}`, 'formats: html markdown');
    const sets = new RuleSets(options, io);
    const choice = { db: options.db, archives: options.archive };
    const db = await openFor(choice, io, globals);
    const runner = runnerFor(choice, io, globals);
    try {
      const pair = pairOf(db, options.before, options.after);
      const captures = [...new Set([...(options.capture ?? ['all']).flatMap((which) => selectCaptures(db, which)), ...(pair ?? [])])];
      const document = await reportDocument(db, { captures, pair, rules: sets.forReport(db, runner), tool: `coldstat ${version()}` });
      const text = format === 'html' ? [reportHtml(document).html] : reportMarkdown(document);
      if (output === '-') await writeLines(text, io);
      else replaceNamed(resolve(io.cwd, output), output, text, 0o666);
      sets.tellUnused(io);
      return 0;
    } finally {
      runner.close();
      db.close();
    }
  },
);

function pairOf(db: CaseDb, before: string | undefined, after: string | undefined): Pair | null {
  if (before === undefined && after === undefined) return null;
  if (before === undefined || after === undefined) throw new UserError('--before and --after go together');
  const [a, ...more] = selectCaptures(db, before);
  const [b, ...others] = selectCaptures(db, after);
  if (a === undefined || b === undefined || more.length + others.length > 0)
    throw new UserError('two captures are compared', 'all names more than one');
  return [a, b];
}
