import type { Range } from './pieces.ts';
import { type ByteOrder, Reader } from './reader.ts';

/** Netlink messages of one answer, one after the other (struct nlmsghdr in include/uapi/linux/netlink.h), each padded to 4 bytes. */
export interface Message {
  /** Counted from 1: what `line` is in other tables. */
  readonly number: number;
  /** Bytes of the whole message within the body, padding left out. */
  readonly start: number;
  readonly end: number;
  readonly type: number;
  readonly flags: number;
  readonly payload: Buffer;
}

/** What stands where a message should be: nothing after it can be found again. */
export interface Broken {
  readonly number: number;
  readonly start: number;
  readonly broken: string;
}

const HEADER = 16;

export const NOOP = 1;
export const ERROR = 2;
export const DONE = 3;
/** The kernel said that what it lists changed while it did: a socket may be missing or stand there twice. */
export const DUMP_INTR = 0x10;

const align = (n: number): number => (n + 3) & ~3;

/** The messages in order; the last item is Broken when the body does not end with one. */
export function* messagesOf(body: Buffer, order: ByteOrder): Generator<Message | Broken, undefined> {
  const reader = new Reader(body, order);
  let number = 0;
  for (let start = 0; start < body.length; ) {
    number++;
    const [length, type, flags] = [reader.u32(start), reader.u16(start + 4), reader.u16(start + 6)];
    if (length === null || type === null || flags === null || start + HEADER > body.length) {
      yield { number, start, broken: 'the body ends within the head of a message' };
      return;
    }
    if (length < HEADER) {
      yield { number, start, broken: `a message cannot be ${length} bytes long` };
      return;
    }
    const end = start + length;
    if (end > body.length) {
      yield { number, start, broken: 'the body ends within a message, or its length is a lie' };
      return;
    }
    yield { number, start, end, type, flags, payload: body.subarray(start + HEADER, end) };
    start = align(end);
  }
}

/** The byte order in which the first length fits the body; null when it does in neither or in both. For evidence that does not say. */
export function byteOrderOf(body: Buffer): ByteOrder | null {
  const fits = (order: ByteOrder): boolean => {
    const [length, type] = [new Reader(body, order).u32(0), new Reader(body, order).u16(4)];
    return length !== null && type !== null && length >= HEADER && length <= body.length && type < 256;
  };
  const little = fits('little');
  return little === fits('big') ? null : little ? 'little' : 'big';
}

/** Byte ranges of the messages, padding left out; of a broken one all that is left of the body. */
export function* messageRanges(body: Buffer, order: ByteOrder | null): Generator<Range, undefined> {
  const known = order ?? byteOrderOf(body);
  if (known === null) return;
  for (const message of messagesOf(body, known)) yield [message.start, 'end' in message ? message.end : body.length];
}

/** One attribute of a message (struct nlattr). */
export interface Attribute {
  /** Without the bits that say that it is nested or in network order. */
  readonly number: number;
  readonly bytes: Buffer;
}

export interface Attributes {
  readonly list: readonly Attribute[];
  /** What is left where no attribute can be found any more; null when everything was taken. */
  readonly rest: Buffer | null;
}

const TYPE_MASK = 0x3fff;

export function attributesOf(bytes: Buffer, order: ByteOrder): Attributes {
  const reader = new Reader(bytes, order);
  const list: Attribute[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [length, type] = [reader.u16(at), reader.u16(at + 2)];
    if (length === null || type === null || length < 4 || at + length > bytes.length) return { list, rest: bytes.subarray(at) };
    list.push({ number: type & TYPE_MASK, bytes: bytes.subarray(at + 4, at + length) });
    at = align(at + length);
  }
  return { list, rest: null };
}
