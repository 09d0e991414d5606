/** Tables that print addresses as 32-bit words in the order of the host. */
export const IN_HOST_ORDER: RegExp = /^proc\/(?:\d+\/(?:task\/\d+\/)?)?net\/(?:(?:tcp|udp|udplite|raw|icmp)6?|route|igmp)$/;

/** 127.0.0.1, ::1 and the prefix of IPv4-mapped addresses, followed by the colon of the port where it is the end. */
const LITTLE = /[ :](?:0100007F:|0{24}01000000:|0{16}FFFF0000[0-9A-F]{8}:)/;
const BIG = /[ :](?:7F000001:|0{24}00000001:|0{16}0000FFFF[0-9A-F]{8}:)/;
/** Looked at; loopback sockets are seldom far down. */
const MAX_BYTES = 1024 * 1024;

/** Byte order of the host, from well-known addresses in a socket table; null when it has none, or of both orders. */
export function byteOrderOf(body: Buffer): 'little' | 'big' | null {
  const text = body.toString('latin1', 0, MAX_BYTES);
  const little = LITTLE.test(text);
  if (little === BIG.test(text)) return null;
  return little ? 'little' : 'big';
}
