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
}

const TABLE_FLAGS: ReadonlyMap<string, readonly TableName[]> = new Map<string, readonly TableName[]>([
  ['packet', ['packet_raw', 'packet_dgram']],
  ['tcp', ['tcp']],
  ['mptcp', ['mptcp']],
  ['sctp', ['sctp']],
  ['udp', ['udp']],
  ['dccp', ['dccp']],
  ['raw', ['raw']],
  ['unix', ['unix_stream', 'unix_dgram', 'unix_seqpacket']],
  ['tipc', ['tipc']],
  ['vsock', ['vsock_stream', 'vsock_dgram']],
  ['xdp', ['xdp']],
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

/** Throws ToolMistake. */
export function parseSs(args: readonly string[]): SsRequest {
  const { options, operands } = getopt(args, OPTIONS, (problem) => new ToolMistake(`ss: ${problem}\n${usage()}`, 255));
  const flags = new Set(options.map((o) => o.key));
  const tables = new Set<TableName>();
  let families: readonly TableName[] = [];
  let [ipv4, ipv6] = [flags.has('ipv4'), flags.has('ipv6')];
  for (const { key, value } of options) {
    for (const table of TABLE_FLAGS.get(key) ?? []) tables.add(table);
    if (key === 'query') applyQuery(tables, value ?? '');
    if (key === 'family') {
      const found = FAMILIES.get(value ?? '');
      if (found === undefined) throw new ToolMistake(`ss: "${value}" is invalid family`, 255);
      families = [...families, ...found];
      ipv4 ||= value === 'inet';
      ipv6 ||= value === 'inet6';
    }
  }
  if (tables.size === 0) for (const table of families) tables.add(table);
  const explicit = tables.size > 0;
  if (tables.size === 0)
    for (const table of ipv4 || ipv6 ? (FAMILIES.get('inet') ?? []) : (QUERY_WORDS.get('all') ?? [])) tables.add(table);
  const { states, rest } = parseStates(operands, flags, tables, explicit);
  return { tables, states, ipv4: ipv4 || !ipv6, ipv6: ipv6 || !ipv4, flags, filter: rest };
}

function applyQuery(tables: Set<TableName>, list: string): void {
  for (const word of list.split(',')) {
    const negated = word.startsWith('!');
    const found = QUERY_WORDS.get(negated ? word.slice(1) : word);
    if (found === undefined) throw new ToolMistake(`ss: "${word}" is illegal socket table id`, 255);
    for (const table of found) {
      if (negated) tables.delete(table);
      else tables.add(table);
    }
  }
}

/** What a table shows when no state is asked for: packet and netlink sockets have but one state, UDP and raw show connected ones. */
function defaultStates(tables: ReadonlySet<TableName>, explicit: boolean): number {
  if (!explicit) return DEFAULT;
  let states = 0;
  for (const table of tables) {
    if (table === 'udp' || table === 'raw') states |= 1 << ESTAB;
    else if (table === 'netlink' || table === 'xdp' || table.startsWith('packet')) states |= 1 << CLOSE;
    else states |= DEFAULT;
  }
  return states;
}

/** `state X` and `exclude X` stand before the expression, any number of them. */
function parseStates(
  operands: readonly string[],
  flags: ReadonlySet<string>,
  tables: ReadonlySet<TableName>,
  explicit: boolean,
): { states: number; rest: readonly string[] } {
  let states = flags.has('all') ? ALL : flags.has('listening') ? LISTENING : defaultStates(tables, explicit);
  let given = 0;
  let at = 0;
  for (; operands[at] === 'state' || operands[at] === 'exclude' || operands[at] === 'excl'; at += 2) {
    const name = operands[at + 1];
    if (name === undefined) throw new ToolMistake(`ss: ${operands[at]} needs a state`, 255);
    const mask = stateMask(name);
    if (mask === undefined) throw new ToolMistake(`ss: wrong state name: ${name}`, 255);
    if (operands[at] === 'state') {
      given |= mask;
      states = given;
    } else states = (given === 0 ? ALL : states) & ~mask;
  }
  return { states, rest: operands.slice(at) };
}
