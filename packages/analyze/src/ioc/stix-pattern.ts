import type { Meaning, Refused, Term } from './indicator.ts';
import { type Draft, settled, termsOfComparison } from './stix-object.ts';

/** What a part of a pattern means: alternatives, each terms that one row must meet or the reason why coldstat cannot tell. */
export type Alternative = readonly Term[] | Refused;

const MAX_LENGTH = 1 << 16;
const MAX_DEPTH = 50;
const MAX_ALTERNATIVES = 4096;

const TOKEN =
  /\s*(?:([thb]?'(?:[^'\\]|\\.)*')|(-?\d+(?:\.\d+)?)|([A-Za-z][A-Za-z0-9_-]*:[A-Za-z_][A-Za-z0-9_-]*(?:\.(?:'[^']*'|[A-Za-z0-9_-]+)|\[[^\]]*\])*)|([A-Za-z]+)|([<>!=]=|[[\](),=<>]))/y;

/** The alternatives of a pattern, or why it cannot be read as one. STIX 2.1, part 9: see docs/IOC.md for what of it is understood. */
export function parsePattern(text: string): readonly Alternative[] | Refused {
  if (text.length > MAX_LENGTH) return { reason: `the pattern is longer than ${MAX_LENGTH} characters` };
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const whole = text.trimEnd();
  while (TOKEN.lastIndex < whole.length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(whole);
    if (found === null) return { reason: `the pattern cannot be read at character ${at + 1}` };
    tokens.push(found[0].trim());
  }
  return new PatternParser(tokens).pattern();
}

/** Alternatives that are understood as the meaning of an indicator; null when none is. */
export function understood(alternatives: readonly Alternative[]): Extract<Meaning, { type: string }> | null {
  const known = alternatives.filter((alternative) => !('reason' in alternative)) as readonly (readonly Term[])[];
  return known.length === 0 ? null : { type: 'pattern', alternatives: known };
}

class PatternParser {
  readonly #tokens: readonly string[];
  #at = 0;
  #depth = 0;
  #wrong: string | null = null;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  pattern(): readonly Alternative[] | Refused {
    const alternatives = this.#observations();
    if (this.#wrong === null && this.#at < this.#tokens.length) this.#fail(`${this.#tokens[this.#at]} is not expected there`);
    return this.#wrong === null ? alternatives.map(settled) : { reason: this.#wrong };
  }

  #fail(reason: string): readonly Draft[] {
    this.#wrong ??= reason;
    this.#at = this.#tokens.length;
    return [];
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at]?.toUpperCase() !== token) return false;
    this.#at++;
    return true;
  }

  /** Several observations: any of them will do, all of them are more than one look at a host can say. */
  #observations(): readonly Draft[] {
    const alternatives = [...this.#observation()];
    while (this.#wrong === null && this.#at < this.#tokens.length && this.#tokens[this.#at] !== ')') {
      const word = this.#tokens[this.#at++] ?? '';
      if (word.toUpperCase() === 'OR') alternatives.push(...this.#observation());
      else if (/^(?:AND|FOLLOWEDBY)$/i.test(word)) return this.#fail(`${word} between observations asks for more than one row`);
      else if (/^(?:WITHIN|REPEATS|START)$/i.test(word)) return this.#fail(`${word}: a capture is one moment and counts nothing`);
      else return this.#fail(`${word} is not expected there`);
      if (alternatives.length > MAX_ALTERNATIVES) return this.#fail(`has more than ${MAX_ALTERNATIVES} alternatives`);
    }
    return alternatives;
  }

  #observation(): readonly Draft[] {
    if (this.#take('(')) return this.#inside(() => this.#observations(), ')');
    if (this.#take('[')) return this.#inside(() => this.#any(), ']');
    return this.#fail('an observation begins with [');
  }

  #inside(inner: () => readonly Draft[], closing: string): readonly Draft[] {
    if (++this.#depth > MAX_DEPTH) return this.#fail('has too many parentheses in each other');
    const alternatives = inner();
    this.#depth--;
    return this.#take(closing) || this.#wrong !== null ? alternatives : this.#fail(`${closing} is missing`);
  }

  #any(): readonly Draft[] {
    const alternatives = [...this.#all()];
    while (this.#take('OR')) {
      alternatives.push(...this.#all());
      if (alternatives.length > MAX_ALTERNATIVES) return this.#fail(`has more than ${MAX_ALTERNATIVES} alternatives`);
    }
    return alternatives;
  }

  #all(): readonly Draft[] {
    let alternatives = this.#one();
    while (this.#take('AND')) {
      const right = this.#one();
      if (alternatives.length * right.length > MAX_ALTERNATIVES) return this.#fail(`has more than ${MAX_ALTERNATIVES} alternatives`);
      alternatives = alternatives.flatMap((a) => right.map((b) => both(a, b)));
    }
    return alternatives;
  }

  #one(): readonly Draft[] {
    if (this.#take('(')) return this.#inside(() => this.#any(), ')');
    const path = this.#tokens[this.#at++];
    if (path === undefined || !path.includes(':')) return this.#fail(`${path ?? 'the end'} stands where a property must`);
    const not = this.#take('NOT');
    const operator = this.#tokens[this.#at++]?.toUpperCase() ?? '';
    if (!/^(?:[<>=!]=?|IN|LIKE|MATCHES|ISSUBSET|ISSUPERSET)$/.test(operator))
      return this.#fail(`${operator || 'nothing'} is no comparison`);
    const values = operator === 'IN' ? this.#set() : this.#value();
    if (this.#wrong !== null) return [];
    if (not) return [{ reason: `NOT with ${path}` }];
    return values.map((value) => termsOfComparison(path, operator, value));
  }

  #set(): string[] {
    const values: string[] = [];
    if (!this.#take('(')) this.#fail('IN needs a list in parentheses');
    do values.push(...this.#value());
    while (this.#take(','));
    if (!this.#take(')')) this.#fail(') is missing');
    return values;
  }

  /** A constant without its quotes. */
  #value(): string[] {
    const token = this.#tokens[this.#at++] ?? '';
    if (/^[thb]'/.test(token)) this.#fail(`${token.slice(0, 40)}: times and bytes are not compared`);
    else if (token.startsWith("'")) return [token.slice(1, -1).replace(/\\(.)/gs, '$1')];
    else if (/^-?\d/.test(token)) return [token];
    else this.#fail(`${token || 'nothing'} stands where a constant must`);
    return [];
  }
}

const OF_SOCKETS = new Set<string>(['ref-type', 'address', 'block', 'port', 'protocol', 'host', 'domain']);

function both(a: Draft, b: Draft): Draft {
  if ('reason' in a) return a;
  if ('reason' in b) return b;
  const terms = [...a, ...b];
  if (terms.some((term) => term.kind === 'other-hash')) return { reason: 'AND with a hash that no capture has' };
  const sockets = terms.filter((term) => OF_SOCKETS.has(term.kind)).length;
  return sockets === 0 || sockets === terms.length ? terms : { reason: 'AND of a connection and a process or file is not in one row' };
}
