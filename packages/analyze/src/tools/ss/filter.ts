import { BlockList, isIP } from 'node:net';
import { ToolMistake } from '../mistake.ts';
import type { Sock } from './sock.ts';

export type Predicate = (sock: Sock) => boolean;

/** What names in an expression are looked up in: the captured files only. */
export interface FilterNames {
  /** Port of a service of tcp or udp; undefined when the captured file has none. */
  servicePort(name: string): number | undefined;
  /** Addresses of a host of the captured hosts file. */
  hostAddresses(name: string): readonly string[];
}

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
    if (word === 'autobound' || word === 'dev' || word === 'fwmark' || word === 'cgroup') {
      throw new ToolMistake(`ss: "${word}" cannot be answered from /proc: it needs the kernel's socket dump`, 2);
    }
    this.at--;
    return this.host('dst');
  }

  private host(side: 'src' | 'dst'): Predicate {
    const op = COMPARE.get(this.tokens[this.at] ?? '');
    if (op !== undefined) this.at++;
    if (op !== undefined && op !== '=' && op !== '!=') throw new ToolMistake('Error: only = and != compare addresses.', 1);
    const text = this.tokens[this.at++];
    if (text === undefined) throw new ToolMistake('Cannot parse dst/src address.', 1);
    const match = hostMatcher(text, side, this.names);
    return op === '!=' ? (s) => !match(s) : match;
  }

  private port(side: 'sport' | 'dport'): Predicate {
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

function comparePorts(value: number, op: string, port: number): boolean {
  switch (op) {
    case '=':
      return value === port;
    case '!=':
      return value !== port;
    case '<':
      return value < port;
    case '<=':
      return value <= port;
    case '>':
      return value > port;
    default:
      return value >= port;
  }
}

function portNumber(text: string, names: FilterNames): number {
  if (/^\d+$/.test(text)) return Number(text);
  if (/^0x[0-9a-f]+$/i.test(text)) return Number.parseInt(text, 16);
  const port = names.servicePort(text);
  if (port === undefined) throw new ToolMistake(`Error: "${text}" does not look like a port.\nCannot parse dst/src address.`, 1);
  return port;
}

/** `unix:GLOB`, `link:PROTO[:DEV]`, `netlink:PROTO[:PID]`, a path or a glob for unix sockets, else an address with an optional prefix and port. */
function hostMatcher(text: string, side: 'src' | 'dst', names: FilterNames): Predicate {
  const family = /^(unix|link|netlink|inet6?|vsock):(.*)$/.exec(text);
  if (family?.[1] === 'unix' || text.startsWith('/') || (family === null && isUnixGlob(text))) {
    const glob = (family?.[1] === 'unix' ? (family[2] ?? '') : text).toLowerCase();
    return (s) => s.family === 'unix' && globMatch(glob, unixText(side === 'src' ? s.local : s.peer).toLowerCase());
  }
  if (family !== null && family[1] !== 'inet' && family[1] !== 'inet6') {
    throw new ToolMistake(`ss: addresses of the family ${family[1]} are not answered from cold evidence`, 2);
  }
  return inetMatcher(family === null ? text : (family[2] ?? ''), side, names);
}

/** `*abs*` is a name, `*`, `*:22` are addresses. */
function isUnixGlob(text: string): boolean {
  return /[*?@]/.test(text) && !/^\*(:.*)?$/.test(text);
}

function unixText(name: Sock['local']): string {
  if (name === null) return '';
  return typeof name === 'string' ? name : Buffer.from(name).toString('latin1');
}

/** fnmatch(3) with `*` and `?`, case-insensitive as in ss; two pointers, so that no name makes it slow. */
export function globMatch(glob: string, text: string): boolean {
  let g = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    if (glob[g] === '*') {
      star = g++;
      mark = t;
    } else if (g < glob.length && (glob[g] === '?' || glob[g] === text[t])) {
      g++;
      t++;
    } else if (star >= 0) {
      g = star + 1;
      t = ++mark;
    } else return false;
  }
  while (glob[g] === '*') g++;
  return g === glob.length;
}

function inetMatcher(text: string, side: 'src' | 'dst', names: FilterNames): Predicate {
  const { host, port } = splitPort(text);
  const portWanted = port === undefined || port === '' || port === '*' ? undefined : portNumber(port, names);
  const inHost = host === '' || host === '*' ? undefined : addressMatcher(host, names);
  return (s) => {
    if (s.family !== 'inet') return false;
    const [address, socketPort] = side === 'src' ? [s.local, s.localPort] : [s.peer, s.peerPort];
    if (portWanted !== undefined && socketPort !== portWanted) return false;
    return inHost === undefined || (typeof address === 'string' && inHost(address));
  };
}

function splitPort(text: string): { host: string; port: string | undefined } {
  const bracket = /^\[([^\]]*)\](\/\d+)?(?::(.*))?$/.exec(text);
  if (bracket) return { host: `${bracket[1] ?? ''}${bracket[2] ?? ''}`, port: bracket[3] };
  const colon = text.lastIndexOf(':');
  if (colon < 0) return { host: text, port: undefined };
  const host = text.slice(0, colon);
  // Several colons without brackets are an IPv6 address with no port.
  return host.includes(':') && isIP(text.replace(/\/\d+$/, '')) === 6
    ? { host: text, port: undefined }
    : { host, port: text.slice(colon + 1) };
}

function addressMatcher(host: string, names: FilterNames): (address: string) => boolean {
  const slash = host.indexOf('/');
  const base = slash < 0 ? host : host.slice(0, slash);
  const addresses = isIP(base) !== 0 ? [base] : names.hostAddresses(base);
  if (addresses.length === 0)
    throw new ToolMistake(`Error: an inet prefix is expected rather than "${host}".\nCannot parse dst/src address.`, 1);
  const list = new BlockList();
  for (const address of addresses) {
    const kind = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const bits = slash < 0 ? (kind === 'ipv6' ? 128 : 32) : Number(host.slice(slash + 1));
    if (!Number.isInteger(bits) || bits < 0 || bits > (kind === 'ipv6' ? 128 : 32)) {
      throw new ToolMistake(`Error: an inet prefix is expected rather than "${host}".\nCannot parse dst/src address.`, 1);
    }
    list.addSubnet(address, bits, kind);
  }
  const wantsV4 = addresses.some((a) => isIP(a) === 4);
  return (address) => {
    if (!address.includes(':')) return list.check(address, 'ipv4');
    // An IPv4 rule takes IPv4-mapped sockets too, as in ss; a rule that is itself mapped takes only those.
    const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
    return (wantsV4 && mapped !== undefined && list.check(mapped, 'ipv4')) || list.check(address, 'ipv6');
  };
}
