import { selectCaptures } from '../db/select.ts';
import { ledgerLine } from '../ledger/line.ts';
import { formatRows } from '../render/format.ts';
import { type Rule, SEVERITIES } from '../triage/rule.ts';
import type { Told } from '../triage/suppress.ts';
import { parseFormat } from './choices.ts';
import type { Command } from './command.ts';
import { UserError } from './io.ts';
import { nearest } from './nearest.ts';
import { openFor } from './open-case.ts';
import { type CaseOptions, caseOptions, ownCommand } from './own-command.ts';
import { type RuleOptions, RuleSets, ruleOptions } from './rule-sets.ts';
import { runnerFor } from './runner-for.ts';
import { answerLines, answerRows } from './triage-lines.ts';
import { writeLines } from './write.ts';

interface TriageOptions extends CaseOptions, RuleOptions {
  readonly rule?: readonly string[];
  readonly severity?: string;
}

const list = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

export const triage: Command = ownCommand<TriageOptions>(
  'triage',
  'Say what deserves suspicion, with the rows it rests on and what to do next',
  (program) =>
    ruleOptions(
      caseOptions(program)
        .option<readonly string[] | undefined>('--rule <id>', 'only this rule; may be repeated (docs/RULES.md)', list)
        .option('--severity <least>', `only rules of at least this severity: ${SEVERITIES.join(', ')}`),
    ).addHelpText(
      'after',
      `
Each rule found something, is clear, or is blind: of something it needs nothing was captured or could be read. What could be read in part only
is said as not judged, beside the answer for the rest. Findings come by severity, each with its key for --suppress, the handles of the rows it
rests on for coldstat raw, known ordinary causes and what to do next. A finding is a reason to look, no verdict. Rules that compare take the
capture of the same host before the one that is asked about. Rules of your own may only read; each has half a minute. Of Sigma the rules of
process_creation and network_connection of Linux are asked; what is not asked, and why, is told on standard error.
Exit status: 0 nothing was found, 1 something was, 2 a mistake on the command line or in a rule.`,
    ),
  async (options, operands, io, globals) => {
    if (operands.length > 0) throw new UserError(`what is ${operands[0]}?`, 'coldstat triage takes options only');
    const format = parseFormat(options.format);
    const sets = new RuleSets(options, io);
    const rules = chosen(sets.rules, options);
    const choice = { db: options.db, archives: options.archive };
    const db = await openFor(choice, io, globals);
    const runner = runnerFor(choice, io, globals);
    try {
      const all: Told[] = [];
      for (const captureId of selectCaptures(db, options.capture)) {
        const answers = await sets.answers(db, rules, captureId, runner);
        if (format === 'table') await writeLines(answerLines(answers, db, ledgerLine(db, captureId)), io);
        all.push(...answers);
      }
      if (format !== 'table') await writeLines(formatRows(answerRows(all), format), io);
      sets.tellUnused(io);
      return all.some((answer) => answer.result === 'found') ? 1 : 0;
    } finally {
      runner.close();
      db.close();
    }
  },
);

function chosen(rules: readonly Rule[], { rule: ids, severity }: TriageOptions): Rule[] {
  const least = SEVERITIES.findIndex((s) => s === (severity ?? 'info'));
  if (least < 0) throw new UserError(`no severity ${severity}`, `severities: ${SEVERITIES.join(', ')}`);
  const names = rules.map((rule) => rule.id);
  const odd = ids?.find((id) => !names.includes(id));
  if (odd !== undefined) throw new UserError(`no rule ${odd}`, `near: ${nearest(odd, names).join(', ') || 'see docs/RULES.md'}`);
  return rules.filter((rule) => (ids === undefined || ids.includes(rule.id)) && SEVERITIES.indexOf(rule.severity) >= least);
}
