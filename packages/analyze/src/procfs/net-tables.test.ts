import { describe, expect, it } from 'vitest';
import { collect, type Env, type Parser, type Placed } from './lines.ts';
import { parseFibTrie, parseIfInet6 } from './net-addresses.ts';
import { parseArp } from './net-arp.ts';
import { parseConntrack } from './net-conntrack.ts';
import { parseDev } from './net-dev.ts';
import { parseDevMcast, parseIgmp, parseIgmp6 } from './net-multicast.ts';
import { parseNetlink } from './net-netlink.ts';
import { parsePacket } from './net-packet.ts';
import { parseNetProtocols } from './net-protocols.ts';
import { parsePtype } from './net-ptype.ts';
import { parseIpv6Route, parseRoute } from './net-route.ts';
import { parseSctpAssociations, parseSctpEndpoints } from './net-sctp.ts';

const LE: Env = { byteOrder: 'little' };
function read<R extends Placed>(parse: Parser<R>, lines: readonly string[], env: Env = LE) {
  return collect(parse, Buffer.from(`${lines.join('\n')}\n`, 'latin1'), env);
}

describe('netlink', () => {
  const header = 'sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode';
  it('reads ten columns, port ids of 32 bits', () => {
    const { records, problems } = read(parseNetlink, [
      header,
      '00000000df1fb22b 15  4294962973 00000001 8192     16       0     2        3        1584    ',
    ]);
    expect(problems).toEqual([]);
    expect(records).toEqual([
      {
        line: 2,
        pointer: '00000000df1fb22b',
        protocol: 15,
        portId: 4294962973,
        groups: '00000001',
        rmem: 8192,
        wmem: 16,
        dump: '0',
        refcount: 2,
        drops: 3,
        inode: 1584,
      },
    ]);
  });

  it('reads eight columns of 2.6.24: no drops, no inode, a negative port id', () => {
    const old = 'sk       Eth Pid    Groups   Rmem     Wmem     Dump     Locks';
    const { records } = read(parseNetlink, [old, 'ffff81003f8d2c00 0   -4107  00000000 0        0        (null)   2']);
    expect(records[0]).toMatchObject({ portId: 4294963189, dump: '(null)', refcount: 2, drops: null, inode: null });
  });

  it('makes nine columns a problem', () => {
    const { records, problems } = read(parseNetlink, [header, '00000000df1fb22b 15 0 00000001 0 0 0 2 3']);
    expect(records).toEqual([]);
    expect(problems.map((p) => [p.code, p.line, p.lines])).toEqual([['line-columns', 2, 1]]);
  });
});

it('packet: hex protocol, decimal type, either header', () => {
  const row = 'ffff880036d60000 3      10   888e   4     1 49252  1000   16353 ';
  for (const header of [
    'sk       RefCnt Type Proto  Iface R Rmem   User   Inode',
    'sk               RefCnt Type Proto  Iface R Rmem   User   Inode',
  ]) {
    const { records, problems } = read(parsePacket, [header, row]);
    expect(problems).toEqual([]);
    expect(records[0]).toMatchObject({ type: 10, protocol: 0x888e, ifindex: 4, running: 1, rmem: 49252, uid: 1000, inode: 16353 });
  }
});

describe('sctp', () => {
  it('reads endpoints', () => {
    const { records } = read(parseSctpEndpoints, [
      ' ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS',
      'ffff8800 ffff8801 2   10  29   11111  1000 17001 192.0.2.1 2001:db8::1 ',
    ]);
    expect(records[0]).toMatchObject({
      kind: 'endpoint',
      pointer: 'ffff8800',
      localPort: 11111,
      remotePort: null,
      localAddresses: '192.0.2.1 2001:db8::1',
      remoteAddresses: null,
      state: 10,
      socketState: 10,
      txQueue: null,
      uid: 1000,
      inode: 17001,
    });
  });

  it('reads associations up to the TAB', () => {
    const { records } = read(parseSctpAssociations, [
      ' ASSOC     SOCK   STY SST ST HBKT ASSOC-ID TX_QUEUE RX_QUEUE UID INODE LPORT RPORT LADDRS <-> RADDRS HBINT',
      'ffff8802 ffff8803 2   1   3  0       1        4        5       7 17002 11111  22222 *192.0.2.1 192.0.2.2 <-> *198.51.100.1 \t    7500     2',
    ]);
    expect(records[0]).toMatchObject({
      kind: 'association',
      localPort: 11111,
      remotePort: 22222,
      localAddresses: '*192.0.2.1 192.0.2.2',
      remoteAddresses: '*198.51.100.1',
      state: 3,
      socketState: 1,
      txQueue: 4,
      rxQueue: 5,
      uid: 7,
      inode: 17002,
    });
  });
});

