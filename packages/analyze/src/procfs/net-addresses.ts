import { ipv6FromNetwork } from './address.ts';
import type { Parser, Placed } from './lines.ts';
import { isDotted } from './net-arp.ts';
import { bytesOf, decimalOf, hexOf } from './number.ts';
import { byColumns, byLine, type Refused } from './rows.ts';

/** An address of the host. */
export interface InterfaceAddress extends Placed {
  readonly family: 4 | 6;
  readonly address: string;
  readonly prefix: number | null;
  readonly scope: number | null;
  readonly flags: number | null;
  readonly device: Buffer | null;
  readonly ifindex: number | null;
}

/** /proc/net/if_inet6 (net/ipv6/addrconf.c if6_seq_show): address, index, prefix, scope, flags in hex, name; no header. */
export const parseIfInet6: Parser<InterfaceAddress> = byColumns<InterfaceAddress>({
  columns: [6],
  row([text = '', ifindex, prefix, scope, flags, device = ''], line, doubts) {
    const address = ipv6FromNetwork(bytesOf(text), 0, text.length);
    if (address === undefined) return null;
    return {
      line,
      family: 6,
      address,
      prefix: doubts.of('prefix', hexOf(prefix)),
      scope: doubts.of('scope', hexOf(scope)),
      flags: doubts.of('flags', hexOf(flags)),
      device: bytesOf(device),
      ifindex: doubts.of('index', hexOf(ifindex)),
    };
  },
});

const FORM: Refused = { code: 'line-form', message: 'the line is no part of the tree of routes' };
const STRAY: Refused = { code: 'line-form', message: 'the route stands under no address' };

/**
 * Local addresses of /proc/net/fib_trie (net/ipv4/fib_trie.c fib_trie_seq_show): a leaf `|-- ADDRESS` and below it `/PREFIX SCOPE LOCAL`.
 * The same tree is printed under `Main:` and `Local:`: an address counts once. Everything else of the tree (tables, inner nodes, leaves,
 * routes that are not local) counts as header: it is structure around the addresses, and route has the routes.
 */
export const parseFibTrie: Parser<InterfaceAddress> = byLine<InterfaceAddress>((sink) => {
  let leaf: string | null = null;
  const seen = new Set<string>();
  return ({ body, start, end, number }) => {
    const text = body.toString('latin1', start, Math.min(end, start + 256));
    if (/^(?:Main|Local|Id \d{1,10}):$|^ {2,64}\+-- /.test(text)) {
      leaf = null;
      return 'header';
    }
    const node = /^ {2,64}\|-- ([0-9.]{7,15})$/.exec(text);
    if (node) {
      leaf = isDotted(node[1] as string) ? (node[1] as string) : null;
      return leaf === null ? FORM : 'header';
    }
    const route = /^ {2,64}\/(\d{1,2}) (\S{1,16}) (\S{1,16})(?: tos=\d{1,3})?$/.exec(text);
    if (!route) {
      // What stood there may have been a leaf: the routes that follow are not those of the leaf before it.
      if (!/^ *\//.test(text)) leaf = null;
      return FORM;
    }
    if (leaf === null) return STRAY;
    const key = `${leaf}/${route[1]}`;
    if (route[3] !== 'LOCAL' || seen.has(key)) return 'header';
    seen.add(key);
    sink.record({
      line: number,
      family: 4,
      address: leaf,
      prefix: decimalOf(route[1]),
      scope: null,
      flags: null,
      device: null,
      ifindex: null,
    });
    return 'row';
  };
});
