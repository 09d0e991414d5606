import { ToolMistake } from '../mistake.ts';
import { autobound, boundTo, comparePorts, type FilterNames, hostMatcher, marked, type Predicate, portNumber } from './match.ts';

/**
 * The expression language of ss(8): `dst|src [=] HOST[:PORT]`, `dport|sport OP [HOST]:PORT`, `and & && (or nothing)`, `or | ||`, `not !`,
 * parentheses as separate words or glued. Words are what the shell left; each may hold several.
 */
export function parseFilter(words: readonly string[], names: FilterNames): Predicate | undefined {
  const tokens = words.flatMap(tokenize);
  if (tokens.length === 0) return undefined;
  const parser = new Parser(tokens, names);
  return parser.parse();
}

/** Splits at blanks and around parentheses and the one-character operators that may be glued to words. */
function tokenize(word: string): string[] {
  return word.match(/[()]|&&|\|\||[&|]|!=|!|<=|>=|==|=|<|>|\[[^\]]*\][^\s()&|!=<>]*|[^\s()&|!=<>[]+/g) ?? [];
}

const COMPARE: ReadonlyMap<string, string> = new Map([
  ['=', '='],
  ['==', '='],
  ['eq', '='],
  ['!=', '!='],
  ['ne', '!='],
  ['neq', '!='],
  ['<', '<'],
  ['lt', '<'],
  ['<=', '<='],
  ['le', '<='],
  ['leq', '<='],
  ['>', '>'],
  ['gt', '>'],
  ['>=', '>='],
  ['ge', '>='],
  ['geq', '>='],
]);

class Parser {
  private at = 0;
  /** A word with no keyword before it is read as what the keyword before last asked for. */
  private lastWasPort = false;
  private readonly tokens: readonly string[];
  private readonly names: FilterNames;

  constructor(tokens: readonly string[], names: FilterNames) {
    this.tokens = tokens;
    this.names = names;
  }

  parse(): Predicate {
    const result = this.or();
    if (this.at < this.tokens.length) throw new ToolMistake(`ss: bison bellows (while parsing filter): "syntax error!" Sorry.`, 255);
    return result;
  }

  private or(): Predicate {
    let left = this.and();
    while (this.take('or', '|', '||')) {
      const a = left;
      const b = this.and();
      left = (s) => a(s) || b(s);
    }
    return left;
  }

  private and(): Predicate {
    let left = this.unary();
    for (;;) {
      const explicit = this.take('and', '&', '&&');
      const next = this.tokens[this.at];
      if (!explicit && (next === undefined || next === ')' || next === 'or' || next === '|' || next === '||')) return left;
      const a = left;
      const b = this.unary();
      left = (s) => a(s) && b(s);
    }
  }

  private unary(): Predicate {
    if (this.take('not', '!')) {
      const inner = this.unary();
      return (s) => !inner(s);
    }
    if (this.take('(')) {
      const inner = this.or();
      if (!this.take(')')) throw new ToolMistake(`ss: bison bellows (while parsing filter): "syntax error!" Sorry.`, 255);
      return inner;
    }
    return this.term();
  }

  private term(): Predicate {
    const word = this.tokens[this.at++];
    if (word === undefined) throw new ToolMistake(`ss: bison bellows (while parsing filter): "syntax error!" Sorry.`, 255);
    if (word === 'dst' || word === 'src') return this.host(word);
    if (word === 'dport' || word === 'sport') return this.port(word);
    if (word === 'autobound') return (s) => autobound(s, this.names);
    if (word === 'dev' || word === 'fwmark' || word === 'cgroup') return this.dumped(word);
    if (this.lastWasPort) portNumber(word.replace(/^:/, ''), this.names);
    this.at--;
    return this.host('dst');
  }

  private host(side: 'src' | 'dst'): Predicate {
    this.lastWasPort = false;
    const op = COMPARE.get(this.tokens[this.at] ?? '');
    if (op !== undefined) this.at++;
    if (op !== undefined && op !== '=' && op !== '!=') throw new ToolMistake('Error: only = and != compare addresses.', 1);
    const text = this.tokens[this.at++];
    if (text === undefined) throw new ToolMistake('Cannot parse dst/src address.', 1);
    const match = hostMatcher(text, side, this.names);
    return op === '!=' ? (s) => !match(s) : match;
  }

  private dumped(word: 'dev' | 'fwmark' | 'cgroup'): Predicate {
    if (!this.names.dumped) throw new ToolMistake(`ss: "${word}" cannot be answered from /proc: it needs the kernel's socket dump`, 2);
    const op = COMPARE.get(this.tokens[this.at] ?? '');
    if (op !== undefined) this.at++;
    if (op !== undefined && op !== '=' && op !== '!=') throw new ToolMistake(`Error: only = and != compare with ${word}.`, 1);
    const text = this.tokens[this.at++];
    if (text === undefined) throw new ToolMistake(`Cannot parse ${word}.`, 1);
    const match = word === 'dev' ? boundTo(text, this.names) : word === 'fwmark' ? marked(text) : this.names.cgroup?.(text);
    if (match === undefined) throw new ToolMistake('ss: "cgroup" cannot be answered: no control groups were captured', 2);
    return op === '!=' ? (s) => !match(s) : match;
  }

  private port(side: 'sport' | 'dport'): Predicate {
    this.lastWasPort = true;
    const op = COMPARE.get(this.tokens[this.at] ?? '');
    if (op !== undefined) this.at++;
    const text = this.tokens[this.at++];
    if (text === undefined) throw new ToolMistake('Cannot parse dst/src address.', 1);
    const port = portNumber(text.replace(/^:/, ''), this.names);
    return (s) => {
      const value = side === 'sport' ? s.localPort : s.peerPort;
      return s.family === 'inet' && value !== null && comparePorts(value, op ?? '=', port);
    };
  }

  private take(...words: readonly string[]): boolean {
    const next = this.tokens[this.at];
    if (next === undefined || !words.includes(next)) return false;
    this.at++;
    return true;
  }
}
