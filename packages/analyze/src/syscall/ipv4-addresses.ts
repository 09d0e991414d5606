import type { Counts, Parser, Placed } from '../procfs/lines.ts';
import { addressText } from './address.ts';
import { attributesOf, byteOrderOf, DONE, ERROR, type Message, messagesOf } from './messages.ts';
import { type ByteOrder, Reader } from './reader.ts';

/** One IPv4 address of an interface, as rtnetlink tells it (net/ipv4/devinet.c inet_fill_ifaddr). */
export interface Ipv4Address extends Placed {
  readonly kind: 'address';
  readonly ifindex: number | null;
  /** Name of the interface, or an alias of it. */
  readonly label: Buffer | null;
  readonly address: string | null;
  /** The other end of a point-to-point link; the address itself where there is none. */
  readonly peer: string | null;
  readonly prefix: number | null;
  readonly scope: number | null;
  readonly flags: number | null;
  readonly broadcast: string | null;
}

/** The message that closes the dump. */
export interface AddressesEnd extends Placed {
  readonly kind: 'end';
  readonly word: 'done' | 'error';
  readonly errno: number | null;
}

const RTM_NEWADDR = 20;
/** `struct ifaddrmsg`. */
const FIXED = 8;
const [IFA_ADDRESS, IFA_LOCAL, IFA_LABEL, IFA_BROADCAST, IFA_FLAGS] = [1, 2, 3, 4, 8];

/** An answer to RTM_GETADDR, message by message: each becomes an address, the end, or a problem. */
export const parseIpv4Addresses: Parser<Ipv4Address | AddressesEnd> = (body, env, sink): Counts => {
  const order = env.byteOrder ?? byteOrderOf(body);
  const unknown = order === null && body.length > 0;
  if (unknown)
    sink.problem({ code: 'message-form', line: 1, lines: 1, message: 'the byte order of the host is unknown, and the body does not tell' });
  if (order === null) return { lines: unknown ? 1 : 0, header: 0 };
  let [messages, ended] = [0, false];
  for (const message of messagesOf(body, order)) {
    messages++;
    const taken = 'broken' in message ? message.broken : take(message, order);
    ended = typeof taken !== 'string' && taken.kind === 'end';
    if (typeof taken === 'string') sink.problem({ code: 'message-form', line: message.number, lines: 1, message: taken });
    else sink.record(taken);
  }
  if (!ended)
    sink.problem({ code: 'dump-open', line: Math.max(messages, 1), lines: 0, message: 'no message closes the dump: its end is missing' });
  return { lines: messages, header: 0 };
};

function take({ number: line, type, payload }: Message, order: ByteOrder): Ipv4Address | AddressesEnd | string {
  const reader = new Reader(payload, order);
  if (type === DONE || type === ERROR) {
    const value = reader.i32(0);
    return { kind: 'end', line, word: type === DONE ? 'done' : 'error', errno: value === null ? null : Math.abs(Math.min(value, 0)) };
  }
  if (type !== RTM_NEWADDR) return `a message of type ${type} is no address`;
  if (payload.length < FIXED) return 'the message ends within the structure it must begin with';
  const { list, rest } = attributesOf(payload.subarray(FIXED), order);
  if (rest !== null) return 'the attributes are not in their form';
  const bytes = (attribute: number): Buffer | undefined => list.find((a) => a.number === attribute)?.bytes;
  const text = (attribute: number): string | null => addressText(bytes(attribute) ?? Buffer.alloc(0), 0, 4);
  const label = bytes(IFA_LABEL);
  const nul = label?.indexOf(0) ?? -1;
  return {
    kind: 'address',
    line,
    ifindex: reader.u32(4),
    label: label === undefined || nul === 0 ? null : nul < 0 ? label : label.subarray(0, nul),
    // Without IFA_LOCAL the address is the one that IFA_ADDRESS tells.
    address: text(IFA_LOCAL) ?? text(IFA_ADDRESS),
    peer: text(IFA_ADDRESS),
    prefix: reader.u8(1),
    scope: reader.u8(3),
    flags: new Reader(bytes(IFA_FLAGS) ?? Buffer.alloc(0), order).u32(0) ?? reader.u8(2),
    broadcast: text(IFA_BROADCAST),
  };
}
