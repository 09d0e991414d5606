import { parseDocument, visit } from 'yaml';
import { UserError } from '../user-error.ts';
import { NEEDS, type Need } from './evidence.ts';
import { type Rule, type RuleTest, SEVERITIES, type Severity } from './rule.ts';

const FIELDS = [
  'id', 'title', 'severity', 'why', 'attack', 'benign', 'next', 'needs', 'sql', 'finding', 'evidence', 'key', 'tests',
] as const; // biome-ignore format: one list
type Field = (typeof FIELDS)[number];

const MAX_BYTES = 1 << 18;

/** Reads one rule. Throws UserError `FILE: FIELD: what is wrong`. */
export function parseRule(text: string, file: string, foreign: boolean): Rule {
  const fail = (field: string, message: string): never => {
    throw new UserError(`${file}: ${field}: ${message}`, 'docs/RULES.md tells of the form of a rule');
  };
  const fields = fieldsOf(text, fail);
  const need = <T>(field: Field, take: (value: unknown) => T | undefined, form: string): T =>
    take(fields[field]) ?? fail(field, fields[field] === undefined ? 'is missing' : `must be ${form}`);
  const line = (field: Field): string => need(field, textOf, 'text').trim();
  const rule: Rule = {
    id: need('id', (v) => (typeof v === 'string' && /^[a-z][a-z0-9-]{2,60}$/.test(v) ? v : undefined), 'small letters, digits and hyphens'),
    title: line('title'),
    severity: need('severity', severityOf, `one of ${SEVERITIES.join(', ')}`),
    why: line('why'),
    attack: need('attack', listOf, 'a list'),
    benign: need('benign', listOf, 'a list'),
    next: line('next'),
    needs: need('needs', listOf, 'a list').map((word) =>
      isNeed(word) ? word : fail('needs', `${word} is none of ${Object.keys(NEEDS).join(', ')}`),
    ),
    sql: line('sql'),
    finding: line('finding'),
    evidence: need('evidence', listOf, 'a list of columns'),
    key: need('key', listOf, 'a list of columns'),
    tests: { finds: testsOf(fields, 'finds', fail), ignores: testsOf(fields, 'ignores', fail) },
    file,
    foreign,
  };
  check(rule, fail);
  return rule;
}

type Fail = (field: string, message: string) => never;

function fieldsOf(text: string, fail: Fail): Readonly<Record<string, unknown>> {
  if (text.length > MAX_BYTES) fail('file', `is larger than ${MAX_BYTES} characters`);
  const document = parseDocument(text, { prettyErrors: true, logLevel: 'silent' });
  const [error] = document.errors;
  if (error !== undefined) fail('YAML', (error.message.split('\n')[0] ?? '').replace(/:$/, ''));
  // An alias can make much out of little; a rule has no use for one.
  visit(document, { Alias: () => fail('YAML', 'aliases are not allowed') });
  const value: unknown = document.toJS();
  if (!isRecord(value)) return fail('YAML', 'is not a list of fields');
  const odd = Object.keys(value).find((key) => !FIELDS.some((f) => f === key));
  if (odd !== undefined) fail(odd, `there is no such field; fields: ${FIELDS.join(', ')}`);
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function listOf(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const texts = value.filter((item): item is string => typeof item === 'string');
  return texts.length === value.length ? texts : undefined;
}

function severityOf(value: unknown): Severity | undefined {
  return SEVERITIES.find((s) => s === value);
}

function isNeed(word: string): word is Need {
  return Object.hasOwn(NEEDS, word);
}

function testsOf(fields: Readonly<Record<string, unknown>>, kind: 'finds' | 'ignores', fail: Fail): RuleTest[] {
  const tests = fields['tests'];
  const list: unknown = isRecord(tests) ? tests[kind] : undefined;
  if (!Array.isArray(list) || list.length === 0) return fail(`tests.${kind}`, 'must be a list of at least one test');
  return list.map((test: unknown, i): RuleTest => {
    const where = `tests.${kind}[${i}]`;
    if (!isRecord(test)) return fail(where, 'must have name and files');
    const { name, files, before, ...more } = test;
    const [odd] = Object.keys(more);
    if (odd !== undefined) fail(where, `${odd} is none of name, files, before`);
    return {
      name: textOf(name) ?? fail(where, 'name must be text'),
      files: filesOf(files) ?? fail(where, 'files must be names and bodies'),
      before: before === undefined ? null : (filesOf(before) ?? fail(where, 'before must be names and bodies')),
    };
  });
}

function filesOf(value: unknown): Record<string, string> | undefined {
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return entries.length === Object.keys(value).length ? Object.fromEntries(entries) : undefined;
}

/** What no single field shows. */
function check(rule: Rule, fail: Fail): void {
  const odd = rule.attack.find((id) => !/^T\d{4}(\.\d{3})?$/.test(id));
  if (odd !== undefined) fail('attack', `${odd} is no technique such as T1059.004`);
  if (!/^(SELECT|WITH)\b/i.test(rule.sql)) fail('sql', 'must be one SELECT');
  if (!rule.sql.includes(':capture')) fail('sql', 'must ask about :capture');
  const two = rule.needs.includes('before') || rule.needs.includes('same-boot');
  if (two !== rule.sql.includes(':before')) fail('needs', 'before or same-boot goes with :before in sql');
  if (rule.evidence.length === 0) fail('evidence', 'a finding must rest on rows');
  if (rule.key.length === 0) fail('key', 'must name a column');
}
