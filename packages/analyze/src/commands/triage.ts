import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { selectCaptures } from '../db/select.ts';
import { ledgerLine } from '../ledger/line.ts';
import { formatRows } from '../render/format.ts';
import { foreignRules, joinRules, ownRules } from '../triage/load-rules.ts';
import { type Rule, SEVERITIES } from '../triage/rule.ts';
import { Suppressions } from '../triage/suppress.ts';
import { type Answer, askCase, triage as triageOf } from '../triage/triage.ts';
import { parseFormat } from './choices.ts';
import type { Command } from './command.ts';
import { UserError } from './io.ts';
import { nearest } from './nearest.ts';
import { caseFile, openFor } from './open-case.ts';
import { type CaseOptions, caseOptions, ownCommand } from './own-command.ts';
import { QueryRunner } from './query-runner.ts';
import { askApart } from './triage-foreign.ts';
import { answerLines, answerRows } from './triage-lines.ts';
import { bySeverity, SigmaRules } from './triage-sigma.ts';
import { writeLines } from './write.ts';

interface TriageOptions extends CaseOptions {
  readonly rule?: readonly string[];
  readonly severity?: string;
  readonly suppress?: readonly string[];
  readonly rules?: readonly string[];
  readonly sigma?: readonly string[];
}

const list = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

export const triage: Command = ownCommand<TriageOptions>(
  'triage',
  'Say what deserves suspicion, with the rows it rests on and what to do next',
  (program) =>
    caseOptions(program)
      .option<readonly string[] | undefined>('--rule <id>', 'only this rule; may be repeated (docs/RULES.md)', list)
      .option('--severity <least>', `only rules of at least this severity: ${SEVERITIES.join(', ')}`)
      .option<readonly string[] | undefined>('--suppress <file>', 'findings that are known: a key, a rule or RULE:GLOB in each line', list)
      .option<readonly string[] | undefined>('--rules <dir>', 'rules of your own as well: a folder or a file', list)
      .option<readonly string[] | undefined>(
        '--sigma <path>',
        'Sigma rules as well: a file, or a folder with those below it (docs/SIGMA.md)',
        list,
      )
      .addHelpText(
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
    const suppressions = (options.suppress ?? []).map((file) => new Suppressions(readFileSync(resolve(io.cwd, file), 'utf8'), file));
    const foreign = (options.rules ?? []).flatMap((path) => foreignRules(resolve(io.cwd, path), path));
    const sigma = new SigmaRules(options.sigma ?? [], io);
    sigma.tell(io);
    const rules = chosen([...joinRules(ownRules(), foreign), ...sigma.rules], options);
    const asSql = rules.filter((rule) => !sigma.has(rule));
    const archives = options.archive ?? [];
    const db = await openFor({ db: options.db, archives }, io, globals);
    const file = archives.length > 0 ? undefined : resolve(io.cwd, caseFile(options, io, globals));
    // The damage of the archives was said when they were opened here.
    const runner = new QueryRunner(
      { type: 'open', file, archives, ageIdentity: globals.ageIdentity, cwd: io.cwd, capture: undefined },
      () => {},
    );
    try {
      const ask = { own: askCase(db), foreign: askApart(runner) };
      const captures = selectCaptures(db, options.capture);
      const all: Answer[] = [];
      for (const captureId of captures) {
        const answers: Answer[] = [];
        for await (const answer of triageOf(db, asSql, captureId, (rule, asked) => ask[rule.foreign ? 'foreign' : 'own'](rule, asked)))
          answers.push(withoutKnown(answer, suppressions));
        for (const answer of sigma.answers(db, rules, captureId)) answers.push(withoutKnown(answer, suppressions));
        answers.sort(bySeverity);
        if (format === 'table') await writeLines(answerLines(answers, db, ledgerLine(db, captureId)), io);
        all.push(...answers);
      }
      if (format !== 'table') await writeLines(formatRows(answerRows(all), format), io);
      for (const note of suppressions.flatMap((s) => s.unused())) io.err(`coldstat: ${note}\n`);
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

/** Without what is suppressed; a rule of which nothing is left is clear. */
function withoutKnown(answer: Answer, suppressions: readonly Suppressions[]): Answer {
  // Every list is asked, so that each can say which of its lines are of no use.
  const findings = answer.findings.filter((finding) => suppressions.filter((s) => s.covers(finding)).length === 0);
  if (answer.result !== 'found' || findings.length > 0) return { ...answer, findings };
  return { ...answer, findings, result: 'clear' };
}
