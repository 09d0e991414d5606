import { getopt, type OptionSpec } from '../getopt.ts';
import { ToolMistake } from '../mistake.ts';
import { WHY_HELP } from '../own-words.ts';
import { ALL, CLOSE, DEFAULT, ESTAB, LISTENING, stateMask } from './states.ts';
import { FAMILIES, QUERY_WORDS, type TableName } from './tables.ts';

/** How coldstat takes an option of ss: `yes`, `dump` (answered from the kernel's socket dump, without one a line says what is missing), `noted` (accepted, one line says what is missing), `no` (refused). */
export interface SsOption extends OptionSpec {
  readonly doc: string;
  readonly taken: 'yes' | 'dump' | 'noted' | 'no';
}

const option = (
  short: string,
  long: string,
  doc: string,
  taken: SsOption['taken'] = 'yes',
  argument: OptionSpec['argument'] = 'none',
): SsOption => ({
  key: long,
  ...(short === '' ? {} : { short }),
  long,
  argument,
  doc,
  taken,
});

const NETLINK_ONLY = "needs the kernel's socket dump (--netlink), /proc does not tell it";
const NO_TABLE = "no table in /proc; needs the kernel's socket dump (--netlink)";

/** In the order of `ss --help`. */
export const OPTIONS: readonly SsOption[] = [
  option('h', 'help', 'this text'),
  option('V', 'version', 'version of coldstat and of the ss it follows'),
  option('n', 'numeric', 'no names for ports and protocols'),
  option('r', 'resolve', 'host names, from the captured /etc/hosts only'),
  option('a', 'all', 'all sockets'),
  option('l', 'listening', 'listening sockets'),
  option('o', 'options', 'timers'),
  option('e', 'extended', "uid, inode and cookie; without the kernel's socket dump the pointer"),
  option('m', 'memory', `buffers; ${NETLINK_ONLY}`, 'dump'),
  option('p', 'processes', 'who holds the socket: every process, and threads with a table of their own'),
  option('T', 'threads', 'as -p, with every thread that shares the descriptor'),
  option('i', 'info', "inside of TCP; without the kernel's socket dump (--netlink) rto, ato and window only"),
  option('', 'tipcinfo', 'TIPC sockets are kept as bytes and not listed', 'noted'),
  option('s', 'summary', 'totals'),
  option('', 'tos', `type of service; ${NETLINK_ONLY}`, 'dump'),
  option('', 'cgroup', `path of the control group; ${NETLINK_ONLY}`, 'dump'),
  option('b', 'bpf', `filters of packet sockets; ${NETLINK_ONLY}`, 'dump'),
  option('E', 'events', 'there is nothing to wait for in cold evidence', 'no'),
  option('Z', 'context', 'LSM label of the holder'),
  option('z', 'contexts', 'LSM label of the holder; that of the socket is not captured'),
  option('N', 'net', 'namespaces are chosen with --netns', 'no', 'required'),
  option('4', 'ipv4', 'IPv4 only'),
  option('6', 'ipv6', 'IPv6 only'),
  option('0', 'packet', 'packet sockets'),
  option('t', 'tcp', 'TCP'),
  option('M', 'mptcp', `MPTCP; ${NO_TABLE}`, 'dump'),
  option('S', 'sctp', `SCTP; ${NO_TABLE}`, 'dump'),
  option('u', 'udp', 'UDP'),
  option('d', 'dccp', `DCCP; ${NO_TABLE}`, 'dump'),
  option('w', 'raw', 'raw'),
  option('x', 'unix', 'unix'),
  option('', 'tipc', 'TIPC sockets are kept as bytes and not listed', 'noted'),
  option('', 'vsock', `sockets between virtual machine and host; ${NO_TABLE}`, 'dump'),
  option('', 'xdp', `XDP; ${NO_TABLE}`, 'dump'),
  option('f', 'family', 'inet, inet6, link, unix, netlink, vsock, tipc, xdp', 'yes', 'required'),
  option('K', 'kill', 'evidence is not changed', 'no'),
  option('H', 'no-header', 'no header line'),
  option('O', 'oneline', 'one line a socket'),
  option('', 'inet-sockopt', `socket options; ${NETLINK_ONLY}`, 'dump'),
  option('A', 'query', 'tables: all inet tcp udp raw unix packet netlink …; !x takes away', 'yes', 'required'),
  { ...option('', 'socket', 'as -A', 'yes', 'required'), key: 'query' },
  option('D', 'diag', 'coldstat extract writes the dump that was captured', 'no', 'required'),
  option('F', 'filter', 'a filter is given on the command line', 'no', 'required'),
];

