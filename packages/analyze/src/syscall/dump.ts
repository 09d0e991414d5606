import type { Counts, Parser } from '../procfs/lines.ts';
import { INET_BYTES, inetCells, inetTakers } from './inet.ts';
import { attributesOf, type Broken, byteOrderOf, DONE, DUMP_INTR, ERROR, type Message, messagesOf, NOOP } from './messages.ts';
import { NETLINK, PACKET, type Shape, UNIX, VSOCK, XDP } from './others.ts';
import { type ByteOrder, Reader } from './reader.ts';
import { type DiagRecord, Draft, type EndRecord, type SocketRecord, type Taker } from './record.ts';

/** SOCK_DIAG_BY_FAMILY, and TCPDIAG_GETSOCK and DCCPDIAG_GETSOCK of kernels before 3.3. */
const ANSWERS: ReadonlySet<number> = new Set([20, 18, 19]);

const SHAPES: ReadonlyMap<string, readonly [SocketRecord['table'], Shape]> = new Map<string, readonly [SocketRecord['table'], Shape]>([
  ['unix', ['diag_unix', UNIX]],
  ['netlink', ['diag_netlink', NETLINK]],
  ['packet', ['diag_packet', PACKET]],
  ['vsock', ['diag_vsock', VSOCK]],
  ['xdp', ['diag_xdp', XDP]],
]);

/** Families that are asked for no structure of their own here: the message is kept whole. */
const WHOLE: SocketRecord['table'] = 'diag_other';

/**
 * One dump of NETLINK_SOCK_DIAG, message by message: `line` is the number of a message, counted from 1. `name` is the last part of the path
 * (docs/ARCHIVE-FORMAT.md §3.3). Every message becomes a socket, the end of the dump, or a problem; lengths are never believed.
 */
export function parseDump(name: string): Parser<DiagRecord> {
  const inet = /^inet6?-([a-z]+)$/.exec(name);
  const takers = inet === null ? undefined : inetTakers(inet[1] ?? '');
  return (body, env, sink): Counts => {
    const order = env.byteOrder ?? byteOrderOf(body);
    if (order === null) {
      if (body.length > 0) {
        sink.problem({
          code: 'message-form',
          line: 1,
          lines: 1,
          message: 'the byte order of the host is unknown, and the body does not tell',
        });
      }
      return { lines: body.length > 0 ? 1 : 0, header: 0 };
    }
    let [messages, interrupted, ended] = [0, 0, false];
    for (const message of messagesOf(body, order)) {
      messages++;
      ended = false;
      if ('broken' in message) {
        sink.problem({ code: 'message-form', line: message.number, lines: 1, message: message.broken });
        continue;
      }
      if ((message.flags & DUMP_INTR) !== 0) interrupted ||= message.number;
      const taken = take(message, order, name, takers);
      if (typeof taken === 'string') sink.problem({ code: 'message-form', line: message.number, lines: 1, message: taken });
      else {
        ended = taken.record.kind === 'end';
        sink.record(taken.record);
        if (taken.odd !== '')
          sink.problem({
            code: 'message-value',
            line: message.number,
            lines: 0,
            message: `not as long as the kernel makes it:${taken.odd}`,
          });
      }
    }
    if (interrupted > 0)
      sink.problem({ code: 'dump-interrupted', line: interrupted, lines: 0, message: 'sockets came or went while the kernel listed them' });
    if (!ended)
      sink.problem({ code: 'dump-open', line: Math.max(messages, 1), lines: 0, message: 'no message closes the dump: its end is missing' });
    return { lines: messages, header: 0 };
  };
}

interface Taken {
  readonly record: DiagRecord;
  readonly odd: string;
}

/** The record of one message; a sentence when it is none. */
function take(
  message: Exclude<Message, Broken>,
  order: ByteOrder,
  name: string,
  takers: ReadonlyMap<number, Taker> | undefined,
): Taken | string {
  if (message.type === DONE || message.type === ERROR) return { record: end(message, order), odd: '' };
  if (message.type === NOOP) return 'a message without meaning (NLMSG_NOOP)';
  if (!ANSWERS.has(message.type)) return `a message of type ${message.type} is no answer of sock_diag`;
  const { payload } = message;
  const reader = new Reader(payload, order);
  const [table, bytes, cells, known] = shapeOf(name, reader, payload, takers);
  if (payload.length < bytes) return 'the message ends within the structure it must begin with';
  const draft = new Draft(cells, order);
  if (table === WHOLE) draft.cells['message'] = payload;
  else attributes(draft, payload.subarray(bytes), known);
  const { tcpInfo, pending, kept, odd } = draft;
  const record: SocketRecord = {
    kind: 'socket',
    table,
    line: message.number,
    cells: draft.cells,
    order,
    kept,
    ...(tcpInfo === undefined ? {} : { tcpInfo }),
    ...(pending === undefined ? {} : { pending }),
  };
  return { record, odd };
}

type Found = readonly [SocketRecord['table'], number, Draft['cells'], ReadonlyMap<number, Taker>];

function shapeOf(name: string, reader: Reader, payload: Buffer, takers: ReadonlyMap<number, Taker> | undefined): Found {
  if (takers !== undefined) return ['diag_inet', INET_BYTES, inetCells(payload, reader), takers];
  const found = SHAPES.get(name);
  if (found === undefined) return [WHOLE, 0, {}, new Map()];
  const [table, shape] = found;
  return [table, shape.bytes, shape.cells(reader), shape.takers];
}

function attributes(draft: Draft, bytes: Buffer, takers: ReadonlyMap<number, Taker>): void {
  const { list, rest } = attributesOf(bytes, draft.order);
  for (const attribute of list) {
    const taker = takers.get(attribute.number);
    if (taker === undefined) draft.keep(attribute, null);
    else if (attribute.bytes.length < taker.bytes) draft.doubt(attribute, taker.name);
    else taker.take(attribute, draft);
  }
  if (rest !== null) {
    draft.odd += ' the attributes';
    draft.kept.push({ number: null, name: null, bytes: rest });
  }
}

/** NLMSG_DONE carries what the dump returned, NLMSG_ERROR a negative errno (struct nlmsgerr). */
function end(message: Message, order: ByteOrder): EndRecord {
  const value = new Reader(message.payload, order).i32(0);
  return {
    kind: 'end',
    word: message.type === DONE ? 'done' : 'error',
    errno: value === null ? null : Math.abs(Math.min(value, 0)),
    line: message.number,
  };
}
