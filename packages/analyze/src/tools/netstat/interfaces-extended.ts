import { isIPv4 } from 'node:net';
import { terminal } from '../../render/cell.ts';
import type { Value } from '../../render/value.ts';
import { type Names, namesOf } from '../names.ts';
import { rowsOf } from '../scope.ts';
import type { ToolContext } from '../tool.ts';
import { type Interface, withRunning } from './interface-rows.ts';
import { FIRST_PASS } from './tables.ts';

/** IFF_ flags of include/uapi/linux/if.h, in netstat's order. */
const FLAGS: readonly (readonly [bit: number, word: string])[] = [
  [0x1, 'UP'],
  [0x2, 'BROADCAST'],
  [0x4, 'DEBUG'],
  [0x8, 'LOOPBACK'],
  [0x10, 'POINTOPOINT'],
  [0x20, 'NOTRAILERS'],
  [0x40, 'RUNNING'],
  [0x80, 'NOARP'],
  [0x100, 'PROMISC'],
  [0x200, 'ALLMULTI'],
  [0x800, 'SLAVE'],
  [0x400, 'MASTER'],
  [0x1000, 'MULTICAST'],
  [0x8000, 'DYNAMIC'],
];
const LOOPBACK = 0x8;
const BROADCAST = 0x2;
const POINTOPOINT = 0x10;

/**
 * `netstat -ie`: a block for each interface, as ifconfig prints it. Where the kernel was asked for its addresses (`--netlink`) they are as it told
 * them. Files prove neither the broadcast address (fib_trie has a leaf for that of the network whether or not an address bears it) nor the peer of a
 * point-to-point link (a route to one host looks the same), nor of every IPv4 address the interface: what is not proven is left out, as is the
 * interrupt of a card. The live tool prints the first IPv4 address only; here each one that is known has a line.
 */
export function* extendedLines(context: ToolContext, interfaces: readonly Interface[]): Generator<string> {
  const addresses = addressesOf(context, interfaces);
  for (const i of interfaces) {
    yield `${terminal(i.name)}: ${flagsCell(withRunning(i))}  mtu ${i.mtu ?? '?'}\n`;
    for (const line of addresses.get(keyOf(i.net_ns, i.name)) ?? []) yield `        ${line}\n`;
    yield* hardware(i);
    yield `        RX packets ${count(i.rx_packets)}  bytes ${bytes(i.rx_bytes)}\n`;
    yield `        RX errors ${count(i.rx_errors)}  dropped ${count(i.rx_dropped)}  overruns ${count(i.rx_fifo)}  frame ${count(i.rx_frame)}\n`;
    yield `        TX packets ${count(i.tx_packets)}  bytes ${bytes(i.tx_bytes)}\n`;
    const lost = `carrier ${count(i.tx_carrier)}  collisions ${count(i.tx_collisions)}`;
    yield `        TX errors ${count(i.tx_errors)}  dropped ${count(i.tx_dropped)} overruns ${count(i.tx_fifo)}  ${lost}\n\n`;
  }
}

const count = (value: Value): string => (value === null ? '?' : terminal(value));
const keyOf = (netNs: number | null, name: Value): string => `${netNs} ${terminal(name)}`;

/** The ioctl gives 16 bits (struct ifreq ifr_flags). */
function flagsCell(flags: number | null): string {
  if (flags === null) return 'flags=?';
  const words = FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, word]) => word);
  return `flags=${flags & 0xffff}<${words.join(',')}>`;
}

/** Names and titles by ARPHRD_ (include/uapi/linux/if_arp.h); hardware without one of them has no line. */
const HARDWARE: ReadonlyMap<number, readonly [name: string, title: string, hasAddress: boolean]> = new Map([
  [1, ['ether', 'Ethernet', true]],
  [512, ['ppp', 'Point-to-Point Protocol', false]],
  [772, ['loop', 'Local Loopback', false]],
]);

/** ARPHRD_NONE, of tunnels: there is no address, which prints as sixteen bytes of nothing. */
const NO_HARDWARE = 65534;
const NOTHING = `unspec ${new Array<string>(16).fill('00').join('-')}`;

function* hardware({ type, address, tx_queue_len }: Interface): Generator<string> {
  const length = `txqueuelen ${tx_queue_len ?? '?'}`;
  if (type === NO_HARDWARE) yield `        ${NOTHING}  ${length}  (UNSPEC)\n`;
  const known = type === null ? undefined : HARDWARE.get(type);
  if (known === undefined) return;
  const [name, title, hasAddress] = known;
  const cells = [hasAddress ? `${name} ${address === null ? '?' : terminal(address)}` : name, length];
  yield `        ${cells.join('  ')}  (${title})\n`;
}

const UNITS: readonly (readonly [unit: string, size: bigint])[] = [
  ['PiB', 1n << 50n],
  ['TiB', 1n << 40n],
  ['GiB', 1n << 30n],
  ['MiB', 1n << 20n],
  ['KiB', 1n << 10n],
];

/** `2048 (2.0 KiB)`: tenths are cut, not rounded, and 1024 itself is still in bytes. */
function bytes(value: Value): string {
  if (typeof value !== 'number' && typeof value !== 'bigint') return '?';
  const [unit, size] = UNITS.find(([, s]) => BigInt(value) > s) ?? ['B', 1n];
  const tenths = (BigInt(value) * 10n) / size;
  return `${value} (${tenths / 10n}.${tenths % 10n} ${unit})`;
}