export interface SsRequest {
  readonly tables: ReadonlySet<TableName>;
  readonly states: number;
  readonly ipv4: boolean;
  readonly ipv6: boolean;
  readonly flags: ReadonlySet<string>;
  readonly filter: readonly string[];
  /** No table, no family and no state was asked for: -s is content with its totals. */
  readonly bare: boolean;
}

/** What of the host and of the version decides which command lines are refused. */
export interface SsHost {
  readonly selinux: boolean;
  readonly version: 6 | 7;
}

const TABLE_FLAGS: ReadonlySet<string> = new Set(['tcp', 'mptcp', 'sctp', 'udp', 'dccp', 'raw']);

/** Options that ask for a family, as `-f` does. */
const FAMILY_FLAGS: ReadonlyMap<string, string> = new Map([
  ['ipv4', 'inet'],
  ['ipv6', 'inet6'],
  ['packet', 'link'],
  ...['unix', 'tipc', 'vsock', 'xdp'].map((name): [string, string] => [name, name]),
]);

/** The text of `--help`, and what stands below a refused option. */
export function usage(): string {
  const lines = OPTIONS.map((o) => {
    const names = [o.short === undefined ? undefined : `-${o.short}`, `--${o.long}`].filter((n) => n !== undefined).join(', ');
    const taken = o.taken === 'yes' || o.taken === 'dump' ? '' : o.taken === 'noted' ? ' (accepted, adds nothing)' : ' (refused)';
    return `  ${names.padEnd(18)} ${o.doc}${taken}`;
  });
  return `Usage: coldstat ss [ OPTIONS ] [ state STATE | exclude STATE ] [ EXPRESSION ]\n${lines.join('\n')}\n  ${'--why'.padEnd(18)} ${WHY_HELP}\n`;
}

/** Throws ToolMistake; with exit 0 where the live tool finds that nothing is left to show. */
export function parseSs(args: readonly string[], host: SsHost = { selinux: false, version: 6 }): SsRequest {
  const { options, operands } = getopt(args, OPTIONS, (problem) => new ToolMistake(`ss: ${problem}\n${usage()}`, 255));
  const choice = new Choice();
  const flags = new Set<string>();
  for (const { key, value } of options) {
    flags.add(key);
    // Help and version end the program where they stand.
    if (key === 'help' || key === 'version') break;
    if ((key === 'context' || key === 'contexts') && !host.selinux) throw new ToolMistake('ss: SELinux is not enabled.', 1);
    choice.take(key, value ?? '');
  }
  const asked = choice.asked;
  const { states, rest } = parseStates(operands, choice.states, host.version);
  const chosen = choice.made(states);
  return { ...chosen, flags, filter: rest, bare: !asked && operands.length === 0 };
}

/**
 * Which tables, families and states the options leave, as ss adds them up (misc/ss.c, filter_db_set, filter_af_set, filter_merge_defaults): a table
 * brings its families where none of them was named, a family its tables; of -4 and -6 the one that was named last is asked.
 */
class Choice {
  /** What -a, -l and -A say of the states: the last one; 0 for nothing. */
  states = 0;
  readonly #tables: Set<TableName> = new Set();
  readonly #families: Set<string> = new Set();
  #last: string | null = null;
  #byDefault = 0;
  #query = false;

  get asked(): boolean {
    return this.#query || this.#tables.size > 0 || this.#families.size > 0;
  }

