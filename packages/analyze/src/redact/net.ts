import {
  addressText,
  byLine,
  type Context,
  DOTTED,
  dotted,
  hardwareText,
  hostWords,
  type Line,
  NUMBERS,
  networkDigits,
  type Rule,
  withoutPointers,
} from './lines.ts';

/** tcp, udp, raw … : addresses are hex before a colon; everything else is numbers. */
const socket: Line = (line, context, number) => {
  if (number === 1) return /^[A-Za-z_>\s-]+$/.test(line) ? line : null;
  if (!NUMBERS.test(line)) return null;
  const address = (_: string, digits: string, port: string): string => `${hostWords(digits, context)}:${port}`;
  return withoutPointers(line.replace(/\b([0-9A-F]{32}|[0-9A-F]{8}):([0-9A-F]{4})(?=\s)/g, address), context);
};

/** A name printed after the inode may hold anything: a line that is no row is a part of one. */
const unix: Line = (line, context, number) => {
  const { names } = context;
  if (number === 1) return /^Num\s+RefCount Protocol Flags\s+Type St Inode Path$/.test(line) ? line : null;
  const m = /^([0-9a-f]+: [0-9A-F]{8} [0-9A-F]{8} [0-9A-F]{8} [0-9A-F]{4} [0-9A-F]{2}\s+\d+)( .*)?$/.exec(line);
  return m === null ? names.text(line) : withoutPointers(m[1] ?? '', context) + (m[2] === undefined ? '' : ` ${names.path(m[2].slice(1))}`);
};

const route: Line = (line, context, number) => {
  if (number === 1) return /^Iface\tDestination\tGateway[\w\s]*$/.test(line) ? line : null;
  const [device = '', to = '', via = '', flags, count, use, metric, mask = '', ...rest] = line.split('\t');
  if (![to, via, mask].every((word) => /^[0-9A-F]{8}$/.test(word)) || !NUMBERS.test([flags, count, use, metric, ...rest].join(' ')))
    return null;
  const bits = (Number.parseInt(mask, 16).toString(2).match(/1/g) ?? []).length;
  return [ifName(device, context), hostWords(to, context, bits), hostWords(via, context), flags, count, use, metric, mask, ...rest].join(
    '\t',
  );
};

const route6: Line = (line, context) => {
  const m = /^([0-9a-f]{32}) ([0-9a-f]{2}) ([0-9a-f]{32}) ([0-9a-f]{2}) ([0-9a-f]{32})((?: [0-9a-f]{8}){4})( +)(\S+)$/.exec(line);
  if (m === null) return null;
  const [, to = '', length = '', from = '', fromLength = '', via = '', numbers = '', blanks = '', device = ''] = m;
  const net = (digits: string, bits: string): string => networkDigits(digits, context, Number.parseInt(bits, 16));
  return `${net(to, length)} ${length} ${net(from, fromLength)} ${fromLength} ${networkDigits(via, context)}${numbers}${blanks}${ifName(device, context)}`;
};

const ifInet6: Line = (line, context) => {
  const m = /^([0-9a-f]{32})((?: [0-9a-f]{2,8}){4})( +)(\S+)$/.exec(line);
  return m && networkDigits(m[1] ?? '', context) + m[2] + m[3] + ifName(m[4] ?? '', context);
};

const igmp: Line = (line, context, number) => {
  if (number === 1) return /^Idx\tDevice[\w\s:]*$/.test(line) ? line : null;
  const device = /^(\d+\t)(\S+)(\s*: [\s\w]*)$/.exec(line);
  if (device) return device[1] + ifName(device[2] ?? '', context) + device[3];
  const group = /^(\t+)([0-9A-F]{8})([\s0-9A-F:]*)$/.exec(line);
  return group && group[1] + hostWords(group[2] ?? '', context) + group[3];
};

const igmp6: Line = (line, context) => {
  const m = /^(\d+\s+)(\S+)(\s+)([0-9a-f]{32})([\s0-9A-Fa-f]*)$/.exec(line);
  return m && m[1] + ifName(m[2] ?? '', context) + m[3] + networkDigits(m[4] ?? '', context) + m[5];
};

const arp: Line = (line, context, number) => {
  if (number === 1) return /^IP address\s+HW type[\w\s]*$/.test(line) ? line : null;
  const m = /^(\S+)(\s+0x[0-9a-f]+\s+0x[0-9a-f]+\s+)(\S+)(\s+\*\s+)(\S+)$/.exec(line);
  if (m === null || !DOTTED.test(m[1] ?? '') || !/^(?:[0-9a-f]{2}:)*[0-9a-f]{2}$/.test(m[3] ?? '')) return null;
  return (
    dotted(m[1] ?? '', context).padEnd((m[1] ?? '').length) + m[2] + hardwareText(m[3] ?? '', context) + m[4] + ifName(m[5] ?? '', context)
  );
};

