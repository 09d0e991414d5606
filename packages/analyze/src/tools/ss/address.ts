import { terminal } from '../../render/cell.ts';
import { num } from './dumped.ts';
import type { CapturedNames } from './names.ts';
import type { Sock } from './sock.ts';

/** Names from the captured files. */
export type SsNames = Pick<CapturedNames, 'service' | 'protocol' | 'host' | 'interfaceName' | 'processName' | 'ephemeral'>;

export interface AddressOptions {
  readonly numeric: boolean;
  readonly resolve: boolean;
  readonly strict: boolean;
}

/** Address cell with its delimiter, and port cell. */
export type Ends = readonly [address: string, port: string];

export function localEnds(sock: Sock, names: SsNames, o: AddressOptions): Ends {
  switch (sock.family) {
    case 'inet':
      return inetEnds(sock, sock.local, sock.localPort, names, o, boundTo(sock, names));
    case 'unix':
      return [`${unixName(sock.local, o, sock.diag !== undefined)} `, String(sock.localPort ?? '?')];
    case 'packet':
      return [`${sock.local === null ? '?' : packetProtocol(Number(sock.local), o)}:`, interfaceCell(sock, names)];
    case 'vsock':
      return vsockEnds(sock.local, sock.localPort);
    case 'xdp':
      return xdpEnds(sock, names);
    case 'netlink':
      return [
        `${sock.local === null ? '?' : o.numeric ? sock.local : netlinkProtocol(Number(sock.local))}:`,
        portId(sock.localPort, names, o),
      ];
  }
}

export function peerEnds(sock: Sock, names: SsNames, o: AddressOptions): Ends {
  if (sock.family === 'inet') return inetEnds(sock, sock.peer, sock.peerPort, names, o);
  if (sock.family === 'unix') return ['* ', String(sock.peerPort ?? 0)];
  if (sock.family === 'vsock') return vsockEnds(sock.peer, sock.peerPort);
  return sock.family === 'netlink' && sock.peer !== null ? [`${sock.peer}:`, String(sock.peerPort ?? '?')] : ['*', ''];
}

/** VMADDR_CID_ANY and VMADDR_PORT_ANY are shown as `*`. */
function vsockEnds(machine: Sock['local'], port: number | null): Ends {
  const any = (n: string): string => (n === '4294967295' ? '*' : n);
  return [`${typeof machine === 'string' ? any(machine) : '?'}:`, port === null ? '?' : any(String(port))];
}

function xdpEnds(sock: Sock, names: SsNames): Ends {
  const index = num(sock.diag?.row, 'ifindex') ?? 0;
  if (index === 0) return ['*', ''];
  const name = names.interfaceName(index, sock.netNs);
  return [`${name === undefined ? `if${index}` : terminal(name)}:`, `q${sock.localPort ?? '?'}`];
}

/** `%lo` behind a local address that is bound to an interface; only the kernel's dump tells. */
function boundTo(sock: Sock, names: SsNames): string {
  const index = num(sock.diag?.row, 'interface') ?? 0;
  if (index === 0) return '';
  const name = names.interfaceName(index, sock.netNs);
  return `%${name === undefined ? `if${index}` : terminal(name)}`;
}

function inetEnds(sock: Sock, address: Sock['local'], port: number | null, names: SsNames, o: AddressOptions, bound = ''): Ends {
  return [`${inetAddress(sock, typeof address === 'string' ? address : null, names, o)}${bound}:`, portCell(sock, port, names, o)];
}

function inetAddress(sock: Sock, address: string | null, names: SsNames, o: AddressOptions): string {
  if (address === null) return '?';
  if (address === '::' && num(sock.diag?.row, 'v6only') !== 1) return '*';
  if (address === '0.0.0.0') return '0.0.0.0';
  const host = o.resolve ? names.host(address) : undefined;
  if (host !== undefined) return terminal(host);
  return sock.inet?.ipFamily === 6 ? `[${address}]` : address;
}

