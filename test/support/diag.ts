/** Answers of NETLINK_SOCK_DIAG, read for the tests alone and on this machine's byte order (little endian): a second opinion, not the program's parser. */

export interface DiagMessage {
  readonly type: number;
  readonly flags: number;
  /** What follows the header. */
  readonly payload: Buffer;
}

export function diagMessages(body: Buffer): DiagMessage[] {
  const messages: DiagMessage[] = [];
  for (let at = 0; at < body.length; ) {
    const length = body.readUInt32LE(at);
    if (length < 16 || at + length > body.length) throw new Error(`a message of ${length} bytes at ${at} of ${body.length}`);
    messages.push({ type: body.readUInt16LE(at + 4), flags: body.readUInt16LE(at + 6), payload: body.subarray(at + 16, at + length) });
    at += (length + 3) & ~3;
  }
  return messages;
}

const BY_FAMILY = 20;

/** Attributes after the fixed part of a record: type to value. */
function attributes(payload: Buffer, at: number): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>();
  while (at + 4 <= payload.length) {
    const length = payload.readUInt16LE(at);
    if (length < 4) break;
    found.set(payload.readUInt16LE(at + 2) & 0x3fff, payload.subarray(at + 4, at + length));
    at += (length + 3) & ~3;
  }
  return found;
}

export interface DiagSocket {
  readonly inode: number;
  readonly cookie: bigint;
  readonly attributes: ReadonlyMap<number, Buffer>;
}

function records(body: Buffer, inodeAt: number, cookieAt: number, size: number): DiagSocket[] {
  return diagMessages(body)
    .filter(({ type }) => type === BY_FAMILY)
    .map(({ payload }) => ({
      inode: payload.readUInt32LE(inodeAt),
      cookie: payload.readBigUInt64LE(cookieAt),
      attributes: attributes(payload, size),
    }));
}

/** `struct inet_diag_msg`. */
export function inetSockets(body: Buffer): DiagSocket[] {
  return records(body, 68, 44, 72);
}

/** `struct unix_diag_msg`. */
export function unixSockets(body: Buffer): DiagSocket[] {
  return records(body, 4, 8, 16);
}

/** `struct netlink_diag_msg`. */
export function netlinkSockets(body: Buffer): DiagSocket[] {
  return records(body, 16, 20, 28);
}

/** `struct packet_diag_msg`. */
export function packetSockets(body: Buffer): DiagSocket[] {
  return records(body, 4, 8, 16);
}
