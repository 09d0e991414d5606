/**
 * POSIX regular expressions (regex(7)) as `-c /re/[bix]` takes them, turned into JavaScript's. Everything that JavaScript reads
 * differently is written out, so the result can never be one that RegExp refuses.
 */

const CLASSES: ReadonlyMap<string, string> = new Map([
  ['alnum', 'A-Za-z0-9'],
  ['alpha', 'A-Za-z'],
  ['blank', ' \\t'],
  ['cntrl', '\\x00-\\x1f\\x7f'],
  ['digit', '0-9'],
  ['graph', '!-~'],
  ['lower', 'a-z'],
  ['print', ' -~'],
  ['punct', '!-\\/:-@\\[-`{-~'],
  ['space', ' \\t-\\r'],
  ['upper', 'A-Z'],
  ['xdigit', '0-9A-Fa-f'],
]);

interface Scan {
  readonly text: string;
  readonly basic: boolean;
  at: number;
  depth: number;
  out: string;
  /** Something stands before that a repetition can apply to. */
  atom: boolean;
  /** Length of `out` behind the last repetition. */
  repeated: number;
}

/** Null when the expression is not valid. */
export function posixRegex(text: string, basic: boolean, ignoreCase: boolean): RegExp | null {
  const s: Scan = { text, basic, at: 0, depth: 0, out: '', atom: false, repeated: -1 };
  while (s.at < text.length) if (!step(s)) return null;
  return s.depth === 0 ? new RegExp(s.out, ignoreCase ? 'is' : 's') : null;
}

function literal(s: Scan, c: string): true {
  s.out += /[\\^$.*+?()[\]{}|/]/.test(c) ? `\\${c}` : c;
  s.atom = true;
  return true;
}

function step(s: Scan): boolean {
  const c = s.text[s.at++] ?? '';
  if (c === '[') return bracket(s);
  if (c === '\\') {
    const escaped = s.text[s.at++];
    if (escaped === undefined) return false;
    return s.basic && '(){}|+?'.includes(escaped) ? special(s, escaped) : literal(s, escaped);
  }
  if (c === '.') {
    s.out += '.';
    s.atom = true;
    return true;
  }
  if (c === '*') return s.atom ? repeat(s, '*') : literal(s, c);
  if (c === '^') return anchor(s, c, s.at === 1 || !s.basic);
  if (c === '$') return anchor(s, c, s.at === s.text.length || !s.basic);
  return !s.basic && '(){}|+?'.includes(c) ? special(s, c) : literal(s, c);
}

function anchor(s: Scan, c: string, isAnchor: boolean): true {
  if (!isAnchor) return literal(s, c);
  s.out += c;
  s.atom = false;
  return true;
}

function repeat(s: Scan, what: string): true {
  // a second repetition of a repetition is allowed here and not in JavaScript
  if (s.out.length !== s.repeated) s.out += what;
  s.repeated = s.out.length;
  return true;
}

function special(s: Scan, c: string): boolean {
  if (c === '(') {
    s.depth++;
    s.out += '(?:';
    s.atom = false;
    return true;
  }
  if (c === ')') {
    if (s.depth === 0) return s.basic ? false : literal(s, c);
    s.depth--;
    s.out += ')';
    s.atom = true;
    return true;
  }
  if (c === '|') {
    s.out += '|';
    s.atom = false;
    return true;
  }
  if (c === '{') return interval(s);
  if (c === '}') return literal(s, c);
  return s.atom ? repeat(s, c) : false;
}

function interval(s: Scan): boolean {
  const m = (s.basic ? /^(\d{1,3})(,(\d{0,3}))?\\\}/ : /^(\d{1,3})(,(\d{0,3}))?\}/).exec(s.text.slice(s.at));
  if (m === null || !s.atom) return false;
  if (m[3] !== undefined && m[3] !== '' && Number(m[3]) < Number(m[1])) return false;
  s.at += m[0].length;
  return repeat(s, `{${m[1]}${m[2] ?? ''}}`);
}

/** `[…]`: no escapes inside, `]` first is itself, `[:class:]`. */
function bracket(s: Scan): boolean {
  const m = /^(\^?)(\]?(?:\[:[a-z]+:\]|[^\]])*)\]/.exec(s.text.slice(s.at));
  if (m === null || m[2] === '') return false;
  let out = '';
  for (const part of (m[2] ?? '').matchAll(/\[:([a-z]+):\]|(.)-(.)|(.)/gs)) {
    const [, name, low, high, single] = part;
    if (name !== undefined) {
      const members = CLASSES.get(name);
      if (members === undefined) return false;
      out += members;
    } else if (low !== undefined && high !== undefined) {
      if (low > high) return false;
      out += `${member(low)}-${member(high)}`;
    } else out += member(single ?? '');
  }
  s.at += m[0].length;
  s.out += `[${m[1] ?? ''}${out}]`;
  s.atom = true;
  return true;
}

function member(c: string): string {
  return /[\\\]^-]/.test(c) ? `\\${c}` : c;
}
