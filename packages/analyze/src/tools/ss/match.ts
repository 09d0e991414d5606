import { BlockList, isIP } from 'node:net';
import type { Value } from '../../render/value.ts';
import { ToolMistake } from '../mistake.ts';
import type { Names } from '../names.ts';
import { num } from './dumped.ts';
import type { Sock } from './sock.ts';

export type Predicate = (sock: Sock) => boolean;

/** What names in an expression are looked up in: the captured files only. */
export interface FilterNames extends Pick<Names, 'servicePorts' | 'addresses'> {
  /** Name of an interface; undefined when it is not captured. */
  interfaceName?(index: number, netNs: number | null): Value | undefined;
  /** Ports that the host gives to those who ask for none. */
  readonly ephemeral?: readonly [number, number] | undefined;
  /** Whether a dump of the kernel was captured: only it tells of marks, and of interfaces that sockets are bound to. */
  readonly dumped?: boolean;
  /** `cgroup PATH`; throws ToolMistake. */
  cgroup?(path: string): Predicate;
}

/** Compares as `dport OP PORT` does; the words of the operators are in filter.ts. */
export function comparePorts(value: number, op: string, port: number): boolean {
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

/** `autobound`: the kernel chose the local end. */
export function autobound(s: Sock, names: FilterNames): boolean {
  if (s.family === 'unix') return s.local === null || /^@[0-9a-f]{5}$/.test(unixText(s.local));
  if (s.family === 'packet') return s.localPort === 0 && s.local === '0';
  if (s.family === 'netlink') return (s.localPort ?? 0) > 0x7fffffff;
  if (s.localPort === null) return false;
  if (s.family === 'vsock') return s.localPort > 1023;
  const [least, most] = names.ephemeral ?? [1024, 4999];
  return s.localPort >= least && s.localPort <= most;
}

/** `dev NAME`, or its number. */
export function boundTo(device: string, names: FilterNames): Predicate {
  return (s) => {
    const index = s.family === 'packet' ? s.localPort : num(s.diag?.row, s.family === 'xdp' ? 'ifindex' : 'interface');
    if (index === null || index === 0) return false;
    return String(index) === device || names.interfaceName?.(index, s.netNs) === device;
  };
}

/** `fwmark MARK` or `MARK/MASK`, decimal, octal with 0 or hex with 0x. Throws ToolMistake. */
export function marked(text: string): Predicate {
  const parts = text
    .split('/')
    .map((word) => (/^0[0-7]+$/.test(word) ? Number.parseInt(word, 8) : /^(?:\d+|0x[0-9a-f]+)$/i.test(word) ? Number(word) : Number.NaN));
  const [mark = Number.NaN, mask = 0xffffffff] = parts;
  if (parts.length > 2 || Number.isNaN(mark) || Number.isNaN(mask)) throw new ToolMistake('Cannot parse mark.', 1);
  return (s) => ((num(s.diag?.row, 'mark') ?? 0) & mask) >>> 0 === mark >>> 0;
}

/** A number, hex with 0x, or a service of the captured file. Throws ToolMistake. */
export function portNumber(text: string, names: FilterNames): number {
  if (/^\d+$/.test(text)) return Number(text);
  if (/^0x[0-9a-f]+$/i.test(text)) return Number.parseInt(text, 16);
  const port = names.servicePorts(text, 'tcp')[0] ?? names.servicePorts(text, 'udp')[0];
  if (port === undefined) throw new ToolMistake(`Error: "${text}" does not look like a port.\nCannot parse dst/src address.`, 1);
  return port;
}

/** `unix:GLOB`, `link:PROTO[:DEV]`, `netlink:PROTO[:PID]`, a path or a glob for unix sockets, else an address with an optional prefix and port. */
export function hostMatcher(text: string, side: 'src' | 'dst', names: FilterNames): Predicate {
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
  return host.includes(':') && isIP(text.replace(/\/\d+$/, '')) === 6 && !text.includes('%')
    ? { host: text, port: undefined }
    : { host, port: text.slice(colon + 1) };
}

/** `10.9` and `127` stand for what begins so, the rest is 0 (lib/utils.c, get_addr_ipv4). */
function padded(base: string): string {
  const parts = base.split('.');
  return /^\d{1,3}(\.\d{1,3}){0,2}$/.test(base) ? [...parts, '0', '0', '0'].slice(0, 4).join('.') : base;
}

function addressMatcher(host: string, names: FilterNames): (address: string) => boolean {
  const slash = host.indexOf('/');
  const base = slash < 0 ? host : host.slice(0, slash);
  const plain = padded(base);
  // A zone is no part of what ss compares: it takes such an address for a name.
  const literal = isIP(plain) !== 0 && !plain.includes('%');
  const addresses = literal ? [plain] : base.includes('%') ? [] : names.addresses(base).filter((a) => isIP(a) !== 0);
  if (addresses.length === 0)
    throw new ToolMistake(`Error: an inet prefix is expected rather than "${host}".\nCannot parse dst/src address.`, 1);
  // One list a family: a list with both would let each stand for the other where an address is IPv4-mapped.
  const v4 = new BlockList();
  const v6 = new BlockList();
  for (const address of addresses) {
    const is6 = isIP(address) === 6;
    const bits = slash < 0 ? (is6 ? 128 : 32) : Number(host.slice(slash + 1));
    if (!Number.isInteger(bits) || bits < 0 || bits > (is6 ? 128 : 32)) {
      throw new ToolMistake(`Error: an inet prefix is expected rather than "${host}".\nCannot parse dst/src address.`, 1);
    }
    if (is6) v6.addSubnet(address, bits, 'ipv6');
    else v4.addSubnet(address, bits, 'ipv4');
  }
  return (address) => {
    if (!address.includes(':')) return v4.check(address, 'ipv4');
    // An IPv4 rule takes IPv4-mapped sockets too, as in ss; a rule that is itself mapped takes only those.
    const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
    return (mapped !== undefined && v4.check(mapped, 'ipv4')) || v6.check(address, 'ipv6');
  };
}
