import { expect, test } from 'vitest';
import { runTool } from '../../../../../test/support/tool.ts';
import { netstat } from './index.ts';

test('interfaces that are down are shown with -a, sorted by the number in their name', () => {
  const eth = { net_ns: 7, pass: 'A', mtu: 1500, source_id: 1, rx_packets: 5865, rx_errors: 1, rx_dropped: 2, rx_fifo: 3 };
  const sent = { tx_packets: 3539, tx_errors: 7, tx_dropped: 8, tx_fifo: 9 };
  const interfaces = [
    { ...eth, ...sent, name: 'eth10', flags: 0x1043, line: 3 },
    { ...eth, ...sent, name: 'eth2', flags: 0x1002, line: 4 },
  ];
  const rows = { captures: [{ own_net_ns: 7 }], interfaces };
  const line = 'eth10            1500     5865      1      2 3          3539      7      8      9 BMRU';
  expect(runTool(netstat, '-i', rows).out.split('\n').slice(2, -1)).toEqual([line]);
  expect(runTool(netstat, '-ia', rows).out.split('\n').slice(2, -1)).toEqual([
    'eth2             1500     5865      1      2 3          3539      7      8      9 BM',
    line,
  ]);
});

test('-ie prints a block for each interface, and leaves out what is unknown', () => {
  const dev = { net_ns: 7, pass: 'A', source_id: 1, rx_packets: 1, rx_bytes: 1024, rx_errors: 2, rx_dropped: 3, rx_fifo: 4, rx_frame: 5 };
  const sent = { tx_packets: 6, tx_bytes: 3 * 2 ** 30 + 1, tx_errors: 7, tx_dropped: 8, tx_fifo: 9, tx_carrier: 10, tx_collisions: 11 };
  const eth0 = { name: 'eth0', mtu: 1500, flags: 0x1003, operstate: 'up', address: '02:00:00:00:00:01', type: 1, tx_queue_len: 1000 };
  const rows = {
    captures: [{ own_net_ns: 7 }],
    sources: [{ source_id: 2, path: 'proc/net/fib_trie', pass: 'A', bytes: 9 }],
    interfaces: [
      { ...dev, ...sent, ...eth0, line: 3 },
      { ...dev, ...sent, name: 'lo', mtu: 65536, flags: 9, operstate: 'unknown', type: 772, tx_queue_len: 1000, line: 4 },
      { ...dev, name: 'odd', line: 5 },
    ],
    interface_addresses: [
      { family: 4, address: '127.0.0.0', prefix: 8, line: 1 },
      { family: 4, address: '127.0.0.1', prefix: 32, line: 2 },
      { family: 4, address: '192.0.2.200', prefix: 32, line: 3 },
      { family: 4, address: '203.0.113.1', prefix: 32, line: 4 },
      { family: 6, address: 'fe80::1', prefix: 64, scope: 0x20, interface: 'eth0', line: 5 },
      { family: 6, address: '2001:db8::1', prefix: 64, scope: 0, interface: 'eth0', line: 6 },
    ].map((row) => ({ net_ns: 7, source_id: 2, ...row })),
    routes: [
      { destination: '192.0.2.0', prefix: 24, line: 1 },
      { destination: '0.0.0.0', prefix: 0, line: 2 },
    ].map((row) => ({ net_ns: 7, source_id: 2, family: 4, gateway: '0.0.0.0', interface: 'eth0', ...row })),
  };
  const counters = [
    '        RX packets 1  bytes 1024 (1024.0 B)',
    '        RX errors 2  dropped 3  overruns 4  frame 5',
    '        TX packets 6  bytes 3221225473 (3.0 GiB)',
    '        TX errors 7  dropped 8 overruns 9  carrier 10  collisions 11',
    '',
  ];
  expect(runTool(netstat, '-ie', rows).out.split('\n').slice(1, 21)).toEqual([
    'eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500',
    '        inet 192.0.2.200  netmask 255.255.255.0',
    '        inet6 fe80::1  prefixlen 64  scopeid 0x20<link>',
    '        inet6 2001:db8::1  prefixlen 64  scopeid 0x0<global>',
    '        ether 02:00:00:00:00:01  txqueuelen 1000  (Ethernet)',
    ...counters,
    'lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536',
    '        inet 127.0.0.1  netmask 255.0.0.0',
    '        loop  txqueuelen 1000  (Local Loopback)',
    ...counters,
    'odd: flags=?  mtu ?',
    '        RX packets 1  bytes 1024 (1024.0 B)',
  ]);
});
