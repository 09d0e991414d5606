import { ipv4FromHost, ipv6FromNetwork } from './address.ts';
import type { Parser, Placed } from './lines.ts';
import { bytesOf, decimalOf, hexOf } from './number.ts';
import { byColumns, byLine, Doubts, type Refused } from './rows.ts';

/** A group that an interface listens to. */
export interface MulticastGroup extends Placed {
  readonly ifindex: number | null;
  readonly device: Buffer;
  /** Textual address, hardware address with colons for dev_mcast; null when the byte order of the host is unknown (igmp). */
  readonly group: string | null;
  readonly users: number | null;
  /** `V1` to `V3`, for igmp. */
  readonly version: string | null;
  /** As printed. */
  readonly timer: string | null;
}

const HEADER: Refused = { code: 'header-form', message: 'the first line is not the header of the igmp table' };
const FORM: Refused = { code: 'line-form', message: 'the line is neither an interface nor a group' };
const STRAY: Refused = { code: 'line-form', message: 'the group stands under no interface' };

/**
 * /proc/net/igmp (net/ipv4/igmp.c igmp_mc_seq_show): a line an interface, which counts as header of the lines of its groups
 * `\t\t\t\tGROUP USERS RUNNING:TIMER\t\tREPORTER`. GROUP is hex in host order.
 */
export const parseIgmp: Parser<MulticastGroup> = byLine<MulticastGroup>((sink, env) => {
  let device: { readonly ifindex: number | null; readonly name: Buffer; readonly version: string } | null = null;
  let told = false;
  return ({ body, start, end, number }) => {
    const text = body.toString('latin1', start, Math.min(end, start + 256));
    if (number === 1) return text.startsWith('Idx\tDevice') ? 'header' : HEADER;
    const head = /^(\d{1,10})\t(\S{1,16}) *: *(\d{1,10}) +(\S{1,8})$/.exec(text);
    if (head) {
      device = { ifindex: decimalOf(head[1]), name: bytesOf(head[2] as string), version: head[4] as string };
      return 'header';
    }
    const row = /^\t{4}([0-9A-F]{8}) +(-?\d{1,10}) (\d:[0-9A-F]{8,16})\t\t\d{1,10}$/.exec(text);
    if (!row) return FORM;
    if (device === null) return STRAY;
    const doubts = new Doubts();
    const group = ipv4FromHost(hexOf(row[1]) ?? 0, env.byteOrder);
    const { ifindex, name, version } = device;
    sink.record({
      line: number,
      ifindex,
      device: name,
      group,
      users: doubts.of('Users', decimalOf(row[2])),
      version,
      timer: row[3] as string,
    });
    doubts.tell(sink, number);
    if (group === null && !told) {
      told = true;
      sink.problem({
        code: 'line-value',
        line: number,
        lines: 0,
        message: 'the byte order of the host is unknown: groups from here on are NULL',
      });
    }
    return 'row';
  };
});

/** /proc/net/igmp6 (net/ipv6/mcast.c igmp6_mc_seq_show): index, name, group in network order, users, flags, ticks. */
export const parseIgmp6: Parser<MulticastGroup> = byColumns<MulticastGroup>({
  columns: [6],
  row([ifindex, device = '', text = '', users, , timer = ''], line, doubts) {
    const group = ipv6FromNetwork(bytesOf(text), 0, text.length);
    if (group === undefined) return null;
    return {
      line,
      ifindex: doubts.of('index', decimalOf(ifindex)),
      device: bytesOf(device),
      group,
      users: doubts.of('users', decimalOf(users)),
      version: null,
      timer,
    };
  },
});

/** /proc/net/dev_mcast (net/core/net-procfs.c dev_mc_seq_show): index, name, users, global users, hardware address. */
export const parseDevMcast: Parser<MulticastGroup> = byColumns<MulticastGroup>({
  columns: [5],
  row([ifindex, device = '', users, , address = ''], line, doubts) {
    if (!/^(?:[0-9a-f]{2}){1,32}$/i.test(address)) return null;
    return {
      line,
      ifindex: doubts.of('index', decimalOf(ifindex)),
      device: bytesOf(device),
      group: (address.match(/../g) ?? []).join(':'),
      users: doubts.of('users', decimalOf(users)),
      version: null,
      timer: null,
    };
  },
});
