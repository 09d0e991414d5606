/** Netlink protocols by number (include/uapi/linux/netlink.h), as lsof names them. */
export const NETLINK: readonly string[] =
  'ROUTE UNUSED USERSOCK FIREWALL INET_DIAG NFLOG XFRM SELINUX ISCSI AUDIT FIB_LOOKUP CONNECTOR NETFILTER IP6_FW DNRTMSG KOBJECT_UEVENT GENERIC  SCSITRANSPORT ECRYPTFS RDMA CRYPTO SMC'.split(
    ' ',
  );

/** Ethertypes lsof 4.95 knows by name, at most seven characters. */
export const ETHERTYPES: ReadonlyMap<number, string> = new Map([
  [0x0001, '802.3'],
  [0x0002, 'AX25'],
  [0x0003, 'ALL'],
  [0x0004, '802.2'],
  [0x0005, 'SNAP'],
  [0x0006, 'DDCMP'],
  [0x0007, 'WAN_PPP'],
  [0x0008, 'PPP_MP'],
  [0x0009, 'LOCALTK'],
  [0x0010, 'PPPTALK'],
  [0x0011, '802.2'],
  [0x0060, 'LOOP'],
  [0x0200, 'ECHO'],
  [0x0400, 'PUP'],
  [0x0800, 'IP'],
  [0x0805, 'X25'],
  [0x0806, 'ARP'],
  [0x08ff, 'BPQ'],
  [0x0a00, 'I3EPUP'],
  [0x0a01, 'I3EPUPA'],
  [0x6000, 'DEC'],
  [0x6001, 'DNA_DL'],
  [0x6002, 'DNA_RC'],
  [0x6003, 'DNA_RT'],
  [0x6004, 'LAT'],
  [0x6005, 'DIAG'],
  [0x6006, 'CUST'],
  [0x6007, 'SCA'],
  [0x8035, 'RARP'],
  [0x809b, 'ATALK'],
  [0x80f3, 'AARP'],
  [0x8100, '8021Q'],
  [0x8137, 'IPX'],
  [0x86dd, 'IPV6'],
  [0x8863, 'PPP_DIS'],
  [0x8864, 'PPP_SES'],
]);

/** Names of protocols as the kernel registers them (struct proto.name), by the table that lists their sockets. */
export const INET_PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ['tcp', 'TCP'],
  ['tcp6', 'TCPv6'],
  ['udp', 'UDP'],
  ['udp6', 'UDPv6'],
  ['udplite', 'UDP-Lite'],
  ['udplite6', 'UDPLITEv6'],
  ['raw', 'RAW'],
  ['raw6', 'RAWv6'],
  ['icmp', 'PING'],
  ['icmp6', 'PINGv6'],
]);

/** Stream sockets of the unix family have a protocol of their own since Linux 5.15. A release that is no text (a header may say anything) is none. */
export function unixStreamName(release: string | null): string {
  const [major = 0, minor = 0] = (typeof release === 'string' ? release : '').split('.').map((n) => Number.parseInt(n, 10));
  return major > 5 || (major === 5 && minor >= 15) ? 'UNIX-STREAM' : 'UNIX';
}
