import { BlockList, isIP } from 'node:net';
import { type Glob, globTest, hasWildcards, literalGlob, opened, parseGlob, plainText } from './glob.ts';
import { Regex } from './regex.ts';
import { and, isRefused, or, type Refused, type Truth } from './truth.ts';

/** What a row has in a field: its texts, and whether there may be others that nobody knows. None and no others: the field is absent. */
export interface FieldValue {
  readonly texts: readonly string[];
  readonly more: boolean;
  /** Why there may be others. */
  readonly why?: string;
}

/** One line of a selection. */
export interface FieldTest {
  readonly field: string;
  readonly test: (value: FieldValue) => Truth;
}

type Test = (text: string) => Truth;
type Scalar = string | null;

const KINDS = ['contains', 'startswith', 'endswith', 're', 'cidr', 'exists', 'lt', 'lte', 'gt', 'gte'] as const;
type Kind = (typeof KINDS)[number];
const CHANGES = ['windash', 'base64', 'base64offset'] as const;
const FLAGS = ['i', 'm', 's', 'cased', 'all'] as const;

interface Modifiers {
  readonly kind: Kind | null;
  readonly changes: readonly (typeof CHANGES)[number][];
  readonly flags: ReadonlySet<string>;
}

/** `NAME|modifier|modifier` with its value or values. */
export function fieldTest(key: string, value: unknown): FieldTest | Refused {
  const [field = '', ...words] = key.split('|');
  const modifiers = modifiersOf(words);
  if (isRefused(modifiers)) return { reason: `${field}: ${modifiers.reason}` };
  const values = scalars(value);
  if (values === null) return { reason: `${field}: a value is neither text nor number nor null` };
  const test = modifiers.kind === 'exists' ? existsTest(values) : valuesTest(values, modifiers);
  return typeof test === 'function' ? { field, test } : { reason: `${field}: ${test.reason}` };
}

function modifiersOf(words: readonly string[]): Modifiers | Refused {
  const kinds = words.filter((word): word is Kind => KINDS.some((kind) => kind === word));
  const changes = CHANGES.filter((change) => words.includes(change));
  const known = (word: string): boolean => [...KINDS, ...CHANGES, ...FLAGS].some((other) => other === word);
  const odd = words.find((word) => !known(word));
  if (odd !== undefined) return { reason: `the modifier ${odd} is not understood` };
  if (kinds.length > 1) return { reason: `${kinds.join(' and ')} exclude each other` };
  const flags = new Set(words.filter((word) => FLAGS.some((flag) => flag === word)));
  const [kind = null] = kinds;
  if (kind !== 're' && ['i', 'm', 's'].some((flag) => flags.has(flag))) return { reason: 'i, m and s go with re' };
  if (changes.length > 0 && kind !== null && !['contains', 'startswith', 'endswith'].includes(kind))
    return { reason: `${changes[0]} does not go with ${kind}` };
  return { kind, changes, flags };
}

function scalars(value: unknown): readonly Scalar[] | null {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts: Scalar[] = [];
  for (const item of list) {
    if (item === null || typeof item === 'string') texts.push(item);
    else if (typeof item === 'number' || typeof item === 'boolean' || typeof item === 'bigint') texts.push(String(item));
    else return null;
  }
  return texts.length > 0 ? texts : null;
}

function existsTest(values: readonly Scalar[]): ((value: FieldValue) => Truth) | Refused {
  const [wanted] = values;
  if (values.length !== 1 || (wanted !== 'true' && wanted !== 'false')) return { reason: 'exists needs true or false' };
  return (value) => {
    const there = value.texts.length > 0 ? true : value.more ? null : false;
    return there === null ? null : there === (wanted === 'true');
  };
}

function valuesTest(values: readonly Scalar[], modifiers: Modifiers): ((value: FieldValue) => Truth) | Refused {
  const tests: ((value: FieldValue) => Truth)[] = [];
  for (const value of values) {
    if (value === null) {
      if (modifiers.kind !== null || modifiers.changes.length > 0) return { reason: 'null goes with no modifier' };
      tests.push(({ texts, more }) => (texts.length > 0 ? false : more ? null : true));
      continue;
    }
    const test = textTest(value, modifiers);
    if (typeof test !== 'function') return test;
    tests.push(({ texts, more }) => {
      const known = or(texts.map(test));
      return known === false && more ? null : known;
    });
  }
  const join = modifiers.flags.has('all') ? and : or;
  return (value) => join(tests.map((test) => test(value)));
}

function textTest(value: string, modifiers: Modifiers): Test | Refused {
  const { kind, flags } = modifiers;
  switch (kind) {
    case 're': {
      const regex = Regex.compile(value, { ignoreCase: flags.has('i'), multiline: flags.has('m'), dotAll: flags.has('s') });
      return isRefused(regex) ? regex : (text) => regex.test(text);
    }
    case 'cidr':
      return cidrTest(value);
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return numberTest(value, kind);
    default:
      return globsTest(value, modifiers);
  }
}

function cidrTest(value: string): Test | Refused {
  const parts = /^([0-9A-Fa-f.:]{2,45})\/(\d{1,3})$/.exec(value);
  const address = parts?.[1] ?? '';
  const family = isIP(address);
  const bits = Number(parts?.[2]);
  if (family === 0 || bits > (family === 4 ? 32 : 128)) return { reason: `cidr: ${value} is no block of addresses` };
  const list = new BlockList();
  list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  return (text) => isIP(text) !== 0 && list.check(text, isIP(text) === 4 ? 'ipv4' : 'ipv6');
}

function numberTest(value: string, kind: 'lt' | 'lte' | 'gt' | 'gte'): Test | Refused {
  const limit = Number(value);
  if (value.trim() === '' || Number.isNaN(limit)) return { reason: `${kind}: ${value} is no number` };
  return (text) => {
    const number = Number(text);
    if (text === '' || Number.isNaN(number)) return false;
    return kind === 'lt' ? number < limit : kind === 'lte' ? number <= limit : kind === 'gt' ? number > limit : number >= limit;
  };
}

/** Dashes that shells of other systems take for the one of an option. */
const DASHES = ['-', '/', '\u2013', '\u2014', '\u2015'];

function globsTest(value: string, { kind, changes, flags }: Modifiers): Test | Refused {
  let globs: readonly Glob[] = [parseGlob(value)];
  if (changes.includes('windash')) globs = DASHES.map((dash) => parseGlob(value.replace(/(?<![A-Za-z0-9_])-/g, dash)));
  if (changes.includes('base64') || changes.includes('base64offset')) {
    if (globs.some(hasWildcards)) return { reason: 'base64 of a value with wildcards' };
    const texts = globs.map(plainText);
    globs = texts.flatMap((text) => (changes.includes('base64') ? [base64(text)] : base64Offsets(text))).map(literalGlob);
  }
  const cased = flags.has('cased') || changes.some((change) => change !== 'windash');
  const [before, behind] = [kind === 'contains' || kind === 'endswith', kind === 'contains' || kind === 'startswith'];
  const tests = globs.map((glob) => globTest(opened(glob, before, behind), cased));
  return (text) => tests.some((test) => test(text));
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** What the text becomes within longer data, at each of the three places it can begin at: without the characters that what stands around it takes part in. */
function base64Offsets(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const behind = (before + bytes.length) % 3 === 0 ? 0 : 1;
    return whole.slice([0, 2, 3][before], whole.length - behind);
  });
}
