import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatFrame } from '@coldstat/capture/archive';
import { SAMPLES } from '../property/net-tables.ts';
import { sampleBodies } from './targets.ts';

/** Bodies of every kind that a capture can hold, so that each feed has something to read: a part of the sample, and what the sample has not. */

const DUMPS: string = join(import.meta.dirname, '../support/dumps');
/** Processes of the sample that are taken with all they have: plain ones, with threads, with a dead leader, that stand for a namespace. */
const PROCESSES: ReadonlySet<string> = new Set(['1', '53', '69', '101', '107', '116', '117', '161', '186']);
/** A process that stands for a namespace in which older kernels print their tables. */
const OLD = 'proc/7777/net/';

/** Names of SAMPLES that are files below /proc/net, and those that stand somewhere else. */
const NET: ReadonlySet<string> = new Set(
  'tcp tcp6 udp unix netlink packet sctp/eps sctp/assocs dev route ipv6_route arp if_inet6 fib_trie igmp igmp6 dev_mcast snmp snmp6 sockstat protocols ptype nf_conntrack'.split(
    ' ',
  ),
);
const ELSEWHERE: Readonly<Record<string, string>> = {
  services: 'etc/services',
  'protocols file': 'etc/protocols',
  hosts: 'etc/hosts',
  passwd: 'etc/passwd',
  group: 'etc/group',
  modules: 'proc/modules',
  locks: 'proc/locks',
  devices: 'proc/devices',
  'os-release': 'etc/os-release',
  'resolv.conf': 'etc/resolv.conf',
};

const frame = (name: string, body: string | Buffer): Buffer => formatFrame({ name, body: Buffer.from(body), truncated: false });
const none = (name: string, errno: string): Buffer => formatFrame({ name, errno });
const u32 = (...n: readonly number[]): Buffer =>
  Buffer.concat(n.map((v) => Buffer.from([v >>> 24, (v >>> 16) & 255, (v >>> 8) & 255, v & 255])));

/** An accepted answer to DUMP of the portmapper in one fragment (RFC 1833, RFC 5531 §11). */
function portmapper(...list: readonly Buffer[]): Buffer {
  const body = Buffer.concat([u32(7, 1, 0, 0, 0, 0), ...list, u32(0)]);
  return Buffer.concat([u32((0x8000_0000 | body.length) >>> 0), body]);
}

const xdr = (text: string): Buffer => Buffer.concat([u32(text.length), Buffer.from(text), Buffer.alloc((4 - (text.length % 4)) % 4)]);
const RPCB: Buffer = portmapper(u32(1, 100000, 4), xdr('tcp6'), xdr('::.0.111'), xdr('superuser'));

const SHA = 'ab'.repeat(32);

const MADE: Readonly<Record<string, string | Buffer>> = {
  'proc/1/environ': 'PATH=/bin\0A=\0odd\0',
  'proc/1/attr/current': 'unconfined\n',
  'proc/1/sockopt.pack': Buffer.concat([
    frame('3/SOL_SOCKET/SO_KEEPALIVE', u32(1)),
    frame('3/sockname', Buffer.from(`02000050c0a80001${'00'.repeat(8)}`, 'hex')),
    none('3/IPPROTO_TCP/TCP_NODELAY', 'ENOPROTOOPT'),
    none('4', 'EBADF'),
  ]),
  'proc/sockprotoname.pack': Buffer.concat([frame('77', 'TCPv6\0'), none('78', 'EACCES')]),
  'proc/exe-hash.pack': Buffer.concat([frame('254:0:131', `${SHA} 1234\n`), none('254:0:132', 'EACCES')]),
  'proc/deleted-exe.pack': frame('101', `${SHA} 77 truncated\n`),
  'sys/fs/cgroup.list': '/sys/fs/cgroup\t-\t40555,10,0,0,0:41,1,0:0,0\t-\n/sys/fs/cgroup/a\\x20b\t-\t40755,2,0,0,0:41,44,0:0,0\t-\n',
  'sys/fs/cgroup.pack': Buffer.concat([frame('/a.slice', '1\n101\n0\n'), frame('/b', '104\n')]),
  'reply/rpcbind/v2-dump': portmapper(u32(1, 100000, 4, 6, 111), u32(1, 200100, 1, 6, 2222)),
  'reply/rpcbind/v3-dump': RPCB,
  'reply/rpcbind/v4-dump': RPCB,
  'proc/net/sctp/snmp': 'SctpCurrEstab                   \t0\nSctpActiveEstabs                \t2\n',
  'proc/net/sctp/remaddr': 'ADDR ASSOC_ID HB_ACT RTO MAX_PATH_RTX REM_ADDR_RTX START STATE\n',
  'listing/kcmp-files': '101 53 1\n107 53 0\n116/118 116/120 !EPERM\n',
  'proc/mounts': 'proc /proc proc rw 0 0\n',
  'sys/class/net.list': 'lo\t777\t-\t>../../devices/virtual/net/lo\n',
  [`blob/${SHA}`]: '\x7fELF\n\n',
};

export async function everyKind(): Promise<Map<string, Buffer>> {
  const bodies = new Map<string, Buffer>();
  for (const [name, body] of await sampleBodies()) {
    const pid = /^proc\/(\d+)\//.exec(name)?.[1];
    if (pid === undefined || PROCESSES.has(pid)) bodies.set(name, body);
  }
  for (const { name, text } of SAMPLES) {
    const path = NET.has(name) ? `${OLD}${name}` : ELSEWHERE[name];
    if (path !== undefined) bodies.set(path, Buffer.from(text, 'latin1'));
  }
  for (const name of ['inet-tcp', 'inet6-tcp', 'inet-udp', 'inet-raw', 'inet-mptcp', 'unix', 'netlink', 'packet', 'ipv4-addresses']) {
    bodies.set(`netlink/4026531833/${name}`, readFileSync(join(DUMPS, name)));
  }
  bodies.set('listing/getdents', readFileSync(join(DUMPS, 'getdents')));
  for (const [name, body] of Object.entries(MADE)) bodies.set(name, Buffer.from(body));
  return bodies;
}