interface Network {
  readonly net_ns: number | null;
  readonly destination: string;
  readonly prefix: number;
  readonly interface: Value;
}

interface Address {
  readonly net_ns: number | null;
  readonly family: number;
  readonly address: string;
  readonly prefix: number | null;
  readonly scope: number | null;
  readonly interface: Value;
}

/** As the kernel told it. */
interface Told {
  readonly net_ns: number | null;
  readonly ifindex: number | null;
  readonly label: Value;
  readonly address: string | null;
  readonly peer: string | null;
  readonly prefix: number | null;
  readonly broadcast: string | null;
}

/** Lines `inet …` and `inet6 …` by interface. */
function addressesOf(context: ToolContext, interfaces: readonly Interface[]): Map<string, string[]> {
  const lines = new Map<string, string[]>();
  const add = (key: string, line: string): void => void lines.set(key, [...(lines.get(key) ?? []), line]);
  const all = [...rowsOf<Address>(context, 'net_ns, family, address, prefix, scope, interface', 'interface_addresses', FIRST_PASS)];
  const networks = [...connected(context), ...loopback(all, interfaces)].sort((a, b) => b.prefix - a.prefix);
  const asked = new Set<number | null>();
  const names = namesOf(context.db, context.captureId);
  for (const a of rowsOf<Told>(context, 'net_ns, ifindex, label, address, peer, prefix, broadcast', 'ipv4_addresses')) {
    asked.add(a.net_ns);
    const on = interfaceOf(names, interfaces, a);
    if (on !== undefined) add(keyOf(a.net_ns, on.name), toldLine(a, on.flags ?? 0));
  }
  for (const a of all) {
    if (a.family !== 4 || a.prefix !== 32 || asked.has(a.net_ns)) continue;
    const network = networks.find(
      (n) => n.net_ns === a.net_ns && number4(a.address) >>> (32 - n.prefix) === number4(n.destination) >>> (32 - n.prefix),
    );
    if (network !== undefined) add(keyOf(a.net_ns, network.interface), `inet ${a.address}  netmask ${mask(network.prefix)}`);
  }
  for (const a of all) {
    if (a.family === 6)
      add(keyOf(a.net_ns, a.interface), `inet6 ${a.address}  prefixlen ${a.prefix ?? '?'}  scopeid ${scopeCell(a.scope)}`);
  }
  return lines;
}

/** The number says which interface it is, where a file gives the number a name; else the label, up to the colon of an alias. */
function interfaceOf(names: Names, interfaces: readonly Interface[], { net_ns, ifindex, label }: Told): Interface | undefined {
  const named = ifindex === null ? undefined : names.interfaceName(ifindex, net_ns);
  const name = named === undefined ? terminal(label ?? '').split(':')[0] : terminal(named);
  return interfaces.find((i) => i.net_ns === net_ns && terminal(i.name) === name);
}

/** As ife_print_long of net-tools does: an address that nobody set is 0.0.0.0. */
function toldLine({ address, peer, prefix, broadcast }: Told, flags: number): string {
  const cells = [`inet ${address ?? '?'}`, `netmask ${prefix === null ? '?' : mask(prefix)}`];
  if ((flags & BROADCAST) !== 0) cells.push(`broadcast ${broadcast ?? '0.0.0.0'}`);
  if ((flags & POINTOPOINT) !== 0) cells.push(`destination ${peer ?? '?'}`);
  return cells.join('  ');
}

/** Networks that an interface is on: routes without a gateway. */
function connected(context: ToolContext): Network[] {
  const and = `AND family = 4 AND gateway = '0.0.0.0' AND prefix BETWEEN 1 AND 31 ${FIRST_PASS}`;
  return [...rowsOf<Network>(context, 'net_ns, destination, prefix, interface', 'routes', and)];
}

/** Whole networks that are local, 127.0.0.0/8: they are the loopback interface's. */
function loopback(addresses: readonly Address[], interfaces: readonly Interface[]): Network[] {
  return addresses.flatMap(({ net_ns, family, address: destination, prefix }) => {
    const lo = interfaces.find((i) => i.net_ns === net_ns && i.flags !== null && (i.flags & LOOPBACK) !== 0);
    if (family !== 4 || prefix === null || prefix < 1 || prefix > 31 || lo === undefined) return [];
    return [{ net_ns, destination, prefix, interface: lo.name }];
  });
}

function number4(address: string): number {
  return isIPv4(address) ? address.split('.').reduce((n, byte) => (n << 8) | Number(byte), 0) : 0;
}

function mask(prefix: number): string {
  // A shift by 32 would be one by 0.
  const bits = prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.');
}

/** IPV6_ADDR_ scopes (include/net/ipv6.h). */
const SCOPES: readonly (readonly [bit: number, word: string])[] = [
  [0x20, 'link'],
  [0x40, 'site'],
  [0x10, 'host'],
];

function scopeCell(scope: number | null): string {
  if (scope === null) return '?';
  const compat = (scope & 0x80) !== 0;
  const rest = scope & ~0x80;
  const words = [
    ...(compat ? ['compat'] : []),
    ...(rest === 0 ? ['global'] : []),
    ...SCOPES.filter(([bit]) => (rest & bit) !== 0).map(([, word]) => word),
  ];
  return `0x${scope.toString(16)}<${words.join(',')}>`;
}
