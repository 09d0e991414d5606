import { getopt, type OptionSpec } from '../getopt.ts';
import { ToolMistake } from '../mistake.ts';
import { takeOwnWords, takeWhy, WHY_HELP } from '../own-words.ts';

/** What the command line of netstat asks for, with the defaults of net-tools 2.10 filled in. */
export interface Request {
  readonly mode: 'sockets' | 'routes' | 'interfaces' | 'statistics' | 'help' | 'version';
  readonly tables: ReadonlySet<Table>;
  /** Tables that were asked for by name: that one of them is missing is said. */
  readonly named: ReadonlySet<Table>;
  readonly inet: boolean;
  readonly inet6: boolean;
  /** What -r shows: with -C the cache, with -F beside it both. */
  readonly routes: readonly RouteList[];
  /** The family -r and -s go by: the last one named. */
  readonly family: 4 | 6;
  readonly all: boolean;
  readonly listening: boolean;
  readonly programs: boolean;
  /** How often -e was given. */
  readonly extend: number;
  /** -Z: the label of the process beside its program. */
  readonly labels: boolean;
  readonly timers: boolean;
  readonly wide: boolean;
  readonly verbose: boolean;
  /** `--compat netstat=1.60`: the look of net-tools before 2.0. */
  readonly old: boolean;
  /** `--strict`: known bugs of the live tool too. */
  readonly strict: boolean;
  /** `--why`: a last column with the class of the socket. */
  readonly why: boolean;
  readonly continuous: boolean;
  readonly numericHosts: boolean;
  readonly numericPorts: boolean;
  readonly numericUsers: boolean;
}

export type RouteList = 'table' | 'cache';

export type Table = 'tcp' | 'sctp' | 'udp' | 'udplite' | 'raw' | 'groups' | 'unix';

const INET_TABLES = ['tcp', 'sctp', 'udp', 'udplite', 'raw'] as const;

interface Option extends OptionSpec {
  /** For --help; undefined where the spelling is another name of an option above. */
  readonly doc?: string;
}

const plain = (key: string, short: string | undefined, long: string, doc?: string): Option => ({
  key,
  long,
  argument: 'none',
  ...(short === undefined ? {} : { short }),
  ...(doc === undefined ? {} : { doc }),
});

const OPTIONS: readonly Option[] = [
  plain('tcp', 't', 'tcp', 'TCP sockets'),
  plain('udp', 'u', 'udp', 'UDP sockets'),
  plain('udplite', 'U', 'udplite', 'UDPLite sockets'),
  plain('sctp', 'S', 'sctp', 'SCTP endpoints and associations'),
  plain('raw', 'w', 'raw', 'raw sockets'),
  plain('unix', 'x', 'unix', 'unix sockets'),
  plain('inet', '4', 'inet', 'IPv4 only'),
  plain('inet', undefined, 'ip'),
  plain('inet', undefined, 'tcpip'),
  plain('inet6', '6', 'inet6', 'IPv6 only'),
  { key: 'protocol', short: 'A', long: 'protocol', argument: 'required', doc: 'families, comma separated: inet inet6 unix' },
  plain('all', 'a', 'all', 'servers and established'),
  plain('listening', 'l', 'listening', 'only servers'),
  plain('numeric', 'n', 'numeric', 'no names at all'),
  plain('numeric-hosts', undefined, 'numeric-hosts', 'no names of hosts'),
  plain('numeric-ports', undefined, 'numeric-ports', 'no names of ports'),
  plain('numeric-users', undefined, 'numeric-users', 'no names of users'),
  plain('programs', 'p', 'programs', 'process id and program'),
  plain('programs', undefined, 'program'),
  plain('extend', 'e', 'extend', 'user and inode'),
  plain('context', 'Z', 'context', 'SELinux context of the process, and -p'),
  plain('timers', 'o', 'timers', 'timers'),
  plain('wide', 'W', 'wide', 'addresses are not cut'),
  plain('verbose', 'v', 'verbose', 'say which tables the capture has not'),
  plain('interfaces', 'i', 'interfaces', 'interfaces and their counters; -ie at length, with their addresses'),
  plain('groups', 'g', 'groups', 'multicast groups'),
  plain('route', 'r', 'route', 'routes'),
  plain('statistics', 's', 'statistics', 'counters of the protocols'),
  plain('continuous', 'c', 'continuous', 'once for each capture of the host, in order of time'),
  plain('version', 'V', 'version', 'which netstat this follows'),
  plain('help', 'h', 'help', 'this text'),
  plain('help', '?', 'usage'),
  plain('fib', 'F', 'fib', 'the routing table (default of -r)'),
  plain('cache', 'C', 'cache', 'with -r the routing cache, which for IPv4 is empty since Linux 3.6'),
  plain('masquerade', 'M', 'masquerade'),
  plain('symbolic', 'N', 'symbolic'),
  ...['ax25', 'ipx', 'netrom', 'x25', 'rose', 'ddp'].map((family) => plain(family, undefined, family)),
];

