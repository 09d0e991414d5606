import { isWord, MAX_STEPS, type RegexFlags, type Step } from './regex-step.ts';
import type { Refused } from './truth.ts';

const MAX_LENGTH = 2000;
const MAX_DEPTH = 50;
const MAX_REPEAT = 1000;

type Has = (code: number) => boolean;

/** Steps whose jumps count from their own beginning. */
type Piece = readonly Step[];

/** The steps of a pattern, or why it is refused: the syntax that PCRE, Python and JavaScript share. */
export function parseRegex(pattern: string, flags: RegexFlags): readonly Step[] | Refused {
  if (pattern.length > MAX_LENGTH) return { reason: `the expression is longer than ${MAX_LENGTH} characters` };
  const parser = new RegexParser(pattern, flags);
  const piece = parser.whole();
  if (parser.wrong !== null) return { reason: `the expression ${parser.wrong}` };
  return [...piece, { op: 'match' }];
}

class RegexParser {
  readonly #text: string;
  #flags: RegexFlags;
  #at = 0;
  #depth = 0;
  wrong: string | null = null;

  constructor(text: string, flags: RegexFlags) {
    this.#text = text;
    this.#flags = flags;
  }

  whole(): Piece {
    const piece = this.#alternatives();
    if (this.wrong === null && this.#at < this.#text.length) return this.#fail('has ) without (');
    return piece;
  }

  #fail(reason: string): Piece {
    this.wrong ??= reason;
    this.#at = this.#text.length;
    return [];
  }

