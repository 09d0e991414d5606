import type { CaseDb } from '../db/query.ts';
import { findingOf, type Row } from '../triage/finding.ts';
import { counter, type Lack, lacking } from '../triage/needs.ts';
import type { Rule } from '../triage/rule.ts';
import { type Answer, LIMIT } from '../triage/triage.ts';
import { evaluate } from './condition.ts';
import type { FieldValue } from './field-test.ts';
import { FIELDS, type Names, type Subject } from './fields.ts';
import type { Category, SigmaRule } from './rule.ts';
import { note, Sight, type Undecided } from './sight.ts';
import { namesOf, subjects } from './subjects.ts';
import { and, or, type Truth } from './truth.ts';

/** What was found so far of one rule. */
class Asking {
  readonly rule: SigmaRule;
  readonly as: Rule;
  readonly rows: Row[] = [];
  readonly #undecided: Undecided = new Map();

  constructor(rule: SigmaRule) {
    this.rule = rule;
    this.as = triageRule(rule);
  }

  ask(subject: Subject, names: Names, values: ReadonlyMap<string, FieldValue>): void {
    if (this.rows.length > LIMIT) return;
    const { condition, selections, category } = this.rule;
    const missing = new Map<string, string>();
    const line = (field: string, test: (value: FieldValue) => Truth): Truth => {
      const known = values.get(field) ?? { texts: [], more: true };
      const truth = test(known);
      if (truth === null) missing.set(field, known.more ? (known.why ?? 'not captured') : 'too long to match');
      return truth;
    };
    const truth = evaluate(condition, (name) =>
      or((selections.get(name) ?? []).map((tests) => and(tests.map(({ field, test }) => line(field, test))))),
    );
    if (truth === true) this.rows.push({ ...subject, user: FIELDS[category].get('User')?.(subject, names).texts[0] ?? subject.uid });
    if (truth === null) note(this.#undecided, missing, subject.socket_at ?? subject.at);
  }

  /** Blind where of a field that would decide nothing was seen at all; what was seen in part is told beside the answer. */
  answer(captureId: number, { absent, partly }: Lack, sight: Sight): Answer {
    const unseen =
      absent.length > 0 ? absent : [...this.#undecided].flatMap(([field, rows]) => (sight.seen(field) ? [] : [sight.blind(field, rows)]));
    const unjudged = [...this.#undecided].map(([field, rows]) => sight.partly(field, rows));
    const findings = this.rows.slice(0, LIMIT).map((row) => findingOf(this.as, row, captureId, null));
    const result = findings.length > 0 ? 'found' : unseen.length > 0 ? 'blind' : 'clear';
    const missing = result === 'blind' ? unseen : [...partly, ...unjudged];
    return { rule: this.as, captureId, result, findings, missing, cut: this.rows.length > LIMIT };
  }
}

/** One answer for each rule. The processes and connections of the capture are read once for all of them. */
export function sigmaAnswers(db: CaseDb, rules: readonly SigmaRule[], captureId: number): Answer[] {
  const all = rules.map((rule) => new Asking(rule));
  const count = counter(db, { capture: captureId, before: null, broken: () => '[]', unheld: () => '[]', seen: () => '[]' });
  const names = namesOf(db, captureId);
  const answers = new Map<SigmaRule, Answer>();
  for (const category of ['process_creation', 'network_connection'] as const) {
    const of = all.filter(({ rule }) => rule.category === category);
    const lack = lacking(count, NEEDS[category]);
    const sight = new Sight(
      category,
      of.flatMap(({ rule }) => fieldsOf(rule)),
    );
    if (of.length > 0 && lack.absent.length === 0)
      for (const subject of subjects(db, captureId, category)) {
        const values = sight.look(subject, names);
        for (const asking of of) asking.ask(subject, names, values);
      }
    for (const asking of of) answers.set(asking.rule, asking.answer(captureId, lack, sight));
  }
  return rules.flatMap((rule) => answers.get(rule) ?? []);
}

function fieldsOf({ selections }: SigmaRule): string[] {
  return [...selections.values()].flatMap((selection) => selection.flatMap((tests) => tests.map(({ field }) => field)));
}

const NEEDS: Readonly<Record<Category, Rule['needs']>> = { process_creation: ['processes'], network_connection: ['sockets'] };

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
    needs: NEEDS[rule.category],
    sql: '',
    finding: FINDING[rule.category],
    evidence: rule.category === 'process_creation' ? ['at'] : ['socket_at', 'at'],
    key: rule.category === 'process_creation' ? ['user', 'path', 'cmdline'] : ['path', 'proto', 'remote_address', 'remote_port'],
    tests: { finds: [], ignores: [] },
    file: rule.file,
    foreign: true,
  };
}
