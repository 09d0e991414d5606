import type { CaseDb } from '../db/query.ts';
import { pageCell } from '../render/cell.ts';
import type { Rule } from '../triage/rule.ts';
import { type Answer, askCase, triage } from '../triage/triage.ts';
import type { AnswerReport } from './document.ts';

/** What every rule of triage says of a capture, the most severe first. */
export async function answersReport(db: CaseDb, rules: readonly Rule[], captureId: number): Promise<AnswerReport[]> {
  const answers: AnswerReport[] = [];
  for await (const answer of triage(db, rules, captureId, askCase(db))) answers.push(reported(answer));
  return answers;
}

function reported({ rule, result, findings, missing, cut }: Answer): AnswerReport {
  return {
    rule: rule.id,
    title: rule.title,
    severity: rule.severity,
    result,
    why: rule.why,
    attack: rule.attack,
    benign: rule.benign,
    next: rule.next,
    missing,
    findings: findings.map(({ sentence, key, evidence }) => ({ sentence: String(pageCell(sentence)), key, evidence })),
    cut,
  };
}
