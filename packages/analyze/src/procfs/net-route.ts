import { ipv4FromHost, ipv6FromNetwork } from './address.ts';
import type { Env, Parser, Placed } from './lines.ts';
import { bytesOf, decimalOf, hexOf } from './number.ts';
import { byColumns, byLine, Doubts, type Refused } from './rows.ts';

/** One row of /proc/net/route (net/ipv4/fib_trie.c fib_route_seq_show: main table, first next hop) or ipv6_route (net/ipv6/route.c, all tables). */
export interface Route extends Placed {
  readonly family: 4 | 6;
  /** Null when the byte order of the host is unknown (IPv4). */
  readonly destination: string | null;
  /** Null when the mask is not contiguous or not known. */
  readonly prefix: number | null;
  readonly mask: string | null;
  readonly source: string | null;
  readonly sourcePrefix: number | null;
  readonly gateway: string | null;
  /** Null when the route has no device (printed as `*`). */
  readonly device: Buffer | null;
  readonly flags: number | null;
  readonly refcount: number | null;
  readonly use: number | null;
  readonly metric: number | null;
  readonly mtu: number | null;
  readonly window: number | null;
  readonly irtt: number | null;
}

const HEADER: Refused = { code: 'header-form', message: 'the first line is not the header of the route table' };
const FEW: Refused = { code: 'line-columns', message: 'the row has not eleven columns' };
const FORM: Refused = { code: 'line-form', message: 'the line is not a row of the route table' };

/** TAB between eleven columns, padded with blanks; addresses are hex in host order. */
export const parseRoute: Parser<Route> = byLine<Route>((sink, env) => {
  let told = false;
  return ({ body, start, end, number }) => {
    const text = body.toString('latin1', start, end);
    if (number === 1) return /^Iface\tDestination\tGateway/.test(text) ? 'header' : HEADER;
    const c = text.replace(/ {1,256}$/, '').split('\t');
    if (c.length !== 11) return FEW;
    const [device = '', destination, gateway, flags, refcount, use, metric, mask, mtu, window, irtt] = c;
    const [to, via, bits] = [destination, gateway, mask].map(word32) as [number | null, number | null, number | null];
    if (device === '' || to === null || via === null || bits === null) return FORM;
    const doubts = new Doubts();
    const record: Route = {
      line: number,
      family: 4,
      destination: ipv4FromHost(to, env.byteOrder),
      prefix: prefixOf(bits, env),
      mask: ipv4FromHost(bits, env.byteOrder),
      source: null,
      sourcePrefix: null,
      gateway: ipv4FromHost(via, env.byteOrder),
      device: device === '*' ? null : bytesOf(device),
      flags: doubts.of('Flags', hexOf(flags)),
      refcount: doubts.of('RefCnt', decimalOf(refcount)),
      use: doubts.of('Use', decimalOf(use)),
      metric: doubts.of('Metric', decimalOf(metric)),
      mtu: doubts.of('MTU', decimalOf(mtu)),
      window: doubts.of('Window', decimalOf(window)),
      irtt: doubts.of('IRTT', decimalOf(irtt)),
    };
    sink.record(record);
    doubts.tell(sink, number);
    if (!told && (record.destination === null || record.gateway === null || record.mask === null)) {
      told = true;
      const message = 'the byte order of the host is unknown: addresses from here on are NULL';
      sink.problem({ code: 'line-value', line: number, lines: 0, message });
    }
    return 'row';
  };
});

function word32(text: string | undefined): number | null {
  return text?.length === 8 ? hexOf(text) : null;
}

/** Length of a contiguous mask. */
function prefixOf(word: number, env: Env): number | null {
  const text = ipv4FromHost(word, env.byteOrder);
  if (text === null) return null;
  const bits = text.split('.').map((o) => Number(o).toString(2).padStart(8, '0'));
  const m = /^(1*)0*$/.exec(bits.join(''));
  return m ? (m[1] as string).length : null;
}

/** No header; ten columns, addresses in network order, the rest hex. */
export const parseIpv6Route: Parser<Route> = byColumns<Route>({
  columns: [10],
  row([to = '', plen, from = '', slen, via = '', metric, refcount, use, flags, device = ''], line, doubts) {
    const [destination, source, gateway] = [to, from, via].map((t) => ipv6FromNetwork(bytesOf(t), 0, t.length));
    if (destination === undefined || source === undefined || gateway === undefined) return null;
    return {
      line,
      family: 6,
      destination,
      prefix: doubts.of('prefix', hexOf(plen)),
      mask: null,
      source,
      sourcePrefix: doubts.of('source prefix', hexOf(slen)),
      gateway,
      device: bytesOf(device),
      flags: doubts.of('flags', hexOf(flags)),
      refcount: doubts.of('refcount', hexOf(refcount)),
      use: doubts.of('use', hexOf(use)),
      metric: doubts.of('metric', hexOf(metric)),
      mtu: null,
      window: null,
      irtt: null,
    };
  },
});