describe('dev', () => {
  const headers = ['Inter-|   Receive                                                |  Transmit', ' face |bytes    packets errs'];
  const sixteen = Array.from({ length: 16 }, (_, i) => String(i)).join(' ');
  const names = (...rows: string[]) => read(parseDev, [...headers, ...rows]).records.map((r) => r.name.toString('latin1'));

  it('splits at the last colon, glued or not, and keeps strange names as bytes', () => {
    expect(
      names(`eth0:1: ${sixteen}`, `  eth0:18446744073709551615 ${sixteen.slice(2)}`, `__proto__: ${sixteen}`, `\xef\xbb\xbf: ${sixteen}`),
    ).toEqual(['eth0:1', 'eth0', '__proto__', '\xef\xbb\xbf']);
    expect(read(parseDev, [...headers, `  eth0:18446744073709551615 ${sixteen.slice(2)}`]).records[0]?.counters[0]).toBe(
      18446744073709551615n,
    );
  });

  it('makes an interface given twice a problem', () => {
    const { records, problems } = read(parseDev, [...headers, `lo: ${sixteen}`, `lo: ${sixteen}`]);
    expect(records).toHaveLength(1);
    expect(problems.map((p) => [p.code, p.line, p.lines])).toEqual([['line-duplicate', 4, 1]]);
  });
});

describe('routes', () => {
  const header = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT';
  it('reads host order, prefixes, and * for no device', () => {
    const { records, problems } = read(parseRoute, [
      header,
      'eth0\t000200C0\t010200C0\t0003\t0\t5\t100\t00FFFFFF\t1500\t0\t0          ',
      '*\t000200C0\t00000000\t0201\t0\t0\t0\t00FF00FF\t0\t0\t0',
    ]);
    expect(problems).toEqual([]);
    expect(records[0]).toMatchObject({
      destination: '192.0.2.0',
      prefix: 24,
      mask: '255.255.255.0',
      gateway: '192.0.2.1',
      flags: 3,
      use: 5,
      metric: 100,
      mtu: 1500,
    });
    expect(records[0]?.device?.toString()).toBe('eth0');
    expect([records[1]?.device, records[1]?.prefix, records[1]?.mask]).toEqual([null, null, '255.0.255.0']);
  });

  it('gives NULL for addresses of a host of unknown byte order', () => {
    const { records, problems } = read(parseRoute, [header, 'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0'], {
      byteOrder: null,
    });
    expect([records[0]?.destination, records[0]?.gateway, records[0]?.prefix]).toEqual(['0.0.0.0', null, 0]);
    expect(problems.map((p) => [p.code, p.lines])).toEqual([['line-value', 0]]);
  });

  it('reads ipv6_route', () => {
    const zero = '0'.repeat(32);
    const { records } = read(parseIpv6Route, [
      `20010db8${'0'.repeat(24)} 40 ${zero} 00 fe80${'0'.repeat(27)}1 00000400 00000002 ffffffff 80200001       lo`,
    ]);
    expect(records[0]).toMatchObject({
      destination: '2001:db8::',
      prefix: 64,
      source: '::',
      gateway: 'fe80::1',
      metric: 1024,
      use: 0xffffffff,
      flags: 0x80200001,
    });
  });
});

it('arp: hexadecimal numbers, a device without hardware addresses', () => {
  const { records, problems } = read(parseArp, [
    'IP address       HW type     Flags       HW address            Mask     Device',
    '192.0.2.1        0x1         0xc         02:fc:00:00:00:05     *        eth0',
    '192.0.2.9        0x200       0x0                               *        tun0',
    '192.0.2.256      0x1         0x2         02:fc:00:00:00:05     *        eth0',
  ]);
  expect(records.map((r) => [r.address, r.hwType, r.flags, r.hwAddress, r.device.toString()])).toEqual([
    ['192.0.2.1', 1, 12, '02:fc:00:00:00:05', 'eth0'],
    ['192.0.2.9', 512, 0, null, 'tun0'],
  ]);
  expect(problems.map((p) => [p.code, p.line])).toEqual([['line-form', 4]]);
});