  #bounded(piece: Piece): Piece {
    return piece.length > MAX_STEPS ? this.#fail('repeats too much') : piece;
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #alternatives(): Piece {
    let piece = this.#sequence();
    while (this.#take('|')) {
      const other = this.#sequence();
      piece = this.#bounded([
        { op: 'split', a: 1, b: piece.length + 2 },
        ...moved(piece, 1),
        { op: 'jump', a: piece.length + 2 + other.length },
        ...moved(other, piece.length + 2),
      ]);
    }
    return piece;
  }

  #sequence(): Piece {
    let piece: Piece = [];
    while (this.#at < this.#text.length && this.#text[this.#at] !== '|' && this.#text[this.#at] !== ')') {
      const next = this.#repeated();
      piece = this.#bounded([...piece, ...moved(next, piece.length)]);
    }
    return piece;
  }

  #repeated(): Piece {
    const piece = this.#atom();
    const [least, most] = this.#times() ?? [1, 1];
    if (least === 1 && most === 1) return piece;
    // The shortest or the longest match is the same question here: whether there is one.
    if (this.#take('+')) return this.#fail('has a possessive repetition, which is not understood');
    this.#take('?');
    if (this.wrong === null && this.#times() !== null) return this.#fail('repeats a repetition');
    if (Math.max(least, most ?? 1) * Math.max(piece.length, 1) > MAX_STEPS) return this.#fail('repeats too much');
    return this.#bounded(repeat(piece, least, most));
  }

  /** Least and most times; null most for any number. Null when no repetition follows. */
  #times(): [number, number | null] | null {
    if (this.#take('*')) return [0, null];
    if (this.#take('+')) return [1, null];
    if (this.#take('?')) return [0, 1];
    const counted = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(this.#text.slice(this.#at, this.#at + 16));
    if (counted === null) return null;
    this.#at += counted[0].length;
    const least = Number(counted[1]);
    const most = counted[2] === undefined ? least : counted[3] === '' ? null : Number(counted[3]);
    if (least > MAX_REPEAT || (most ?? 0) > MAX_REPEAT || (most !== null && most < least))
      this.#fail('has a count that is too large or turned round');
    return [least, most];
  }

  #atom(): Piece {
    const c = this.#text[this.#at++] ?? '';
    if (c === '(') return this.#group();
    if (c === '[') return this.#class();
    if (c === '^' || c === '$') return [{ op: 'assert', kind: c }];
    if (c === '.') return [{ op: 'char', has: this.#flags.dotAll ? () => true : (code) => code !== 10 }];
    if (c === '*' || c === '+' || c === '?') return this.#fail(`has ${c} with nothing before it`);
    if (c === '\\') return this.#escape();
    return [this.#literal(c.charCodeAt(0))];
  }

  #literal(code: number): Step {
    return { op: 'char', has: this.#folded((other) => other === code) };
  }

  /** Text comes in small letters when case does not count. */
  #folded(has: Has): Has {
    if (!this.#flags.ignoreCase) return has;
    return (code) => has(code) || has(String.fromCharCode(code).toUpperCase().charCodeAt(0));
  }

  #group(): Piece {
    if (++this.#depth > MAX_DEPTH) return this.#fail('has too many groups in each other');
    const named = /^\?P?<[A-Za-z_]\w*>/.exec(this.#text.slice(this.#at, this.#at + 64));
    if (named !== null) this.#at += named[0].length;
    else if (this.#text[this.#at] === '?' && !this.#take('?:')) {
      const inline = /^\?([ims]+)\)/.exec(this.#text.slice(this.#at, this.#at + 6));
      if (inline === null || this.#at !== 1) return this.#fail('looks ahead or behind, or has a group of a kind that is not understood');
      this.#at += inline[0].length;
      const letters = inline[1] ?? '';
      const { ignoreCase, multiline, dotAll } = this.#flags;
      if (letters.includes('m') && !multiline) return this.#fail('has (?m): write the modifier re|m');
      if (letters.includes('i') && !ignoreCase) return this.#fail('has (?i): write the modifier re|i');
      this.#flags = { ...this.#flags, dotAll: dotAll || letters.includes('s') };
      this.#depth--;
      return [];
    }
    const inner = this.#alternatives();
    this.#depth--;
    return this.#take(')') ? inner : this.#fail('has ( without )');
  }

  #escape(): Piece {
    const c = this.#text[this.#at++] ?? '';
    if (c === 'b' || c === 'B') return [{ op: 'assert', kind: c }];
    if (c === 'A') return [{ op: 'assert', kind: '^' }];
    if (c === 'z' || c === 'Z') return [{ op: 'assert', kind: '$' }];
    if (/[1-9k]/.test(c)) return this.#fail('refers back to a group');
    const has = this.#escaped(c);
    return has === null ? [] : [{ op: 'char', has: this.#folded(has) }];
  }

  /** What stands behind a backslash, in a class or out of one. */
  #escaped(c: string): Has | null {
    const known = CLASSES[c];
    if (known !== undefined) return known;
    const code = CONTROL[c];
    if (code !== undefined) return (other) => other === code;
    const hex = /^(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4}))/.exec(this.#text.slice(this.#at - 1, this.#at + 4));
    if (hex !== null) {
      this.#at += hex[0].length - 1;
      const number = Number.parseInt(hex[1] ?? hex[2] ?? '', 16);
      return (other) => other === number;
    }
    if (c === '' || /[A-Za-z0-9]/.test(c)) {
      this.#fail(`has \\${c}, which is not understood`);
      return null;
    }
    const literal = c.charCodeAt(0);
    return (other) => other === literal;
  }

  #class(): Piece {
    const negated = this.#take('^');
    const parts: Has[] = [];
    for (let first = true; first || this.#text[this.#at] !== ']'; first = false) {
      if (this.#at >= this.#text.length) return this.#fail('has [ without ]');
      if (this.#text.startsWith('[:', this.#at)) return this.#fail('has a class of POSIX, which is not understood');
      const [has, low] = this.#member();
      if (has === null) return [];
      if (low !== null && this.#text[this.#at] === '-' && (this.#text[this.#at + 1] ?? ']') !== ']') {
        this.#at++;
        const [, high] = this.#member();
        if (high === null || high < low) return this.#fail('has a range that is none');
        parts.push((code) => code >= low && code <= high);
      } else parts.push(has);
    }
    this.#at++;
    const any = this.#folded((code) => parts.some((part) => part(code)));
    return [{ op: 'char', has: negated ? (code) => !any(code) : any }];
  }

  /** One member of a class, and its code when it is one character. */
  #member(): [Has | null, number | null] {
    const c = this.#text[this.#at++] ?? '';
    if (c !== '\\') {
      const code = c.charCodeAt(0);
      return [(other) => other === code, code];
    }
    const escaped = this.#text[this.#at++] ?? '';
    if (escaped === 'b') return [(other) => other === 8, 8];
    const has = this.#escaped(escaped);
    const single =
      CLASSES[escaped] !== undefined || has === null || /[xu]/.test(escaped) ? null : (CONTROL[escaped] ?? escaped.charCodeAt(0));
    return [has, single];
  }
}

const isDigit: Has = (code) => code >= 48 && code <= 57;
const isBlank: Has = (code) => (code >= 9 && code <= 13) || code === 32 || code === 0xa0;
const CLASSES: Readonly<Record<string, Has>> = {
  d: isDigit,
  D: (code) => !isDigit(code),
  w: isWord,
  W: (code) => !isWord(code),
  s: isBlank,
  S: (code) => !isBlank(code),
};
const CONTROL: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, '0': 0, a: 7, e: 27 };

function moved(piece: Piece, by: number): Piece {
  return piece.map((step) =>
    step.op === 'split' ? { op: 'split', a: step.a + by, b: step.b + by } : step.op === 'jump' ? { op: 'jump', a: step.a + by } : step,
  );
}

function repeat(piece: Piece, least: number, most: number | null): Piece {
  const steps: Step[] = [];
  const put = (): void => void steps.push(...moved(piece, steps.length));
  for (let i = 0; i < least; i++) put();
  if (most === null) {
    const start = steps.length;
    steps.push({ op: 'split', a: start + 1, b: start + piece.length + 2 });
    put();
    steps.push({ op: 'jump', a: start });
  } else {
    const end = steps.length + (most - least) * (piece.length + 1);
    for (let i = least; i < most; i++) {
      steps.push({ op: 'split', a: steps.length + 1, b: end });
      put();
    }
  }
  return steps;
}
