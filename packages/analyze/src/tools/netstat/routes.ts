import { terminal } from '../../render/cell.ts';
import type { Rows, Value } from '../../render/value.ts';
import { type Names, namesOf } from '../names.ts';
import { rowsOf, scopeOf } from '../scope.ts';
import type { ToolContext } from '../tool.ts';
import { hostCell } from './address.ts';
import type { Request, RouteList } from './options.ts';
import { FIRST_PASS } from './tables.ts';

interface Route {
  readonly destination: string | null;
  readonly prefix: number | null;
  readonly mask: string | null;
  readonly gateway: string | null;
  readonly interface: Value;
  readonly flags: number | null;
  readonly refcount: number | null;
  readonly use: number | null;
  readonly metric: number | null;
  readonly mtu: number | null;
  readonly window: number | null;
  readonly irtt: number | null;
}

const COLUMNS = 'destination, prefix, mask, gateway, interface, flags, refcount, use, metric, mtu, "window", irtt';

/** RTF_ flags of include/uapi/linux/route.h and ipv6_route.h. */
const REJECT = 0x200;

export function* routeLines(context: ToolContext, request: Request): Generator<string> {
  for (const list of request.routes) {
    if (request.family === 6) yield* routes6(context, request, list);
    else yield* list === 'cache' ? cache4(request) : routes4(context, request);
  }
}

function* routes4(context: ToolContext, request: Request): Generator<string> {
  yield 'Kernel IP routing table\n';
  yield `Destination     Gateway         Genmask         Flags${
    request.extend === 0 ? '   MSS Window  irtt Iface' : ` Metric Ref    Use Iface${request.extend > 1 ? '    MSS   Window irtt' : ''}`
  }\n`;
  const names = namesOf(context.db, context.captureId);
  for (const route of rowsOf<Route>(context, COLUMNS, 'routes', `AND family = 4 ${FIRST_PASS}`)) {
    const destination = cut(destination4(route, names, request), request);
    const gateway = rejected(route) ? '-' : cut(hostCell(route.gateway, names, request), request);
    const head = `${destination.padEnd(15)} ${gateway.padEnd(15)} ${(route.mask ?? '?').padEnd(15)} ${flags4(route.flags).padEnd(6)}`;
    yield `${head}${request.extend === 0 ? short4(route) : extended4(route, request.extend > 1)}\n`;
  }
}

/** Linux 3.6 gave the cache of IPv4 up; its file has had a header alone since. */
function* cache4({ extend }: Request): Generator<string> {
  const more = extend > 1 ? '    MSS   Window irtt  TOS HHRef HHUptod     SpecDst' : '';
  const columns = extend === 0 ? '  MSS Window  irtt Iface' : `Metric Ref    Use Iface${more}`;
  yield `Kernel IP routing cache\nSource          Destination     Gateway         Flags ${columns}\n`;
}

const rejected = (route: Route): boolean => ((route.flags ?? 0) & REJECT) !== 0;
const cut = (text: string, { wide }: Request): string => (wide ? text : text.slice(0, 15));
const text = (n: number | null): string => String(n ?? '?');

function destination4(route: Route, names: Names, request: Request): string {
  if (route.destination === '0.0.0.0') return request.numericHosts ? '0.0.0.0' : 'default';
  return hostCell(route.destination, names, request);
}

function short4(route: Route): string {
  const [mtu, window, irtt, iface] = rejected(route)
    ? ['-', '-', '-', '-']
    : [text(route.mtu), text(route.window), text(route.irtt), terminal(route.interface)];
  return `${mtu.padStart(5)} ${window.padEnd(5)} ${irtt.padStart(6)} ${iface}`;
}

function extended4(route: Route, both: boolean): string {
  const dash = rejected(route);
  const iface = dash ? '-' : terminal(route.interface);
  const ref = dash ? '-' : text(route.refcount);
  const head = ` ${text(route.metric).padEnd(6)} ${ref.padEnd(2)} ${text(route.use).padStart(7)} `.slice(1);
  if (!both) return `${head}${iface}`;
  const [mtu, window, irtt] = dash ? ['-', '-', '-'] : [text(route.mtu), text(route.window), text(route.irtt)];
  return `${head}${iface.slice(0, 6).padEnd(8)} ${mtu.padEnd(5)} ${window.padEnd(6)} ${irtt}`;
}

/** Flags in netstat's order, for IPv4 and for IPv6. */
const LETTERS4: readonly (readonly [bit: number, letter: string])[] = [
  [0x1, 'U'],
  [0x2, 'G'],
  [0x4, 'H'],
  [0x8, 'R'],
  [0x10, 'D'],
  [0x20, 'M'],
  [0x40, 'u'],
  [0x80, 'w'],
  [0x100, 'i'],
  [0x400, 'n'],
];

const LETTERS6: readonly (readonly [bit: number, letter: string])[] = [
  [0x1, 'U'],
  [REJECT, '!'],
  [0x2, 'G'],
  [0x4, 'H'],
  [0x10000, 'D'],
  [0x40000, 'A'],
  [0x20000, 'a'],
  [0x400000, 'e'],
  [0x20, 'm'],
  [0x200000, 'n'],
  [0x2000000, 'f'],
];

function flagLetters(flags: number | null, letters: readonly (readonly [number, string])[]): string {
  return flags === null ? '?' : letters.map(([bit, letter]) => (flags & bit ? letter : '')).join('');
}

/** An IPv4 route that rejects has `!` in place of `U` and `G`. */
function flags4(flags: number | null): string {
  return flags !== null && flags & REJECT ? `!${flagLetters(flags & ~3, LETTERS4)}` : flagLetters(flags, LETTERS4);
}

/** RTF_CACHE: netstat shows such a route only with -C. */
const CACHE = 0x1000000;
const CACHED = `AND family = 6 AND flags & ${CACHE} <> 0`;

function* routes6(context: ToolContext, request: Request, list: RouteList): Generator<string> {
  yield `Kernel IPv6 routing ${list}\n`;
  yield 'Destination                    Next Hop                   Flag Met Ref  Use If\n';
  const names = namesOf(context.db, context.captureId);
  for (const route of rowsOf<Route>(context, COLUMNS, 'routes', `AND family = 6 ${FIRST_PASS}`)) {
    if ((((route.flags ?? 0) & CACHE) !== 0) !== (list === 'cache')) continue;
    const destination = `${hostCell(route.destination, names, request)}/${route.prefix ?? '?'}`;
    const hop = hostCell(route.gateway, names, request);
    const metric = route.metric === null ? '?' : String(route.metric | 0);
    const head = `${destination.padEnd(30)} ${hop.padEnd(26)} ${flagLetters(route.flags, LETTERS6).padEnd(4)} ${metric.padEnd(3)}`;
    yield `${head} ${text(route.refcount)} ${text(route.use).padStart(6)} ${terminal(route.interface)}\n`;
  }
}

export function routeRecords(context: ToolContext, request: Request): Rows {
  const { where, values } = scopeOf(context);
  const sql = `SELECT destination, prefix, mask, source, source_prefix, gateway, interface, flags, refcount, use, metric, mtu, "window", irtt, net_ns,
    source_id, line FROM routes WHERE ${where} AND family = ? ${FIRST_PASS} ${request.routes.includes('table') ? '' : CACHED} ORDER BY source_id, line`;
  return context.db.rows(sql, ...values, request.family);
}
