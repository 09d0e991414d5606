import type { CaseDb } from '../db/query.ts';
import { findingOf, type Row } from '../triage/finding.ts';
import { counter, lacking } from '../triage/needs.ts';
import type { Rule } from '../triage/rule.ts';
import { type Answer, LIMIT } from '../triage/triage.ts';
import { evaluate } from './condition.ts';
import type { FieldValue } from './field-test.ts';
import { FIELDS, type Names, type Subject } from './fields.ts';
import type { Category, SigmaRule } from './rule.ts';
import { namesOf, subjects } from './subjects.ts';
import { and, or, type Truth } from './truth.ts';

/** Rows that are named of those nothing can be said of. */
const NAMED = 3;

/** What was found so far of one rule. */
class Asking {
  readonly rule: SigmaRule;
  readonly as: Rule;
  readonly rows: Row[] = [];
  /** Rows of which nothing can be said, by the field that is not known. */
  readonly unknown: Map<string, { n: number; readonly at: string[] }> = new Map();

  constructor(rule: SigmaRule) {
    this.rule = rule;
    this.as = triageRule(rule);
  }

  ask(subject: Subject, names: Names, values: Map<string, FieldValue>): void {
    if (this.rows.length > LIMIT) return;
    const { condition, selections, category } = this.rule;
    const missing = new Set<string>();
    const line = (field: string, test: (value: FieldValue) => Truth): Truth => {
      const known = values.get(field) ?? FIELDS[category].get(field)?.(subject, names) ?? { texts: [], more: true };
      values.set(field, known);
      const truth = test(known);
      if (truth === null) missing.add(field);
      return truth;
    };
    const truth = evaluate(condition, (name) =>
      or((selections.get(name) ?? []).map((tests) => and(tests.map(({ field, test }) => line(field, test))))),
    );
    if (truth === true) this.rows.push({ ...subject, user: FIELDS[category].get('User')?.(subject, names).texts[0] ?? subject.uid });
    if (truth !== null) return;
    for (const field of missing) {
      const known = this.unknown.get(field) ?? { n: 0, at: [] };
      known.n++;
      const at = subject.socket_at ?? subject.at;
      if (known.at.length < NAMED && at !== null) known.at.push(at);
      this.unknown.set(field, known);
    }
  }

  answer(captureId: number, absent: readonly string[]): Answer {
    const unsaid = [...this.unknown].map(
      ([field, { n, at }]) =>
        `${field} is not known of ${n} ${n === 1 ? 'row' : 'rows'} that would decide it (${at.join(' ')}${n > at.length ? ' …' : ''})`,
    );
    const missing = absent.length > 0 ? absent : unsaid;
    const findings = this.rows.slice(0, LIMIT).map((row) => findingOf(this.as, row, captureId, null));
    const result = findings.length > 0 ? 'found' : missing.length > 0 ? 'blind' : 'clear';
    return { rule: this.as, captureId, result, findings, missing, cut: this.rows.length > LIMIT };
  }
}

/** One answer for each rule. The processes and connections of the capture are read once for all of them. */
export function sigmaAnswers(db: CaseDb, rules: readonly SigmaRule[], captureId: number): Answer[] {
  const all = rules.map((rule) => new Asking(rule));
  const count = counter(db, { capture: captureId, before: null, broken: () => '[]', unheld: () => '[]' });
  const names = namesOf(db, captureId);
  const absent = new Map(all.map((asking) => [asking, lacking(count, asking.as.needs).absent]));
  for (const category of ['process_creation', 'network_connection'] as const) {
    const asked = all.filter((asking) => asking.rule.category === category && absent.get(asking)?.length === 0);
    if (asked.length === 0) continue;
    for (const subject of subjects(db, captureId, category)) {
      const values = new Map<string, FieldValue>();
      for (const asking of asked) asking.ask(subject, names, values);
    }
  }
  return all.map((asking) => asking.answer(captureId, absent.get(asking) ?? []));
}

const FINDING: Readonly<Record<Category, string>> = {
  process_creation: 'process {pid} ({name}) of {user}: {cmdline}',
  network_connection: '{proto} {local_address} port {local_port} to {remote_address} port {remote_port}, held by {pid} ({name}): {cmdline}',
};

/** As triage knows rules; its SQL is empty, since nothing asks for it. */
export function triageRule(rule: SigmaRule): Rule {
  return {
    id: rule.id,
    title: rule.title,
    severity: rule.severity,
    why: rule.description,
    attack: rule.attack,
    benign: rule.benign,
    next: 'read the rule, then the rows of the finding: coldstat raw, coldstat pfiles',
    needs: rule.category === 'process_creation' ? ['processes'] : ['sockets'],
    sql: '',
    finding: FINDING[rule.category],
    evidence: rule.category === 'process_creation' ? ['at'] : ['socket_at', 'at'],
    key: rule.category === 'process_creation' ? ['user', 'path', 'cmdline'] : ['path', 'proto', 'remote_address', 'remote_port'],
    tests: { finds: [], ignores: [] },
    file: rule.file,
    foreign: true,
  };
}
