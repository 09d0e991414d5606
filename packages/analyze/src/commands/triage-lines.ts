import { parseHandle } from '../db/handle.ts';
import type { CaseDb } from '../db/query.ts';
import { utc } from '../db/select.ts';
import { weaknesses } from '../diff/comparable.ts';
import { sideOf } from '../diff/side.ts';
import { jsonValue, terminal } from '../render/cell.ts';
import type { Rows, Value } from '../render/value.ts';
import type { Finding } from '../triage/finding.ts';
import { comparesTwo, SEVERITIES } from '../triage/rule.ts';
import type { Told } from '../triage/suppress.ts';
import { captureBefore } from '../triage/triage.ts';

/** Things of one rule that are told in full; the other formats have all. */
const SHOWN = 20;

/** Further findings of one key that are told by their sentence alone. */
const ALSO = 4;

/** Process numbers that are named where several findings have one key. */
const NAMED = 8;

const WIDTH = 118;

/** For people: the ledger, what was found in short and then by severity, what is clear as far as it was read, and what nobody can say. */
export function* answerLines(answers: readonly Told[], db: CaseDb, ledger: string): Generator<string, void> {
  const [found, clear, blind] = (['found', 'clear', 'blind'] as const).map((result) => answers.filter((a) => a.result === result));
  yield capture(db, answers[0]?.captureId);
  if (answers.some(({ rule }) => comparesTwo(rule))) yield* weaker(db, answers[0]?.captureId);
  yield `${ledger}\n`;
  yield* short(found ?? [], answers.length);
  for (const answer of found ?? []) yield* details(answer, db);
  const partly = (clear ?? []).filter(({ missing }) => missing.length > 0);
  const part = partly.length > 0 ? `, ${partly.length} of them as far as it could be read` : '';
  yield `\n${clear?.length} of ${rules(answers.length)} clear${part}; ${blind?.length} blind\n`;
  yield* byReason('not judged', partly);
  yield* byReason('blind', blind ?? []);
  yield* suppressions(answers);
}

function* suppressions(answers: readonly Told[]): Generator<string, void> {
  const those = answers.filter(({ suppressed }) => suppressed > 0);
  const n = those.reduce((sum, { suppressed }) => sum + suppressed, 0);
  if (n > 0) yield `${n} ${n === 1 ? 'finding' : 'findings'} suppressed: ${those.map((a) => `${a.rule.id} ${a.suppressed}`).join(', ')}\n`;
}

/** Which capture it is about, and the one it was compared with. */
function capture(db: CaseDb, captureId: number | undefined): string {
  if (captureId === undefined) return '';
  const name = (id: number): string => {
    const row = db.get<{ host: Value; at: number | bigint | null }>('SELECT host, started_ns AS at FROM captures WHERE capture_id = ?', id);
    return `capture ${id} of ${terminal(row?.host ?? null)}, ${utc(row?.at ?? null)}`;
  };
  const before = captureBefore(db, captureId);
  return `${name(captureId)}${before === null ? '' : `, compared with ${name(before)}`}\n`;
}

/** What makes the rules that compare say less, as coldstat diff tells it. */
function* weaker(db: CaseDb, captureId: number | undefined): Generator<string, void> {
  const before = captureId === undefined ? null : captureBefore(db, captureId);
  if (captureId === undefined || before === null) return;
  for (const note of weaknesses(sideOf(db, before), sideOf(db, captureId))) yield `  ${terminal(note)}\n`;
}

function* short(found: readonly Told[], asked: number): Generator<string, void> {
  if (found.length === 0) {
    yield `${rules(asked)} found nothing\n`;
    return;
  }
  const severities = [...SEVERITIES].reverse().flatMap((severity) => {
    const n = found.filter(({ rule }) => rule.severity === severity).length;
    return n > 0 ? [`${n} ${severity}`] : [];
  });
  yield `${found.length} of ${rules(asked)} found something: ${severities.join(', ')}\n\n`;
  const idWidth = Math.max(...found.map(({ rule }) => rule.id.length));
  for (const { rule, findings, cut } of found) {
    const n = `${findings.length}${cut ? '+' : ''}`;
    yield `  ${rule.severity.toUpperCase().padEnd(8)}  ${n.padStart(5)}  ${rule.id.padEnd(idWidth)}  ${terminal(rule.title)}\n`;
  }
}

const rules = (n: number): string => `${n} ${n === 1 ? 'rule' : 'rules'}`;

