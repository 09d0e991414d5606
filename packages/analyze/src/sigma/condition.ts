import { and, isRefused, not, or, type Refused, type Truth } from './truth.ts';

/** A condition over the names of selections. */
export type Condition =
  | { readonly op: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly op: 'not'; readonly of: Condition }
  | { readonly op: 'name'; readonly name: string };

const MAX_LENGTH = 10_000;
const MAX_DEPTH = 100;
const TOKEN = /\s*([()]|[A-Za-z0-9_*-]+)/y;

/**
 * Reads a condition: `and`, `or`, `not`, parentheses, names, `1 of PATTERN`, `any of PATTERN`, `all of PATTERN`, `1 of them`, `all of them`. `not` binds
 * before `and`, `and` before `or`. `names` are the selections there are.
 */
export function parseCondition(text: string, names: readonly string[]): Condition | Refused {
  if (text.length > MAX_LENGTH) return { reason: `the condition is longer than ${MAX_LENGTH} characters` };
  if (text.includes('|')) return { reason: 'aggregations (| count, | near …) ask about many events; a capture is one moment' };
  const tokens: string[] = [];
  const whole = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < whole.length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(whole);
    if (found === null) return { reason: `the condition cannot be read at character ${at + 1}` };
    tokens.push(found[1] ?? '');
  }
  return new Parser(tokens, names).whole();
}

class Parser {
  readonly #tokens: readonly string[];
  readonly #names: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly string[], names: readonly string[]) {
    this.#tokens = tokens;
    this.#names = names;
  }

  whole(): Condition | Refused {
    const condition = this.#or();
    const left = this.#tokens[this.#at];
    if (!isRefused(condition) && left !== undefined) return { reason: `in the condition ${left} is not expected` };
    return condition;
  }

  #word(): string | undefined {
    return this.#tokens[this.#at]?.toLowerCase();
  }

  #or(): Condition | Refused {
    return this.#list('or', () => this.#list('and', () => this.#not()));
  }

  #list(op: 'and' | 'or', part: () => Condition | Refused): Condition | Refused {
    const parts: Condition[] = [];
    do {
      if (parts.length > 0) this.#at++;
      const next = part();
      if (isRefused(next)) return next;
      parts.push(next);
    } while (this.#word() === op);
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { op, of: parts };
  }

  #not(): Condition | Refused {
    let negated = false;
    while (this.#word() === 'not') {
      this.#at++;
      negated = !negated;
    }
    const part = this.#one();
    return negated && !isRefused(part) ? { op: 'not', of: part } : part;
  }

  #one(): Condition | Refused {
    const token = this.#tokens[this.#at++];
    if (token === undefined) return { reason: 'the condition ends too early' };
    if (token === '(') return this.#inside();
    if (this.#word() === 'of') return this.#of(token.toLowerCase());
    if (token === ')' || /^(?:and|or|of)$/i.test(token)) return { reason: `in the condition ${token} is not expected` };
    if (this.#names.includes(token)) return { op: 'name', name: token };
    return {
      reason:
        token === 'near' ? 'near asks about many events; a capture is one moment' : `the condition names ${token}, which is no selection`,
    };
  }

  #inside(): Condition | Refused {
    if (++this.#depth > MAX_DEPTH) return { reason: 'the condition has too many parentheses in each other' };
    const inner = this.#or();
    this.#depth--;
    if (isRefused(inner)) return inner;
    return this.#tokens[this.#at++] === ')' ? inner : { reason: 'in the condition ) is missing' };
  }

  #of(quantity: string): Condition | Refused {
    this.#at++;
    const pattern = this.#tokens[this.#at++];
    if (quantity !== '1' && quantity !== 'any' && quantity !== 'all') return { reason: `${quantity} of: only 1, any or all of selections` };
    if (pattern === undefined || pattern === '(' || pattern === ')') return { reason: `${quantity} of needs names of selections` };
    const matching = this.#names.filter((name) => (pattern.toLowerCase() === 'them' ? !name.startsWith('_') : named(pattern, name)));
    if (matching.length === 0) return { reason: `${pattern} names no selection` };
    return { op: quantity === 'all' ? 'and' : 'or', of: matching.map((name) => ({ op: 'name', name })) };
  }
}

function named(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[^A-Za-z0-9_]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}

/** What it says when the selections say this. */
export function evaluate(condition: Condition, of: (name: string) => Truth): Truth {
  switch (condition.op) {
    case 'name':
      return of(condition.name);
    case 'not':
      return not(evaluate(condition.of, of));
    case 'and':
      return and(lazily(condition.of, of));
    case 'or':
      return or(lazily(condition.of, of));
  }
}

function* lazily(parts: readonly Condition[], of: (name: string) => Truth): Generator<Truth, void> {
  for (const part of parts) yield evaluate(part, of);
}
