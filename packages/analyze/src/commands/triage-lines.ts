import { parseHandle } from '../db/handle.ts';
import type { CaseDb } from '../db/query.ts';
import { jsonValue, terminal } from '../render/cell.ts';
import type { Rows, Value } from '../render/value.ts';
import type { Finding } from '../triage/finding.ts';
import type { Answer } from '../triage/triage.ts';

/** Findings of one rule that are told in full; the other formats have all. */
const SHOWN = 20;

/** For people: the ledger, what was found by severity, then what is clear and what nobody can say. */
export function* answerLines(answers: readonly Answer[], db: CaseDb, ledger: string): Generator<string, void> {
  yield `${ledger}\n`;
  for (const answer of answers) if (answer.result === 'found') yield* found(answer, db);
  const clear = answers.filter((answer) => answer.result === 'clear').length;
  const blind = answers.filter((answer) => answer.result === 'blind');
  yield `\n${clear} of ${answers.length} rules clear, ${blind.length} blind\n`;
  for (const { rule, missing } of blind) yield `  blind  ${rule.id}: ${missing.join('; ')}\n`;
}

function* found({ rule, findings, missing, cut }: Answer, db: CaseDb): Generator<string, void> {
  const attack = rule.attack.length > 0 ? ` (${rule.attack.join(', ')})` : '';
  yield `\n${rule.severity.toUpperCase()}  ${rule.id}: ${rule.title}${attack}\n`;
  for (const finding of findings.slice(0, SHOWN)) {
    yield `  - ${terminal(finding.sentence)}\n`;
    for (const line of proof(finding, db)) yield `      ${line}\n`;
    yield `      key ${finding.key}\n`;
  }
  if (findings.length > SHOWN) yield `  and ${findings.length - SHOWN}${cut ? ' or more' : ''} others: --rule ${rule.id} --format jsonl\n`;
  if (missing.length > 0) yield `  there may be more: ${missing.join('; ')}\n`;
  yield `  why: ${rule.why}\n`;
  if (rule.benign.length > 0) yield `  ordinary causes: ${rule.benign.join('; ')}\n`;
  yield `  next: ${rule.next}\n`;
}

function proof({ evidence }: Finding, db: CaseDb): string[] {
  return evidence.map((text) => {
    const handle = parseHandle(text);
    const path = db.get<{ path: string }>(
      'SELECT path FROM sources WHERE capture_id = ? AND source_id = ?',
      handle?.captureId ?? null,
      handle?.sourceId ?? null,
    )?.path;
    return `${text}  ${terminal(path ?? null)}${handle?.line == null ? '' : `, line ${handle.line}`}`;
  });
}

/** A row for each finding, and one for each rule that is clear or blind. */
export function answerRows(answers: readonly Answer[]): Rows {
  function* rows(): Generator<readonly Value[], void> {
    for (const { rule, captureId, result, findings, missing } of answers) {
      const head = [captureId, result, rule.severity, rule.id, rule.title];
      const tail = [missing.join('; ') || null, rule.attack.join(' '), rule.why, rule.benign.join('; '), rule.next];
      if (result !== 'found') yield [...head, null, null, null, null, null, ...tail];
      for (const f of findings) yield [...head, f.sentence, f.key, JSON.stringify(f.evidence), f.beforeId, rowJson(f), ...tail];
    }
  }
  const columns = [
    'capture_id', 'result', 'severity', 'rule', 'title', 'finding', 'key', 'evidence', 'before_id', 'row', 'missing', 'attack', 'why', 'benign', 'next',
  ]; // biome-ignore format: one list
  return { columns, rows: rows() };
}

/** Every column that the SQL gave. */
function rowJson({ row }: Finding): string {
  return `{${Object.entries(row)
    .map(([name, value]) => `${jsonValue(name)}:${jsonValue(value)}`)
    .join(',')}}`;
}
