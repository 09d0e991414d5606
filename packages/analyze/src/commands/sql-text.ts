/** A piece of SQL that means something: words, numbers, quoted names and strings, operators. Blanks and comments are left out. */
export interface Token {
  readonly text: string;
  /** Offset of its first character. */
  readonly at: number;
  readonly kind: 'word' | 'string' | 'name' | 'other';
}

const QUOTES: Readonly<Record<string, { readonly close: string; readonly kind: Token['kind'] }>> = {
  "'": { close: "'", kind: 'string' },
  '"': { close: '"', kind: 'name' },
  '`': { close: '`', kind: 'name' },
  '[': { close: ']', kind: 'name' },
};

export interface Tokens {
  readonly tokens: readonly Token[];
  /** A quote or comment that begins and does not end. */
  readonly open: boolean;
}

const BLANK = /[\t\n\f\r ]+/y;
const WORD = /[A-Za-z0-9_$\u0080-\uffff]+/y;

function match(pattern: RegExp, sql: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0];
}

/** End of what begins with a quote at `at`; a doubled quote stands for itself. -1 when it does not end. */
function closing(sql: string, at: number, close: string): number {
  for (let end = sql.indexOf(close, at + 1); end >= 0; end = sql.indexOf(close, end + 2)) {
    if (close === ']' || sql[end + 1] !== close) return end + 1;
  }
  return -1;
}

/** Splits SQL as SQLite's tokenizer does (src/tokenize.c), as far as is needed to tell words from strings and comments. */
export function tokenize(sql: string): Tokens {
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length; ) {
    const two = sql.slice(at, at + 2);
    const quote = QUOTES[sql[at] ?? ''];
    const blank = match(BLANK, sql, at);
    if (blank !== undefined) at += blank.length;
    else if (two === '--') at = lineEnd(sql, at);
    else if (two === '/*') {
      const end = sql.indexOf('*/', at + 2);
      if (end < 0) return { tokens, open: true };
      at = end + 2;
    } else if (quote !== undefined) {
      const end = closing(sql, at, quote.close);
      if (end < 0) return { tokens: [...tokens, { text: sql.slice(at), at, kind: quote.kind }], open: true };
      tokens.push({ text: sql.slice(at, end), at, kind: quote.kind });
      at = end;
    } else {
      const word = match(WORD, sql, at);
      const text = word ?? sql[at] ?? '';
      tokens.push({ text, at, kind: word === undefined ? 'other' : 'word' });
      at += text.length;
    }
  }
  return { tokens, open: false };
}

function lineEnd(sql: string, at: number): number {
  const end = sql.indexOf('\n', at);
  return end < 0 ? sql.length : end + 1;
}

export interface Statement {
  readonly sql: string;
  /** Offset of the statement in the whole text. */
  readonly at: number;
}

/** The statements of a text, without their semicolons; `rest` is what follows the last semicolon, when anything does. */
export function statements(sql: string): { readonly done: readonly Statement[]; readonly rest: Statement | undefined } {
  const { tokens, open } = tokenize(sql);
  const done: Statement[] = [];
  let first: Token | undefined;
  for (const token of tokens) {
    if (token.kind === 'other' && token.text === ';') {
      if (first !== undefined) done.push({ sql: sql.slice(first.at, token.at), at: first.at });
      first = undefined;
    } else first ??= token;
  }
  if (first !== undefined) return { done, rest: { sql: sql.slice(first.at), at: first.at } };
  return { done, rest: open ? { sql: '', at: sql.length } : undefined };
}
