/** One table of each kind, in the shapes that kernels from 2.6.24 to 6.18 print, for tests that mutate them. Addresses are from the documentation ranges. */

import { parseHosts } from '../../packages/analyze/src/procfs/etc-hosts.ts';
import { parseNumberNames } from '../../packages/analyze/src/procfs/etc-numbers.ts';
import { parseGroup, parsePasswd } from '../../packages/analyze/src/procfs/etc-passwd.ts';
import { parseServices } from '../../packages/analyze/src/procfs/etc-services.ts';
import type { Parser, Placed } from '../../packages/analyze/src/procfs/lines.ts';
import { parseFibTrie, parseIfInet6 } from '../../packages/analyze/src/procfs/net-addresses.ts';
import { parseArp } from '../../packages/analyze/src/procfs/net-arp.ts';
import { parseConntrack } from '../../packages/analyze/src/procfs/net-conntrack.ts';
import { parseCounterLines, parseCounterPairs, parseSockstat } from '../../packages/analyze/src/procfs/net-counters.ts';
import { parseDev } from '../../packages/analyze/src/procfs/net-dev.ts';
import { parseDatagram, parseTcp } from '../../packages/analyze/src/procfs/net-inet.ts';
import { parseDevMcast, parseIgmp, parseIgmp6 } from '../../packages/analyze/src/procfs/net-multicast.ts';
import { parseNetlink } from '../../packages/analyze/src/procfs/net-netlink.ts';
import { parsePacket } from '../../packages/analyze/src/procfs/net-packet.ts';
import { parseNetProtocols } from '../../packages/analyze/src/procfs/net-protocols.ts';
import { parsePtype } from '../../packages/analyze/src/procfs/net-ptype.ts';
import { parseIpv6Route, parseRoute } from '../../packages/analyze/src/procfs/net-route.ts';
import { parseSctpAssociations, parseSctpEndpoints } from '../../packages/analyze/src/procfs/net-sctp.ts';
import { parseUnix } from '../../packages/analyze/src/procfs/net-unix.ts';
import { parseDevices } from '../../packages/analyze/src/procfs/proc-devices.ts';
import {
  parseConfigLines,
  parseFilesystems,
  parseLoadavg,
  parseOsRelease,
  parseProcStat,
  parseUptime,
  parseWholeLines,
} from '../../packages/analyze/src/procfs/proc-facts.ts';
import { parseLocks } from '../../packages/analyze/src/procfs/proc-locks.ts';
import { parseModules } from '../../packages/analyze/src/procfs/proc-modules.ts';

export interface Sample {
  readonly name: string;
  readonly parse: Parser<Placed>;
  /** Latin1. */
  readonly text: string;
  /** Records the text as it stands gives. */
  readonly records: number;
}

const lines = (...rows: string[]): string => `${rows.join('\n')}\n`;