  take(key: string, value: string): void {
    if (key === 'all') this.states = ALL;
    if (key === 'listening') this.states = LISTENING;
    if (key === 'query') this.#applyQuery(value);
    if (TABLE_FLAGS.has(key)) for (const table of QUERY_WORDS.get(key) ?? []) this.#add(table);
    const family = key === 'family' ? value : FAMILY_FLAGS.get(key);
    if (family === undefined) return;
    if (!FAMILIES.has(family)) throw new ToolMistake(`ss: "${family}" is invalid family\n${usage()}`, 255);
    this.#families.add(family);
    this.#last = family;
    this.#byDefault |= CLOSED_FAMILIES.has(family) ? 1 << CLOSE : DEFAULT;
  }

  made(states: number): Pick<SsRequest, 'tables' | 'states' | 'ipv4' | 'ipv6'> {
    if (!this.asked) {
      for (const table of QUERY_WORDS.get('all') ?? []) this.#tables.add(table);
      this.#byDefault = DEFAULT;
    }
    for (const table of this.#tables) {
      const own = familiesOf(table);
      if (!own.some((family) => this.#families.has(family))) for (const family of own) this.#families.add(family);
    }
    for (const family of this.#families) {
      const own = FAMILIES.get(family) ?? [];
      if (!own.some((table) => this.#tables.has(table))) for (const table of own) this.#tables.add(table);
    }
    if (this.#tables.size === 0) throw new ToolMistake('ss: no socket tables to show with such filter.', 0);
    return {
      tables: this.#tables,
      states: states || this.#byDefault,
      ipv4: this.#families.has('inet') && this.#last !== 'inet6',
      ipv6: this.#families.has('inet6') && this.#last !== 'inet',
    };
  }

  #add(table: TableName): void {
    this.#tables.add(table);
    this.#byDefault |= defaultStates(table);
  }

  /** The first -A forgets the tables that were named before it. */
  #applyQuery(list: string): void {
    if (!this.#query) {
      this.#tables.clear();
      this.states ||= DEFAULT;
    }
    this.#query = true;
    for (const word of list.split(',')) {
      const negated = word.startsWith('!');
      const found = QUERY_WORDS.get(negated ? word.slice(1) : word);
      if (found === undefined) throw new ToolMistake(`ss: "${word}" is illegal socket table id\n${usage()}`, 255);
      for (const table of found) {
        if (negated) this.#tables.delete(table);
        else this.#add(table);
      }
    }
  }
}

/** Families whose sockets have but one state. */
const CLOSED_FAMILIES: ReadonlySet<string> = new Set(['link', 'netlink', 'xdp']);

function familiesOf(table: TableName): string[] {
  return [...FAMILIES].filter(([, tables]) => tables.includes(table)).map(([family]) => family);
}

/** What a table shows when no state is asked for: packet and netlink sockets have but one state, UDP and raw show connected ones. */
function defaultStates(table: TableName): number {
  if (table === 'udp' || table === 'raw') return 1 << ESTAB;
  return table === 'netlink' || table === 'xdp' || table.startsWith('packet') ? 1 << CLOSE : DEFAULT;
}

/** `state X` and `exclude X` stand before the expression, any number of them. */
function parseStates(operands: readonly string[], chosen: number, version: SsHost['version']): { states: number; rest: readonly string[] } {
  let states = chosen;
  let at = 0;
  for (; operands[at] === 'state' || operands[at] === 'exclude' || operands[at] === 'excl'; at += 2) {
    const name = operands[at + 1];
    if (name === undefined) throw new ToolMistake('Command line is not complete. Try option "help"', 255);
    const mask = stateMask(name, version);
    if (mask === undefined) throw new ToolMistake(`ss: wrong state name: ${name}`, 255);
    if (operands[at] === 'state') states = (at === 0 ? 0 : states) | mask;
    else states = (at === 0 ? ALL : states) & ~mask;
  }
  return { states, rest: operands.slice(at) };
}
