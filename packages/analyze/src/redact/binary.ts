import type { Context, Rule } from './lines.ts';
import { pack } from './process.ts';

/**
 * Attributes of the answers that hold numbers, or words of the kernel, only; all others are filled with zeros. Of inet sockets those are the addresses
 * of SCTP endpoints (LOCALS 12, PEERS 13), the keys of signed connections (MD5SIG 18) and what BPF programs keep with a socket (SK_BPF_STORAGES 20).
 */
const INET_KEPT = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15, 16, 17, 19, 21, 22]);
const UNIX_KEPT = new Set([1, 2, 3, 4, 5, 6, 7]);
const UNIX_NAME = 0;

/** Bytes of the fixed part behind the header of a message: inet_diag_msg, unix_diag_msg, netlink_diag_msg, packet_diag_msg. */
interface Form {
  readonly fixed: number;
  readonly kept: ReadonlySet<number>;
}
const FORMS: Readonly<Record<string, Form>> = {
  inet: { fixed: 72, kept: INET_KEPT },
  unix: { fixed: 16, kept: UNIX_KEPT },
  // netlink_diag_msg ends with its cookie; its attributes are memory, groups and flags.
  netlink: { fixed: 28, kept: new Set([0, 1, 2, 3, 4]) },
  // PACKET_DIAG_MCLIST and _FILTER hold addresses and programs.
  // vsock_diag_msg and xdp_diag_msg are numbers.
  vsock: { fixed: 32, kept: new Set() },
  xdp: { fixed: 16, kept: new Set([1, 2, 3, 4, 5, 6, 7, 8, 9]) },
  packet: { fixed: 16, kept: new Set([0, 2, 3, 4, 5, 6]) },
  // ifaddrmsg; IFA_CACHEINFO, _FLAGS, _RT_PRIORITY. Its addresses are replaced; labels, which users choose, are filled with zeros.
  'ipv4-addresses': { fixed: 8, kept: new Set([6, 8, 9]) },
};
const IFA_ADDRESSES = new Set([1, 2, 4, 5]);

/** `netlink/NETNS/NAME` (linux/netlink.h, inet_diag.h, unix_diag.h): addresses and names are replaced where they stand, so that lengths stay. */
export const netlinkDump: Rule = (body, context, path) => {
  const family = path.slice(path.lastIndexOf('/') + 1).replace(/^inet6?-.*/, 'inet');
  const form = FORMS[family];
  if (form === undefined) return null;
  const out = Buffer.from(body);
  const word = reader(out, context);
  let at = 0;
  while (at + 16 <= out.length) {
    const length = word.u32(at);
    if (length < 16 || at + length > out.length) break;
    const whole = out.subarray(at, at + length);
    // Below NLMSG_MIN_TYPE are the messages of netlink itself: an errno, in an error (2) also the header of what was asked.
    if (word.u16(at + 4) >= 16) message(whole, form, family, context);
    else whole.fill(0, Math.min(length, word.u16(at + 4) === 2 ? 36 : 20));
    at += (length + 3) & ~3;
  }
  // What is no message is not passed on.
  out.fill(0, Math.min(at, out.length));
  return out;
};

function message(bytes: Buffer, form: Form, family: string, context: Context): void {
  const word = reader(bytes, context);
  if (family === 'inet') {
    for (const at of [24, 40]) if (at + 16 <= bytes.length) inetAddress(bytes.subarray(at, at + 16), bytes[16] ?? 0, context);
  }
  for (let at = 16 + form.fixed; at < bytes.length; ) {
    const length = at + 4 <= bytes.length ? word.u16(at) : 0;
    if (length < 4 || at + length > bytes.length) {
      bytes.fill(0, at);
      return;
    }
    const type = word.u16(at + 2) & 0x3fff;
    const value = bytes.subarray(at + 4, at + length);
    if (family === 'unix' && type === UNIX_NAME) unixName(value, context);
    else if (family === 'ipv4-addresses' && IFA_ADDRESSES.has(type) && value.length === 4)
      context.names.addresses.replace(value).copy(value);
    else if (!form.kept.has(type)) value.fill(0);
    at += (length + 3) & ~3;
  }
}