const fibTrie: Line = (line, context) => {
  if (/^(?:Main|Local|Id \d+):$/.test(line) || /^ *\/\d+ [a-z]+ [A-Z]+(?: tos=\d+)?\s*$/.test(line)) return line;
  const m = /^( *(?:\+--|\|--) )(\d+\.\d+\.\d+\.\d+)((?:\/(\d+))?[ \d]*)$/.exec(line);
  if (m === null || !DOTTED.test(m[2] ?? '')) return null;
  return m[1] + dotted(m[2] ?? '', context, m[4] === undefined ? null : Number(m[4])) + m[3];
};

const dev: Line = (line, context, number) => {
  if (number <= 2) return /^[\w|\s-]+$/.test(line) ? line : null;
  const m = /^( *)([^\s:]+)(:[\s\d]+)$/.exec(line);
  return m && m[1] + ifName(m[2] ?? '', context) + m[3];
};

const devMcast: Line = (line, context) => {
  const m = /^(\d+\s+)(\S+)(\s+\d+\s+\d+\s+)([0-9a-f]{2,64})$/.exec(line);
  return m && m[1] + ifName(m[2] ?? '', context) + m[3] + hardwareText(m[4] ?? '', context).replaceAll(':', '');
};

const ptype: Line = (line, context, number) => {
  if (number === 1) return /^Type Device\s+Function\s*$/.test(line) ? line : null;
  // ptype_seq_show (net/core/net-procfs.c): `ALL ` or four digits, a blank, the device padded to eight, the function.
  const m = /^(ALL |[0-9a-f]{4}) (\S*)( +)([\w.[\]+]+)$/.exec(line);
  return m && `${m[1]} ${m[2] === '' ? '' : ifName(m[2] ?? '', context)}${m[3]}${m[4]}`;
};

/** netlink and packet: numbers below a header. */
const numbers: Line = (line, context, number) => {
  if (number === 1) return /^sk [\w\s]+$/.test(line) ? line : null;
  return NUMBERS.test(line) ? withoutPointers(line, context) : null;
};

/** sctp and conntrack: addresses stand as text among numbers and kernel words. */
const addressed: Line = (line, context) => {
  if (!/^[\x20-\x7e\t]*$/.test(line)) return null;
  const word = (text: string): string | null => {
    const [, key = '', value = ''] = /^([a-z-]+=|\*)?(.*)$/.exec(text) ?? [];
    if (/^(?:secctx|helper)=$/.test(key)) return key + context.names.opaque(value);
    const address = addressText(value, context);
    if (address !== null) return key + address;
    return /^[\w\-*<>[\]]*$/.test(value) && !context.names.identifies(value) ? text : null;
  };
  const words = line.split(/(\s+)/).map((text, i) => (i % 2 === 1 ? text : word(text)));
  return words.includes(null) ? null : withoutPointers(words.join(''), context);
};

function ifName(name: string, { names }: Context): string {
  return name === '*' ? name : names.interface(name);
}

/** Counters: names are the kernel's. */
const counters: Line = (line) => (/^[\w:\s-]*$/.test(line) ? line : null);

/** What lies below `net/`. */
export const NET_RULES: Readonly<Record<string, Rule>> = Object.fromEntries([
  ...['tcp', 'tcp6', 'udp', 'udp6', 'udplite', 'udplite6', 'raw', 'raw6', 'icmp', 'icmp6'].map((name) => [name, byLine(socket)] as const),
  ...['sockstat', 'sockstat6', 'protocols', 'snmp', 'snmp6', 'netstat', 'sctp/snmp'].map((name) => [name, byLine(counters)] as const),
  ...['sctp/eps', 'sctp/assocs', 'sctp/remaddr', 'nf_conntrack', 'ip_conntrack'].map((name) => [name, byLine(addressed)] as const),
  ...['netlink', 'packet'].map((name) => [name, byLine(numbers)] as const),
  ...Object.entries({
    unix,
    route,
    ipv6_route: route6,
    if_inet6: ifInet6,
    igmp,
    igmp6,
    arp,
    fib_trie: fibTrie,
    dev,
    dev_mcast: devMcast,
    ptype,
  }).map(([name, rule]) => [name, byLine(rule)] as const),
]);