export const SAMPLES: readonly Sample[] = [
  {
    name: 'tcp',
    parse: parseTcp,
    records: 3,
    text: lines(
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'.padEnd(149),
      '   0: 0100007F:0016 00000000:0000 0A 00000000:00000003 00:00000000 00000000     0        0 12345 1 ffff880036d60000 100 0 0 10 0'.padEnd(
        149,
      ),
      '   1: 020200C0:0016 076433C6:C350 01 00000024:00000000 01:00000017 00000000     0        0 12346 4 ffff880036d60800 23 4 29 10 7'.padEnd(
        149,
      ),
      '   2: 020200C0:0016 086433C6:C350 06 00000000:00000000 03:00001770 00000000     0        0 0 3 ffff88003b5c8ac0'.padEnd(149),
    ),
  },
  {
    name: 'tcp6',
    parse: parseTcp,
    records: 1,
    text: lines(
      '  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 777 1 0000000000000000 100 0 0 10 0',
    ),
  },
  {
    name: 'udp',
    parse: parseDatagram,
    records: 2,
    text: lines(
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops'.padEnd(127),
      ' 3123: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 999 2 0000000000000000 0'.padEnd(127),
      '  754: 00000000:0045 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 998 2 0000000000000000 7'.padEnd(127),
    ),
  },
  {
    name: 'unix',
    parse: parseUnix,
    records: 4,
    text: lines(
      'Num       RefCount Protocol Flags    Type St Inode Path',
      '00000000ceee8491: 00000003 00000000 00000000 0002 03 16347',
      '00000000950abdf9: 00000002 00000000 00010000 0001 01 16345 /run/a\nb',
      '00000000950abdfa: 00000002 00000000 00010000 0005 01   345 @x\xff\xfe',
      '00000000950abdfb: 00000002 00000000 00000000 0001 02     0 /run/a',
    ),
  },
  {
    name: 'netlink',
    parse: parseNetlink,
    records: 2,
    text: lines(
      'sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode',
      '00000000fd5fe882 0   0          00000000 0        0        0     2        0        4       ',
      '00000000df1fb22b 15  4294962973 00000001 0        0        0     2        0        1584    ',
    ),
  },
  {
    name: 'netlink of 2.6.24',
    parse: parseNetlink,
    records: 1,
    text: lines(
      'sk       Eth Pid    Groups   Rmem     Wmem     Dump     Locks',
      'ffff81003f8d2c00 0   -4107  00000000 0        0        (null)   2',
    ),
  },
  {
    name: 'packet',
    parse: parsePacket,
    records: 1,
    text: lines(
      'sk               RefCnt Type Proto  Iface R Rmem   User   Inode',
      '00000000004167cb 3      3    0003   0     1 49252  0      16353 ',
    ),
  },
  {
    name: 'sctp/eps',
    parse: parseSctpEndpoints,
    records: 1,
    text: lines(
      ' ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS',
      'ffff8800 ffff8801 2   10  29   11111    0 17001 192.0.2.1 2001:db8::1 ',
    ),
  },
  {
    name: 'sctp/assocs',
    parse: parseSctpAssociations,
    records: 1,
    text: lines(
      ' ASSOC     SOCK   STY SST ST HBKT ASSOC-ID TX_QUEUE RX_QUEUE UID INODE LPORT RPORT LADDRS <-> RADDRS HBINT INS OUTS MAXRT T1X T2X RTXC',
      'ffff8802 ffff8803 2   1   3  0       1        0        0       0 17002 11111  22222  *192.0.2.1 192.0.2.2 <-> *198.51.100.1 \t    7500     2    10   10    0    0        0',
    ),
  },
  {
    name: 'dev',
    parse: parseDev,
    records: 3,
    text: lines(
      'Inter-|   Receive                                                |  Transmit',
      ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed',
      '    lo:    4358      48    0    0    0     0          0         0     4358      48    0    0    0     0       0          0',
      '  eth0:18446744073709551615 5839 0 0 0 0 0 0 363782 3513 0 0 0 0 0 0',
      'eth0:1: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16',
    ),
  },
  {
    name: 'route',
    parse: parseRoute,
    records: 2,
    text: lines(
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT                                                       ',
      'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0                                                                               ',
      '*\t000200C0\t00000000\t0201\t0\t0\t0\t00FFFFFF\t0\t0\t0                                                                               ',
    ),
  },
  {
    name: 'ipv6_route',
    parse: parseIpv6Route,
    records: 1,
    text: lines(
      '20010db8000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0',
    ),
  },
  {
    name: 'arp',
    parse: parseArp,
    records: 2,
    text: lines(
      'IP address       HW type     Flags       HW address            Mask     Device',
      '192.0.2.1        0x1         0x2         02:fc:00:00:00:05     *        eth0',
      '192.0.2.9        0x0         0x0                               *        tun0',
    ),
  },
  { name: 'if_inet6', parse: parseIfInet6, records: 1, text: lines('20010db8000000000000000000000001 04 40 00 82     eth0') },
  {
    name: 'fib_trie',
    parse: parseFibTrie,
    records: 2,
    text: lines(
      'Main:',
      '  +-- 127.0.0.0/8 2 0 2',
      '     |-- 127.0.0.0',
      '        /8 host LOCAL',
      '     |-- 127.0.0.1',
      '        /32 host LOCAL',
      '     |-- 127.255.255.255',
      '        /32 link BROADCAST',
      'Local:',
      '     |-- 127.0.0.1',
      '        /32 host LOCAL',
    ),
  },
  {
    name: 'igmp',
    parse: parseIgmp,
    records: 2,
    text: lines(
      'Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter',
      '1\tlo        :     1      V3',
      '\t\t\t\t010000E0     1 0:00000000\t\t0',
      '4\teth0      :     1      V2',
      '\t\t\t\t010000E0     1 0:FFFFFFFFFFFFFFF6\t\t1',
    ),
  },
  { name: 'igmp6', parse: parseIgmp6, records: 1, text: lines('1    lo              ff020000000000000000000000000001     1 0000000C 0') },
  { name: 'dev_mcast', parse: parseDevMcast, records: 1, text: lines('4    eth0            1     0     01005e000001') },
  {
    name: 'snmp',
    parse: parseCounterPairs,
    records: 7,
    text: lines(
      'Tcp: RtoAlgorithm MaxConn ActiveOpens',
      'Tcp: 1 -1 18446744073709551615',
      'IcmpMsg: InType3 OutType8',
      'IcmpMsg: 1 2',
      'IcmpMsg: OutType9 OutType10',
      'IcmpMsg: 3 4',
    ),
  },
  {
    name: 'snmp6',
    parse: parseCounterLines,
    records: 2,
    text: lines('Ip6InReceives                   \t4', 'Ip6InHdrErrors                  \t0'),
  },
  { name: 'sockstat', parse: parseSockstat, records: 6, text: lines('sockets: used 49', 'TCP: inuse 8 orphan 0 tw 0 alloc 14 mem 185') },
  {
    name: 'protocols',
    parse: parseNetProtocols,
    records: 2,
    text: lines(
      'protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ss gs se re bi br ha uh gp em',
      'PACKET    1600      2      -1   NI       0   no   kernel      n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n',
      'UNIX-STREAM 1096      9      -1   NI       0   yes  kernel      y  n  n  n  n  n  n  n  n  n  n  n  n  n  n  n  y  n',
    ),
  },
  {
    name: 'ptype',
    parse: parsePtype,
    records: 3,
    text: lines(
      'Type Device      Function',
      'ALL           packet_rcv+0x0/0x123 [af_packet]',
      'ALL  eth0     tpacket_rcv',
      '0800          ip_rcv',
    ),
  },
  {
    name: 'nf_conntrack',
    parse: parseConntrack,
    records: 2,
    text: lines(
      'ipv4     2 tcp      6 431999 ESTABLISHED src=192.0.2.2 dst=198.51.100.7 sport=22 dport=50000 packets=1 bytes=60 src=198.51.100.7 dst=192.0.2.2 sport=50000 dport=22 packets=2 bytes=120 [ASSURED] mark=7 use=2',
      'icmp     1 29 src=192.0.2.2 dst=198.51.100.7 type=8 code=0 id=99 [UNREPLIED] src=198.51.100.7 dst=192.0.2.2 type=0 code=0 id=99 mark=0 use=1',
    ),
  },
  {
    name: 'services',
    parse: parseServices,
    records: 2,
    text: lines('# services', 'ssh\t\t22/tcp\t\t\t# SSH', '', 'domain 53/udp nameserver ns'),
  },
  { name: 'protocols file', parse: parseNumberNames, records: 1, text: lines('ip\t0\tIP\t\t# internet protocol') },
  { name: 'hosts', parse: parseHosts, records: 3, text: lines('127.0.0.1\tlocalhost', '2001:db8::1 web web.example # x') },
  { name: 'passwd', parse: parsePasswd, records: 1, text: lines('root:x:0:0:root:/root:/bin/bash', '# nobody', '+::::::') },
  { name: 'group', parse: parseGroup, records: 1, text: lines('adm:x:4:syslog,bob') },
  { name: 'modules', parse: parseModules, records: 1, text: lines('vbox 12345 2 a,b,[permanent], Live 0xffffffffc0000000 (OE)') },
  {
    name: 'locks',
    parse: parseLocks,
    records: 3,
    text: lines(
      '1: POSIX  ADVISORY  READ 7339 fe:00:2146651 0 EOF',
      '1: -> POSIX  ADVISORY  WRITE 7340 fe:00:2146651 5 14',
      '2: OFDLCK ADVISORY  WRITE -1 08:02:18446744073709551615 0 EOF',
    ),
  },
  { name: 'devices', parse: parseDevices, records: 2, text: lines('Character devices:', '  1 mem', '', 'Block devices:', '259 blkext') },
  { name: 'os-release', parse: parseOsRelease, records: 2, text: lines('NAME="A \\"B\\""', '# x', "ID='debian'") },
  { name: 'resolv.conf', parse: parseConfigLines, records: 1, text: lines('# x', 'nameserver 192.0.2.53', '') },
  { name: 'hostname', parse: parseWholeLines, records: 1, text: lines('web1') },
  { name: 'loadavg', parse: parseLoadavg, records: 6, text: lines('0.11 0.07 0.01 1/107 12271') },
  { name: 'uptime', parse: parseUptime, records: 2, text: lines('3420.53 5886.77') },
  { name: 'stat', parse: parseProcStat, records: 2, text: lines('cpu  1 2 3', 'btime 1700000000') },
  { name: 'filesystems', parse: parseFilesystems, records: 2, text: lines('nodev\tsysfs', '\text4') },
];
