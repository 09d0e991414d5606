import { getopt, type OptionSpec } from '../getopt.ts';
import { ToolMistake } from '../mistake.ts';

export type Profile = 'freebsd' | 'linux';

export interface SockstatRequest {
  readonly profile: Profile;
  readonly ipv4: boolean;
  readonly ipv6: boolean;
  readonly unix: boolean;
  readonly connected: boolean;
  readonly listening: boolean;
  /** -c or -l was given. */
  readonly kinds: boolean;
  /** -4 or -6 was given. */
  readonly families: boolean;
  /** Linux port: families and kinds are added up, as it does, and not both asked for. */
  readonly strict: boolean;
  /** FreeBSD -L: leave out rows with a loopback end. */
  readonly noLoopback: boolean;
  /** Port ranges, either end; empty is all. */
  readonly ports: readonly (readonly [number, number])[];
  /** Protocols to show, lower case; empty is all. */
  readonly protocols: readonly string[];
  readonly states: boolean;
  readonly header: boolean;
  readonly numeric: boolean;
  readonly wide: boolean;
  /** Linux port: only this process (id or name), user, group. */
  readonly process: string | undefined;
  readonly user: string | undefined;
  readonly group: string | undefined;
  readonly help: boolean;
}

interface SockstatOption extends OptionSpec {
  readonly doc: string;
}

const flag = (short: string, key: string, doc: string): SockstatOption => ({ key, short, argument: 'none', doc });
const value = (short: string, key: string, doc: string): SockstatOption => ({ key, short, argument: 'required', doc });
const COMMON: readonly SockstatOption[] = [
  flag('4', '4', 'IPv4 sockets'),
  flag('6', '6', 'IPv6 sockets'),
  flag('c', 'c', 'connected sockets'),
  flag('l', 'l', 'listening sockets (remote port 0)'),
  flag('u', 'u', 'unix sockets'),
  value('p', 'p', 'local or remote port in this list of numbers and ranges'),
  { key: 'compat', long: 'compat', argument: 'required', doc: 'sockstat=freebsd (default) or linux' },
  { key: 'help', long: 'help', argument: 'none', doc: 'this text' },
];

const OPTIONS: Readonly<Record<Profile, readonly SockstatOption[]>> = {
  freebsd: [
    ...COMMON,
    flag('L', 'L', 'leave out sockets with a loopback address'),
    flag('n', 'n', 'numbers instead of user names'),
    value('P', 'P', 'protocols, comma list: tcp, udp, raw, icmp …'),
    flag('q', 'q', 'no header'),
    flag('s', 's', 'state of stream sockets'),
    flag('v', 'v', 'accepted: nothing is hidden'),
    flag('w', 'w', 'wide address columns'),
    value('j', 'j', 'refused: there are no jails; use --netns'),
  ],
  linux: [
    ...COMMON,
    value('P', 'P', 'process id or name'),
    value('R', 'R', 'protocol: raw, tcp, udp, unix'),
    value('U', 'U', 'user'),
    value('G', 'G', 'group'),
    { key: 'strict', long: 'strict', argument: 'none', doc: 'as the port: what -4, -6, -c and -l choose is added up' },
  ],
};

export function usage(profile: Profile): string {
  const lines = OPTIONS[profile].map((o) => `  ${(o.short === undefined ? `--${o.long}` : `-${o.short}`).padEnd(12)} ${o.doc}`);
  return `usage: coldstat sockstat [options]\n${lines.join('\n')}\n`;
}

/** Throws ToolMistake. */
export function parseSockstat(args: readonly string[]): SockstatRequest {
  const compat = args.flatMap((a, i) => (a === '--compat' ? [args[i + 1] ?? ''] : a.startsWith('--compat=') ? [a.slice(9)] : []))[0];
  if (compat !== undefined && compat !== 'sockstat=freebsd' && compat !== 'sockstat=linux') {
    throw new ToolMistake('sockstat: --compat takes sockstat=freebsd or sockstat=linux', 2);
  }
  const profile: Profile = compat === 'sockstat=linux' ? 'linux' : 'freebsd';
  const { options, operands } = getopt(args, OPTIONS[profile], (problem) => new ToolMistake(`sockstat: ${problem}\n${usage(profile)}`, 1));
  if (operands.length > 0) throw new ToolMistake(usage(profile), 1);
  const given = new Map(options.map((o) => [o.key, o.value]));
  if (given.has('j')) throw new ToolMistake('sockstat: there are no jails in this evidence; choose a network namespace with --netns', 1);
  // In the Linux port -u adds unix sockets and takes nothing away.
  const families = given.has('4') || given.has('6') || (profile === 'freebsd' && given.has('u'));
  const kinds = given.has('c') || given.has('l');
  return {
    profile,
    ipv4: !families || given.has('4'),
    ipv6: !families || given.has('6'),
    // The Linux port shows unix sockets only when asked.
    unix: profile === 'linux' ? given.has('u') : !families || given.has('u'),
    connected: !kinds || given.has('c'),
    listening: !kinds || given.has('l'),
    kinds,
    families: given.has('4') || given.has('6'),
    strict: given.has('strict'),
    noLoopback: given.has('L'),
    ports: (given.get('p') ?? '')
      .split(',')
      .filter((p) => p !== '')
      .map(portRange),
    protocols: (given.get(profile === 'linux' ? 'R' : 'P') ?? '')
      .toLowerCase()
      .split(',')
      .filter((p) => p !== ''),
    states: given.has('s'),
    header: !given.has('q'),
    numeric: given.has('n'),
    wide: given.has('w'),
    process: profile === 'linux' ? given.get('P') : undefined,
    user: given.get('U'),
    group: given.get('G'),
    help: given.has('help'),
  };
}

function portRange(text: string): readonly [number, number] {
  const m = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  const low = Number(m?.[1]);
  const high = m?.[2] === undefined ? low : Number(m[2]);
  if (m === null || low > high || high > 65535) throw new ToolMistake(`sockstat: invalid port range: ${text}`, 1);
  return [low, high];
}