/** What a capture cannot answer, and why. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['masquerade', "no support for `ip_masquerade' on this system."],
  ['symbolic', 'no hardware addresses are printed'],
  ...['ax25', 'ipx', 'netrom', 'x25', 'rose', 'ddp'].map((f): [string, string] => [
    f,
    `no support for \`AF ${f.toUpperCase()}' in a capture`,
  ]),
]);

export function usage(): string {
  const own = [
    '  --compat netstat=2.10|1.60  look and options of that version (default 2.10)\n',
    "  --strict                 the live tool's known bugs too, for comparing byte by byte\n",
    `  --why                    ${WHY_HELP}\n`,
  ].join('');
  const lines = OPTIONS.filter((o) => o.doc !== undefined).map((o) => {
    const name = `${o.short === undefined ? '   ' : `-${o.short},`} --${o.long}${o.argument === 'required' ? '=LIST' : ''}`;
    return `  ${name.padEnd(24)} ${o.doc}\n`;
  });
  return `usage: coldstat netstat [options], as net-tools 2.10\n\n${lines.join('')}${own}`;
}

/** Options that came after 1.60. */
const NEWER: ReadonlySet<string> = new Set(['wide', 'udplite', 'sctp']);

/** Throws ToolMistake: exit 3 for an unknown option, as netstat, 1 for what there is nothing to show of. */
export function parseNetstat(args: readonly string[]): Request {
  const { rest: words, why } = takeWhy(args);
  const { rest, strict, profile } = takeOwnWords(words, 'netstat', ['2.10', '1.60']);
  const old = profile === '1.60';
  const known = old ? OPTIONS.filter((o) => !NEWER.has(o.key)) : OPTIONS;
  const { options } = getopt(rest, known, (problem) => new ToolMistake(`netstat: ${problem}\n${usage()}`, 3));
  const keys = new Set<string>();
  let family: 4 | 6 = 4;
  let extend = 0;
  for (const { key, value } of options) {
    const given = key === 'protocol' ? families(value ?? '') : [key];
    for (const one of given) keys.add(one);
    if (given.includes('inet')) family = 4;
    if (given.includes('inet6')) family = 6;
    if (key === 'extend') extend++;
  }
  const mode = modeOf(keys);
  if (mode !== 'help' && mode !== 'version') refuse(keys);
  if (mode === 'statistics' && keys.has('inet') && keys.has('inet6')) throw new ToolMistake('netstat: -s shows one family: -4 or -6', 1);
  if (old && mode === 'interfaces' && extend > 0) throw new ToolMistake('netstat: -i with -e has the layout of 2.10 only', 1);
  return { ...selection(keys), ...looks(keys), mode, family, extend, old, strict, why };
}

function families(list: string): string[] {
  const known = new Map([
    ['inet', 'inet'],
    ['ip', 'inet'],
    ['tcpip', 'inet'],
    ['inet6', 'inet6'],
    ['unix', 'unix'],
  ]);
  return list.split(',').map((name) => {
    const family = known.get(name) ?? (REFUSED.has(name) && name.length < 7 ? name : undefined);
    if (family === undefined) throw new ToolMistake(`Unknown address family \`${name}'.`, 1);
    return family;
  });
}

function modeOf(keys: ReadonlySet<string>): Request['mode'] {
  if (keys.has('help')) return 'help';
  if (keys.has('version')) return 'version';
  const others = (['route', 'interfaces', 'statistics', 'masquerade'] as const).filter((key) => keys.has(key));
  if (others.length > 1) throw new ToolMistake(usage(), 3);
  if (keys.has('route')) return 'routes';
  return keys.has('interfaces') ? 'interfaces' : keys.has('statistics') ? 'statistics' : 'sockets';
}

function refuse(keys: ReadonlySet<string>): void {
  for (const key of keys) {
    const why = REFUSED.get(key);
    if (why !== undefined) throw new ToolMistake(`netstat: ${why}`, 1);
  }
}

/** Without any table: all of them. A family alone: its tables. Tables alone: of both families. */
function selection(keys: ReadonlySet<string>): Pick<Request, 'tables' | 'named' | 'inet' | 'inet6'> {
  const named = new Set<Table>(([...INET_TABLES, 'groups', 'unix'] as const).filter((t) => keys.has(t)));
  const tables = new Set<Table>(named);
  let inet = keys.has('inet');
  let inet6 = keys.has('inet6');
  const nothing = tables.size === 0 && !inet && !inet6;
  if (nothing) tables.add('unix');
  if (nothing || ((inet || inet6) && !INET_TABLES.some((t) => tables.has(t)))) for (const t of INET_TABLES) tables.add(t);
  if (!inet && !inet6) inet = inet6 = true;
  return { tables, named, inet, inet6 };
}

function looks(
  keys: ReadonlySet<string>,
): Omit<Request, 'mode' | 'tables' | 'named' | 'inet' | 'inet6' | 'family' | 'extend' | 'old' | 'strict' | 'why'> {
  const numeric = keys.has('numeric');
  return {
    all: keys.has('all'),
    listening: keys.has('listening'),
    programs: keys.has('programs') || keys.has('context'),
    labels: keys.has('context'),
    timers: keys.has('timers'),
    wide: keys.has('wide'),
    verbose: keys.has('verbose'),
    continuous: keys.has('continuous'),
    routes: !keys.has('cache') ? ['table'] : keys.has('fib') ? ['table', 'cache'] : ['cache'],
    numericHosts: numeric || keys.has('numeric-hosts'),
    numericPorts: numeric || keys.has('numeric-ports'),
    numericUsers: numeric || keys.has('numeric-users'),
  };
}