function portCell(sock: Sock, port: number | null, names: SsNames, o: AddressOptions): string {
  if (port === null) return '?';
  if (port === 0) return '*';
  if (o.numeric) return String(port);
  if (sock.netid === 'raw' || sock.netid === 'icmp6') return terminal(names.protocol(port) ?? `ipproto-${port}`);
  const range = names.ephemeral;
  if (range !== undefined && port >= range[0] && port <= range[1]) return String(port);
  return terminal(names.service(port, sock.netid === 'udp' ? 'udp' : 'tcp') ?? String(port));
}

/** ss stops a name read from /proc at the first blank; the whole name is shown unless that is asked for. */
function unixName(name: Sock['local'], o: AddressOptions, dumped: boolean): string {
  if (name === null || name.length === 0) return '*';
  if (!o.strict || dumped) return terminal(name);
  const text = typeof name === 'string' ? name : Buffer.from(name).toString('latin1');
  return terminal(text.split(' ')[0] ?? '');
}

/** Names of iproute2 for ethertypes (include/uapi/linux/if_ether.h). */
const ETHERTYPES: ReadonlyMap<number, string> = new Map([
  [0x0060, 'loop'],
  [0x0200, 'pup'],
  [0x0201, 'pupat'],
  [0x0800, 'ip'],
  [0x0805, 'x25'],
  [0x0806, 'arp'],
  [0x8035, 'rarp'],
  [0x809b, 'atalk'],
  [0x80f3, 'aarp'],
  [0x8137, 'ipx'],
  [0x86dd, 'ipv6'],
  [0x8863, 'ppp_disc'],
  [0x8864, 'ppp_ses'],
  [0x884c, 'atmmpoa'],
  [0x8884, 'atmfate'],
  [0x0001, '802_3'],
  [0x0002, 'ax25'],
  [0x0004, '802_2'],
  [0x0005, 'snap'],
  [0x000c, 'can'],
  [0x0017, 'irda'],
  [0x88ca, 'tipc'],
  [0x88a2, 'aoe'],
  [0x8100, '802.1Q'],
  [0x88a8, '802.1ad'],
  [0x8847, 'mpls_uc'],
  [0x8848, 'mpls_mc'],
  [0x6558, 'teb'],
  [0x88cc, 'LLDP'],
]);

function packetProtocol(protocol: number, o: AddressOptions): string {
  if (protocol === 3) return '*';
  return (o.numeric ? undefined : ETHERTYPES.get(protocol)) ?? `[${protocol}]`;
}

function interfaceCell(sock: Sock, names: SsNames): string {
  if (sock.localPort === null) return '?';
  if (sock.localPort === 0) return '*';
  const name = names.interfaceName(sock.localPort, sock.netNs);
  return name === undefined ? `if${sock.localPort}` : terminal(name);
}

const NETLINK = [
  'rtnl',
  'unused',
  'usersock',
  'fw',
  'tcpdiag',
  'nflog',
  'xfrm',
  'selinux',
  'iscsi',
  'audit',
  'fiblookup',
  'connector',
  'nft',
  'ip6fw',
  'dec-rt',
  'uevent',
  'genl',
  '',
  'scsi-trans',
  'ecryptfs',
  'rdma',
  'crypto',
  'smc',
] as const;

function netlinkProtocol(protocol: number): string {
  return NETLINK[protocol] || String(protocol);
}

/** Port ids are printed as ss prints them, as signed 32-bit numbers; `kernel` for 0 and the process' name where its id is one. */
function portId(id: number | null, names: SsNames, o: AddressOptions): string {
  if (id === null) return '?';
  const signed = id > 0x7fffffff ? id - 0x100000000 : id;
  if (signed === -1) return '*';
  if (o.numeric) return String(signed);
  if (signed === 0) return 'kernel';
  const name = signed > 0 ? names.processName(signed) : undefined;
  return name === undefined ? String(signed) : `${terminal(name)}/${signed}`;
}