const AF_INET6 = 10;

function inetAddress(address: Buffer, family: number, { names }: Context): void {
  const own = family === AF_INET6 ? address : address.subarray(0, 4);
  names.addresses.replace(own).copy(own);
  if (family !== AF_INET6) address.fill(0, 4);
}

/** As net/unix prints it: `@` for the first NUL of an abstract name, and for those within. */
function unixName(name: Buffer, { names }: Context): void {
  const text = name.toString('latin1');
  const abstract = text.startsWith('\0');
  const end = abstract ? text.length : text.indexOf('\0') < 0 ? text.length : text.indexOf('\0');
  const printed = abstract ? text.replaceAll('\0', '@') : text.slice(0, end);
  const made = Buffer.from(names.path(printed), 'latin1');
  for (let i = 0; i < end; i++) if (name[i] !== 0) name[i] = made[i] ?? 0x78;
  name.fill(0, end);
}

function reader(bytes: Buffer, { byteOrder }: Context): { u16(at: number): number; u32(at: number): number } {
  const little = byteOrder === 'little';
  return {
    u16: (at) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at)),
    u32: (at) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)),
  };
}

/** struct sockaddr of any family (`sockname`, `peername`). */
const sockaddr: Rule = (body, context) => {
  const out = Buffer.from(body);
  const family = out.length >= 2 ? reader(out, context).u16(0) : -1;
  if (family === 1) unixName(out.subarray(2), context);
  else if (family === 2 && out.length >= 8) {
    context.names.addresses.replace(Buffer.from(out.subarray(4, 8))).copy(out, 4);
    out.fill(0, 8);
  } else if (family === AF_INET6 && out.length >= 24) context.names.addresses.replace(Buffer.from(out.subarray(8, 24))).copy(out, 8);
  else if (family !== 16) out.fill(0, 2);
  return out;
};

/** Options are numbers; what is longer than those of the kernel's, or is text, is filled with zeros. */
const NUMERIC = /^(?:SO_PEERCRED|SO_LINGER|SO_(?:RCV|SND)TIMEO(?:_OLD|_NEW)?|SO_MEMINFO|SO_COOKIE|TCP_INFO|TCP_CONGESTION|TCP_ULP)$/;
const option: Rule = (body) => (body.length <= 8 ? body : Buffer.alloc(body.length));
const numericOption: Rule = (body) => body;
/** do_ip_getsockopt gives the address that was set, in four bytes. */
const addressOption: Rule = (body, { names }) =>
  body.length === 4 ? names.addresses.replace(Buffer.from(body)) : Buffer.alloc(body.length);
/** Texts, keys, and IP options, which may hold the address of a router. */
const ZEROED = /^(?:SO_BINDTODEVICE|SO_PEERSEC|TCP_MD5SIG|TCP_FASTOPEN_KEY|TCP_SAVED_SYN|IP_OPTIONS|IP_RETOPTS|IPV6_OPTIONS)$/;

export const sockoptPack: Rule = pack((name) => {
  const [, last = ''] = /^\d+\/(?:\w+\/)?(\w+)$/.exec(name) ?? [];
  if (last === 'sockname' || last === 'peername') return sockaddr;
  if (ZEROED.test(last)) return (body) => Buffer.alloc(body.length);
  if (last === 'IP_MULTICAST_IF') return addressOption;
  return last === '' ? null : NUMERIC.test(last) ? numericOption : option;
});

export const protocolNamePack: Rule = pack((name) =>
  /^\d+$/.test(name) ? (body) => (/^[\w-]*\0?$/.test(body.toString('latin1')) ? body : null) : null,
);

/** `listing/…`: numbers of processes and the kernel's own names below /proc. */
export const listing: Rule = (body, { names }) => {
  const text = body.toString('latin1');
  return names.identifies(text) ? null : body;
};
