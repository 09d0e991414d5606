import { pageCell } from '../render/cell.ts';
import type { Rule } from '../triage/rule.ts';
import type { Told } from '../triage/suppress.ts';
import type { AnswerReport } from './document.ts';

/** What every rule of triage says of a capture. Rules of others are texts of others: they are escaped as what was captured is. */
export function answerReport(
  { rule, result, findings, missing, cut, suppressed }: Told,
  from: (rule: Rule) => AnswerReport['from'],
): AnswerReport {
  return {
    rule: rule.id,
    from: from(rule),
    title: shown(rule.title),
    severity: rule.severity,
    result,
    why: shown(rule.why),
    attack: rule.attack.map(shown),
    benign: rule.benign.map(shown),
    next: shown(rule.next),
    missing: missing.map(shown),
    findings: findings.map(({ sentence, key, evidence }) => ({ sentence: String(pageCell(sentence)), key, evidence })),
    cut,
    suppressed,
  };
}

function shown(text: string): string {
  return String(pageCell(text));
}