function* details({ rule, findings, missing, cut }: Told, db: CaseDb): Generator<string, void> {
  const attack = rule.attack.length > 0 ? ` (${rule.attack.join(', ')})` : '';
  yield `\n${rule.severity.toUpperCase()}  ${rule.id}: ${terminal(rule.title)}${attack}\n`;
  const things = [...Map.groupBy(findings, ({ key }) => key).values()];
  for (const [finding, ...others] of things.slice(0, SHOWN)) {
    if (finding === undefined) continue;
    yield `  - ${terminal(finding.sentence)}\n`;
    for (const line of proof(finding, db)) yield `      ${line}\n`;
    const [told, rest] = also(finding, others);
    for (const sentence of told) yield `      also ${sentence}\n`;
    if (rest.length > 0) yield `      and ${rest.length} more of this key${processes(rest)}\n`;
    yield `      key ${finding.key}\n`;
  }
  const more = things.length - SHOWN;
  if (more > 0) yield `  and ${more}${cut ? ' or more' : ''} other keys: --rule ${rule.id} --format jsonl\n`;
  if (missing.length > 0) yield `  there may be more, not judged: ${terminal(missing.join('; '))}\n`;
  yield `  why: ${terminal(rule.why)}\n`;
  if (rule.benign.length > 0) yield `  ordinary causes: ${terminal(rule.benign.join('; '))}\n`;
  yield `  next: ${terminal(next(rule.next, findings))}\n`;
}

/** What is said in other words than the first, and the findings that are not told so. */
function also(first: Finding, others: readonly Finding[]): readonly [readonly string[], readonly Finding[]] {
  const told = new Set<string>();
  const rest: Finding[] = [];
  for (const finding of others) {
    const sentence = terminal(finding.sentence);
    if (sentence === terminal(first.sentence) || told.has(sentence) || told.size === ALSO) rest.push(finding);
    else told.add(sentence);
  }
  return [[...told], rest];
}

function processes(findings: readonly Finding[]): string {
  const pids = [...new Set(findings.flatMap(({ row }) => (typeof row['pid'] === 'number' ? [row['pid']] : [])))];
  if (pids.length === 0) return '';
  return `: process ${pids.slice(0, NAMED).join(', ')}${pids.length > NAMED ? ' …' : ''}`;
}

/** With the number of the process for the word PID, where there is only one. */
function next(text: string, findings: readonly Finding[]): string {
  const pids = new Set(findings.map(({ row }) => row['pid']));
  const [pid] = pids;
  return pids.size === 1 && typeof pid === 'number' && pid > 0 ? text.replace(/\bPID\b/g, String(pid)) : text;
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

/** One paragraph for each reason: many rules lack the same. */
function* byReason(word: string, answers: readonly Told[]): Generator<string, void> {
  for (const [reason, those] of Map.groupBy(answers, ({ missing }) => terminal(missing.join('; ')))) {
    yield `  ${word}: ${reason}\n`;
    let line = '   ';
    for (const { rule } of those) {
      if (line.length + rule.id.length + 1 > WIDTH) {
        yield `${line}\n`;
        line = '   ';
      }
      line += ` ${rule.id}`;
    }
    yield `${line}\n`;
  }
}

/** A row for each finding, and one for each rule that is clear or blind. */
export function answerRows(answers: readonly Told[]): Rows {
  function* rows(): Generator<readonly Value[], void> {
    for (const { rule, captureId, result, findings, missing, suppressed } of answers) {
      const head = [captureId, result, rule.severity, rule.id, rule.title];
      const lack = missing.join('; ') || null;
      const tail = [
        result === 'blind' ? lack : null,
        result === 'blind' ? null : lack,
        rule.attack.join(' '),
        rule.why,
        rule.benign.join('; '),
        rule.next,
        suppressed,
      ];
      if (result !== 'found') yield [...head, null, null, null, null, null, ...tail];
      for (const f of findings) yield [...head, f.sentence, f.key, JSON.stringify(f.evidence), f.beforeId, rowJson(f), ...tail];
    }
  }
  const columns = [
    'capture_id', 'result', 'severity', 'rule', 'title', 'finding', 'key', 'evidence', 'before_id', 'row', 'missing', 'not_judged', 'attack', 'why', 'benign', 'next', 'suppressed',
  ]; // biome-ignore format: one list
  return { columns, rows: rows() };
}

/** Every column that the SQL gave. */
function rowJson({ row }: Finding): string {
  return `{${Object.entries(row)
    .map(([name, value]) => `${jsonValue(name)}:${jsonValue(value)}`)
    .join(',')}}`;
}
