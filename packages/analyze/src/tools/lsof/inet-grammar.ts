import { isIPv4, isIPv6 } from 'node:net';
import type { Names } from '../names.ts';
import type { InetPick } from './options.ts';

/** Captured names, for service and host names on the command line. */
export type NameSource = Pick<Names, 'servicePorts' | 'addresses'>;

type Proto = InetPick['proto'];
type Family = InetPick['family'];

const PROTOCOLS: ReadonlyMap<string, Proto> = new Map([
  ['TCP', 'tcp'],
  ['UDP', 'udp'],
  ['UDPLITE', 'udplite'],
]);

/**
 * Parses `[4|6][proto][@host][:ports]` of `-i`. An array is the address as a set of picks any of which may match; an empty array is
 * a bare family or nothing. A string is lsof's message.
 */
export function parseInet(text: string, inherited: Family, names: NameSource): { picks: InetPick[]; family: Family } | string {
  let rest = text;
  let family: Family = null;
  if (rest[0] === '4' || rest[0] === '6') {
    family = rest[0] === '4' ? 4 : 6;
    rest = rest.slice(1);
    if (rest === '') return { picks: [], family };
  }
  family ??= inherited;
  const word = /^[^@:]*/.exec(rest)?.[0] ?? '';
  const proto = word === '' ? null : PROTOCOLS.get(word.toUpperCase());
  if (proto === undefined) return `unknown protocol name (${word}) in: -i ${text}`;
  const host = parseHost(rest.slice(word.length), text, family, names);
  if (typeof host === 'string') return host;
  const ports = parsePorts(host.rest, text, proto, names);
  if (typeof ports === 'string') return ports;
  const picks = host.addresses.flatMap((a) => ports.map((p) => ({ proto: p.proto, ...a, low: p.low, high: p.high })));
  return { picks, family };
}

interface Address {
  readonly family: Family;
  readonly address: string | null;
}

function parseHost(rest: string, text: string, family: Family, names: NameSource): { addresses: Address[]; rest: string } | string {
  if (rest[0] !== '@') return { addresses: [{ family, address: null }], rest };
  const unacceptable = `unacceptable Internet address in: -i ${text}`;
  if (rest[1] === '[') {
    const end = rest.indexOf(']');
    const literal = end < 0 ? '' : rest.slice(2, end);
    if (!isIPv6(literal) || literal.includes('%') || literal.includes('/')) return unacceptable;
    const address = canonical6(literal);
    if (address === '::') return unacceptable;
    const behind = rest.slice(end + 1);
    const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
    // Written as IPv6 it is not IPv4's, and for IPv6 it is an IPv4 address.
    if (mapped !== undefined && family !== null) return `IPv${family === 4 ? 6 : 4} addresses are prohibited: -i ${text}`;
    if (mapped !== undefined) return { addresses: [{ family: 4, address: mapped }], rest: behind };
    return family === 4 ? `IPv6 addresses are prohibited: -i ${text}` : { addresses: [{ family: 6, address }], rest: behind };
  }
  const colon = rest.indexOf(':');
  const host = rest.slice(1, colon < 0 ? undefined : colon);
  const behind = colon < 0 ? '' : rest.slice(colon);
  if (host === '') return unacceptable;
  if (isIPv4(host)) {
    if (family === 6) return `IPv4 addresses are prohibited: -i ${text}`;
    return { addresses: [{ family: 4, address: host }], rest: behind };
  }
  const found = names.addresses(host).flatMap(known);
  // IPv6 first, as the live tool asks
  const addresses = found.filter((a) => family === null || a.family === family).sort((a, b) => Number(b.family) - Number(a.family));
  return addresses.length === 0 ? `unknown host name (${host}) in: -i ${text}` : { addresses, rest: behind };
}

function known(address: string): Address[] {
  if (isIPv4(address)) return [{ family: 4, address }];
  return isIPv6(address) && !address.includes('%') ? [{ family: 6, address: canonical6(address) }] : [];
}

/** The textual form of inet_ntop(3), as the tables have it. */
function canonical6(address: string): string {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const hex = (hi: string | undefined, lo: string | undefined): string => ((Number(hi) << 8) | Number(lo)).toString(16);
  const plain = dotted ? `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}` : address;
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const words = [...left, ...Array<string>(zeros).fill('0'), ...right].map((w) => Number.parseInt(w, 16));
  if (words.slice(0, 5).every((w) => w === 0) && words[5] === 0xffff) {
    return `::ffff:${words
      .slice(6)
      .flatMap((w) => [w >> 8, w & 255])
      .join('.')}`;
  }
  return compressed(words);
}

/** Shortest run of `::`: the first of the longest runs of at least two zero words. */
function compressed(words: readonly number[]): string {
  let best = { at: -1, length: 1 };
  for (let i = 0; i < words.length; i++) {
    let n = 0;
    while (words[i + n] === 0) n++;
    if (n > best.length) best = { at: i, length: n };
  }
  const text = (part: readonly number[]): string => part.map((w) => w.toString(16)).join(':');
  return best.at < 0 ? text(words) : `${text(words.slice(0, best.at))}::${text(words.slice(best.at + best.length))}`;
}

interface Ports {
  readonly proto: Proto;
  readonly low: number | null;
  readonly high: number | null;
}

function parsePorts(rest: string, text: string, proto: Proto, names: NameSource): Ports[] | string {
  if (rest === '') return [{ proto, low: null, high: null }];
  if (rest[0] !== ':' || rest.length < 2) return `unacceptable port specification in: -i ${text}`;
  const items = rest.slice(1).split(',');
  if (items.at(-1) === '') items.pop();
  const ports: Ports[] = [];
  for (const item of items) {
    const found = portItem(item, text, proto, names);
    if (typeof found === 'string') return found;
    ports.push(...found);
  }
  return ports;
}

function portItem(item: string, text: string, proto: Proto, names: NameSource): Ports[] | string {
  if (item === '') return `invalid service name: -i ${text}`;
  const m = /^(\d+)(-(.*))?$/.exec(item);
  if (m === null && /^\d/.test(item)) return `unacceptable port specification in: -i ${text}`;
  if (m === null) return services(item, text, proto, names);
  const low = Number(m[1]);
  if (m[2] === undefined) return [{ proto, low, high: low }];
  const end = m[3] ?? '';
  if (end === '') return `unacceptable port specification in: -i ${text}`;
  const tops = /^\d+$/.test(end) ? [{ proto, high: Number(end) }] : services(end, text, proto, names);
  if (typeof tops === 'string') return tops;
  if (tops.some((t) => t.high === null || t.high < low)) return `unacceptable port specification in: -i ${text}`;
  return tops.map((t) => ({ proto: t.proto, low, high: t.high }));
}

/** A name without protocol is asked for both; when both know it with different ports, lsof wants to be told which. */
function services(name: string, text: string, proto: Proto, names: NameSource): Ports[] | string {
  if (proto !== null) {
    const port = names.servicePorts(name, proto)[0];
    return port === undefined ? `unknown service ${name} for ${proto} in: -i ${text}` : [{ proto, low: port, high: port }];
  }
  const tcp = names.servicePorts(name, 'tcp')[0];
  const udp = names.servicePorts(name, 'udp')[0];
  const port = tcp ?? udp;
  if (port === undefined) return `unknown service ${name} in: -i ${text}`;
  if (tcp !== undefined && udp !== undefined && tcp !== udp) {
    return `TCP=${tcp} and UDP=${udp} ${name} ports conflict;\n      specify "tcp:${name}" or "udp:${name}": -i ${text}`;
  }
  return [{ proto: null, low: port, high: port }];
}