describe('addresses of interfaces', () => {
  it('reads if_inet6', () => {
    const { records } = read(parseIfInet6, ['fe80000000000000000cfffffe000001 0a 40 20 80     eth0']);
    expect(records[0]).toMatchObject({ address: 'fe80::c:ffff:fe00:1', ifindex: 10, prefix: 64, scope: 32, flags: 128 });
  });

  it('gives each local address of fib_trie once', () => {
    const leaf = ['     |-- 192.0.2.2', '        /32 host LOCAL', '     |-- 192.0.2.255', '        /32 link BROADCAST'];
    const { records, problems } = read(parseFibTrie, [
      'Main:',
      '  +-- 0.0.0.0/0 3 0 5',
      ...leaf,
      'Local:',
      ...leaf,
      'Id 7:',
      '     |-- 0.0.0.0',
      '        /0 universe UNICAST tos=4',
    ]);
    expect(problems).toEqual([]);
    expect(records.map((r) => [r.address, r.prefix, r.line])).toEqual([['192.0.2.2', 32, 4]]);
  });
});

describe('multicast', () => {
  it('reads igmp under its interface', () => {
    const { records, problems } = read(parseIgmp, [
      'Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter',
      '4\teth0      :     1      V2',
      '\t\t\t\t010000E0     1 0:00000000\t\t1',
    ]);
    expect(problems).toEqual([]);
    expect(records[0]).toMatchObject({ line: 3, ifindex: 4, group: '224.0.0.1', users: 1, version: 'V2', timer: '0:00000000' });
  });

  it('reads igmp6 and dev_mcast', () => {
    expect(read(parseIgmp6, ['4    eth0            ff0200000000000000000001ff000002     2 00000004 0']).records[0]).toMatchObject({
      group: 'ff02::1:ff00:2',
      users: 2,
    });
    expect(read(parseDevMcast, ['4    eth0            1     0     01005e000001']).records[0]).toMatchObject({
      group: '01:00:5e:00:00:01',
      users: 1,
    });
  });
});

it('protocols: a name that overflows its columns', () => {
  const { records } = read(parseNetProtocols, [
    'protocol  size sockets  memory press maxhdr  slab module     cl co',
    'UNIX-STREAM 1096     10      -1   NI       0   yes  kernel      y  n',
  ]);
  expect(records[0]).toMatchObject({ protocol: 'UNIX-STREAM', size: 1096, sockets: 10, memory: -1, press: 'NI', module: 'kernel' });
});

it('ptype: all interfaces or one', () => {
  const { records } = read(parsePtype, [
    'Type Device      Function',
    'ALL           packet_rcv [af_packet]',
    '88cc eth0     lldp_rcv+0x0/0x1',
  ]);
  expect(records.map((r) => [r.type, r.device?.toString() ?? null, r.handler])).toEqual([
    ['ALL', null, 'packet_rcv [af_packet]'],
    ['88cc', 'eth0', 'lldp_rcv+0x0/0x1'],
  ]);
});

describe('conntrack', () => {
  it('reads both directions, flags and mark', () => {
    const { records } = read(parseConntrack, [
      'ipv4     2 tcp      6 431999 ESTABLISHED src=192.0.2.2 dst=198.51.100.7 sport=22 dport=50000 packets=1 bytes=60 src=198.51.100.7 dst=192.0.2.2 sport=50000 dport=22 packets=2 bytes=18446744073709551615 [ASSURED] mark=7 zone=3 use=2',
    ]);
    expect(records[0]).toMatchObject({
      family: 'ipv4',
      protocol: 'tcp',
      protocolNumber: 6,
      timeout: 431999,
      state: 'ESTABLISHED',
      flags: 'ASSURED',
      mark: 7,
    });
    expect(records[0]?.original).toEqual({ src: '192.0.2.2', dst: '198.51.100.7', sport: 22, dport: 50000, packets: 1n, bytes: 60n });
    expect(records[0]?.reply.bytes).toBe(18446744073709551615n);
  });

  it('reads an offloaded row, which has no timeout, and the old form, which has no family', () => {
    const { records } = read(parseConntrack, [
      'ipv6     10 tcp      6 src=2001:db8::1 dst=2001:db8::2 sport=1 dport=2 src=2001:db8::2 dst=2001:db8::1 sport=2 dport=1 [OFFLOAD] mark=0 use=3',
      'udp      17 29 src=192.0.2.2 dst=192.0.2.3 sport=53 dport=53 [UNREPLIED] src=192.0.2.3 dst=192.0.2.2 sport=53 dport=53 mark=0 use=1',
    ]);
    expect(records.map((r) => [r.family, r.protocol, r.timeout, r.state, r.flags])).toEqual([
      ['ipv6', 'tcp', null, null, 'OFFLOAD'],
      [null, 'udp', 29, null, 'UNREPLIED'],
    ]);
  });
});
