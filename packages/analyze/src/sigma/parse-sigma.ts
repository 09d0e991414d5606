import { parseAllDocuments, visit } from 'yaml';
import type { Severity } from '../triage/rule.ts';
import { type Condition, parseCondition } from './condition.ts';
import { type FieldTest, fieldTest } from './field-test.ts';
import { FIELDS } from './fields.ts';
import type { Category, NotAsked, Selection, SigmaRule } from './rule.ts';
import { isRefused, type Refused } from './truth.ts';

const MAX_BYTES = 1 << 18;
type Fields = Readonly<Record<string, unknown>>;

/** Every rule of a file: one a document. */
export function parseSigma(text: string, file: string): readonly (SigmaRule | NotAsked)[] {
  if (text.length > MAX_BYTES) return [{ file, title: null, kind: 'refused', reason: `is larger than ${MAX_BYTES} characters` }];
  const parsed = parseAllDocuments(text, { logLevel: 'silent' });
  const documents = Array.isArray(parsed) ? parsed : [];
  return documents.map((document, i) => {
    const where = documents.length > 1 ? `${file}#${i + 1}` : file;
    const refused = (reason: string, title: string | null = null): NotAsked => ({ file: where, title, kind: 'refused', reason });
    const [error] = document.errors;
    if (error !== undefined) return refused(`YAML: ${(error.message.split('\n')[0] ?? '').replace(/:$/, '')}`);
    let aliases = false;
    // An alias can make much out of little; a rule has no use for one.
    visit(document, {
      Alias: () => {
        aliases = true;
      },
    });
    if (aliases) return refused('YAML: aliases are not allowed');
    const fields: unknown = document.toJS();
    return isFields(fields) ? ruleOf(fields, where) : refused('is no rule');
  });
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value.trim() : null);
const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).flatMap((item) => textOf(item) ?? []);

function ruleOf(fields: Fields, file: string): SigmaRule | NotAsked {
  const title = textOf(fields['title']);
  const no = (kind: NotAsked['kind'], reason: string): NotAsked => ({ file, title, kind, reason });
  const odd = (['correlation', 'action', 'filter'] as const).find((key) => key in fields);
  if (odd !== undefined) return no('refused', ODD[odd]);
  if (title === null) return no('refused', 'has no title');
  const category = categoryOf(fields['logsource']);
  if (typeof category !== 'string') return no('not applicable', category.reason);
  const detection = detectionOf(fields['detection'], category);
  if (isRefused(detection)) return no('refused', detection.reason);
  const severity = severityOf(fields['level']);
  if (severity === null) return no('refused', `the level ${String(fields['level']).slice(0, 40)} is not known`);
  return {
    id: idOf(fields['id'], title),
    title,
    description: textOf(fields['description']) ?? title,
    severity,
    attack: textsOf(fields['tags']).flatMap((tag) => /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag)?.[1]?.toUpperCase() ?? []),
    benign: textsOf(fields['falsepositives']),
    category,
    ...detection,
    file,
  };
}

const ODD = {
  correlation: 'correlation rules count events over time; a capture is one moment',
  action: 'collections of rules (action) are not understood: write each rule in full',
  filter: 'filters of other rules are not understood: write the exception into the rule',
};

const LEVELS: Readonly<Record<string, Severity>> = {
  informational: 'info',
  low: 'low',
  medium: 'medium',
  high: 'high',
  critical: 'critical',
};

/** A rule without a level is of medium severity. */
function severityOf(level: unknown): Severity | null {
  return level === undefined ? 'medium' : (LEVELS[String(level).toLowerCase()] ?? null);
}

function idOf(id: unknown, title: string): string {
  const given = textOf(id)?.toLowerCase() ?? '';
  const slug = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return `sigma-${/^[a-z0-9-]{3,50}$/.test(given) ? given : slug.slice(0, 50) || 'rule'}`;
}

function categoryOf(logsource: unknown): Category | Refused {
  if (!isFields(logsource)) return { reason: 'has no logsource' };
  const { product, category, service } = logsource;
  const named = [product, category, service]
    .filter((part) => part !== undefined)
    .map(String)
    .join(' ');
  const other = {
    reason: `is of the logsource ${named.slice(0, 80) || 'of no name'}, not process_creation or network_connection of linux`,
  };
  if ((product !== undefined && product !== 'linux') || service !== undefined) return other;
  return category === 'process_creation' || category === 'network_connection' ? category : other;
}

interface Detection {
  readonly selections: ReadonlyMap<string, Selection>;
  readonly condition: Condition;
}

function detectionOf(detection: unknown, category: Category): Detection | Refused {
  if (!isFields(detection)) return { reason: 'has no detection' };
  if ('timeframe' in detection) return { reason: 'timeframe asks about many events; a capture is one moment' };
  const selections = new Map<string, Selection>();
  for (const [name, value] of Object.entries(detection)) {
    if (name === 'condition') continue;
    const selection = selectionOf(value, category);
    if (isRefused(selection)) return { reason: `${name}: ${selection.reason}` };
    selections.set(name, selection);
  }
  const conditions = textsOf(detection['condition']).map((text) => parseCondition(text, [...selections.keys()]));
  const wrong = conditions.find(isRefused);
  if (wrong !== undefined) return wrong;
  const [first, ...more] = conditions as readonly Condition[];
  if (first === undefined) return { reason: 'has no condition' };
  return { selections, condition: more.length === 0 ? first : { op: 'or', of: [first, ...more] } };
}

function selectionOf(value: unknown, category: Category): Selection | Refused {
  const maps: unknown[] = Array.isArray(value) ? value : [value];
  const selection: FieldTest[][] = [];
  for (const map of maps) {
    if (!isFields(map)) return { reason: 'words without a field are not looked for' };
    const tests: FieldTest[] = [];
    for (const [key, wanted] of Object.entries(map)) {
      const field = key.split('|')[0] ?? '';
      if (!FIELDS[category].has(field))
        return { reason: `the field ${field} is not captured; fields: ${[...FIELDS[category].keys()].join(' ')}` };
      const test = fieldTest(key, wanted);
      if (isRefused(test)) return test;
      tests.push(test);
    }
    if (tests.length === 0) return { reason: 'is empty' };
    selection.push(tests);
  }
  return selection.length > 0 ? selection : { reason: 'is empty' };
}
