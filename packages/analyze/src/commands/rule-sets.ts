import { basename, resolve } from 'node:path';
import type { Command as Program } from 'commander';
import type { CaseDb } from '../db/query.ts';
import { readNamed } from '../named-file.ts';
import { pageCell } from '../render/cell.ts';
import type { AnswerReport } from '../report/document.ts';
import type { ReportRules } from '../report/report.ts';
import { foreignRules, joinRules, ownRules } from '../triage/load-rules.ts';
import type { Rule } from '../triage/rule.ts';
import { Suppressions, type Told, withoutKnown } from '../triage/suppress.ts';
import { type Answer, askCase, triage } from '../triage/triage.ts';
import type { Io } from './io.ts';
import type { QueryRunner } from './query-runner.ts';
import { askApart } from './triage-foreign.ts';
import { bySeverity, SigmaRules } from './triage-sigma.ts';

export interface RuleOptions {
  readonly suppress?: readonly string[];
  readonly rules?: readonly string[];
  readonly sigma?: readonly string[];
}

const list = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

/** Adds what a command that triages takes. */
export function ruleOptions(program: Program): Program {
  return program
    .option<readonly string[] | undefined>('--suppress <file>', 'findings that are known: a key, a rule or RULE:GLOB in each line', list)
    .option<readonly string[] | undefined>('--rules <dir>', 'rules of your own as well: a folder or a file', list)
    .option<readonly string[] | undefined>(
      '--sigma <path>',
      'Sigma rules as well: a file, or a folder with those below it (docs/SIGMA.md)',
      list,
    );
}

/** What triage asks: our rules, those of the operator, Sigma rules; and what it does not tell because it is known. */
export class RuleSets {
  readonly rules: readonly Rule[];
  readonly #suppressions: readonly Suppressions[];
  readonly #sigma: SigmaRules;
  #asked = false;

  /** Reads every file, and says which Sigma rules are not asked. Throws UserError. */
  constructor(options: RuleOptions, io: Io) {
    this.#suppressions = (options.suppress ?? []).map(
      (file) => new Suppressions(readNamed(resolve(io.cwd, file), file).toString('utf8'), file),
    );
    const foreign = (options.rules ?? []).flatMap((path) => foreignRules(resolve(io.cwd, path), path));
    this.#sigma = new SigmaRules(options.sigma ?? [], io);
    this.#sigma.tell(io);
    this.rules = [...joinRules(ownRules(), foreign), ...this.#sigma.rules];
  }

  /** For a page: all of them are asked. */
  forReport(db: CaseDb, runner: QueryRunner): ReportRules {
    const from = (rule: Rule): AnswerReport['from'] => (this.#sigma.has(rule) ? 'sigma' : rule.foreign ? 'operator' : 'coldstat');
    const count = (whose: AnswerReport['from']): number => this.rules.filter((rule) => from(rule) === whose).length;
    const { notAsked } = this.#sigma;
    return {
      told: {
        coldstat: count('coldstat'),
        operator: count('operator'),
        sigma: count('sigma'),
        notAsked: notAsked
          .filter(({ kind }) => kind === 'refused')
          .map(({ file, title, reason }) => ({ what: shown(title ?? basename(file)), reason: shown(reason) })),
        notApplicable: notAsked.filter(({ kind }) => kind === 'not applicable').length,
      },
      from,
      answers: (captureId) => this.answers(db, this.rules, captureId, runner),
    };
  }

  /** What the chosen rules say of a capture, the most severe first. `runner` asks those of the operator. Throws UserError for a mistake in one. */
  async answers(db: CaseDb, chosen: readonly Rule[], captureId: number, runner: QueryRunner): Promise<Told[]> {
    this.#asked = true;
    const ask = { own: askCase(db), foreign: askApart(runner) };
    const asSql = chosen.filter((rule) => !this.#sigma.has(rule));
    const answers: Answer[] = this.#sigma.answers(db, chosen, captureId);
    for await (const answer of triage(db, asSql, captureId, (rule, asked) => ask[rule.foreign ? 'foreign' : 'own'](rule, asked)))
      answers.push(answer);
    return answers.sort(bySeverity).map((answer) => withoutKnown(answer, this.#suppressions));
  }

  /** Says which lines of the suppressions covered nothing, once something was asked. */
  tellUnused(io: Io): void {
    if (!this.#asked) return;
    for (const note of this.#suppressions.flatMap((s) => s.unused())) io.err(`coldstat: ${note}\n`);
  }
}

function shown(text: string): string {
  return String(pageCell(text));
}
