import { resolve } from 'node:path';
import type { CaseDb } from '../db/query.ts';
import { terminal } from '../render/cell.ts';
import { sigmaAnswers, triageRule } from '../sigma/answers.ts';
import { loadSigma, sorted } from '../sigma/load-sigma.ts';
import type { NotAsked, SigmaRule } from '../sigma/rule.ts';
import { type Rule, SEVERITIES } from '../triage/rule.ts';
import type { Answer } from '../triage/triage.ts';
import type { Io } from './io.ts';

/** Rules of another logsource that are named one by one. */
const SHOWN = 10;

/** Sigma rules of the operator, beside the rules of triage. */
export class SigmaRules {
  readonly #rules: readonly SigmaRule[];
  readonly notAsked: readonly NotAsked[];
  /** As triage knows them. */
  readonly rules: readonly Rule[];

  /** Throws UserError. */
  constructor(paths: readonly string[], io: Io) {
    const loaded = paths.map((path) => loadSigma(resolve(io.cwd, path), path));
    const { rules, notAsked } = sorted(loaded.flatMap((one) => one.rules));
    this.#rules = rules;
    this.notAsked = [...loaded.flatMap((one) => one.notAsked), ...notAsked];
    this.rules = rules.map(triageRule);
  }

  /** By file too: a rule of the operator may bear the id of one of these. */
  has({ id, file }: Rule): boolean {
    return this.rules.some((rule) => rule.id === id && rule.file === file);
  }

  /** Answers of those that are chosen. */
  answers(db: CaseDb, chosen: readonly Rule[], captureId: number): Answer[] {
    const ids = new Set(chosen.map((rule) => rule.id));
    return sigmaAnswers(
      db,
      this.#rules.filter((rule) => ids.has(rule.id)),
      captureId,
    );
  }

  /** Says which rules are not asked, and why. */
  tell(io: Io): void {
    const name = ({ file, title }: NotAsked): string => terminal(title === null ? file : `${file}: ${title}`);
    const [refused, others] = ['refused', 'not applicable'].map((kind) => this.notAsked.filter((rule) => rule.kind === kind));
    for (const rule of refused ?? []) io.err(`coldstat: not asked: ${name(rule)}: ${terminal(rule.reason)}\n`);
    for (const rule of (others ?? []).slice(0, SHOWN)) io.err(`coldstat: not applicable: ${name(rule)}: ${terminal(rule.reason)}\n`);
    const n = others?.length ?? 0;
    if (n > SHOWN) io.err(`coldstat: not applicable: ${n} rules in all, of other logsources\n`);
  }
}

/** The most severe first, as triage gives its own. */
export function bySeverity(a: Answer, b: Answer): number {
  return SEVERITIES.indexOf(b.rule.severity) - SEVERITIES.indexOf(a.rule.severity) || (a.rule.id < b.rule.id ? -1 : 1);
}
