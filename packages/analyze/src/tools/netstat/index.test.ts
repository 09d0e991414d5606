import { describe, expect, test } from 'vitest';
import { type TestRows, testCase } from '../../../../../test/support/case.ts';
import type { Format } from '../tool.ts';
import { answerLines } from '../tool.ts';
import { programName } from './holders.ts';
import { netstat } from './index.ts';

const TCP = {
  net_ns: 7,
  pass: 'A',
  proto: 'tcp',
  family: 4,
  local_address: '127.0.0.1',
  local_port: 22,
  remote_address: '0.0.0.0',
  remote_port: 0,
};
const LISTENER = {
  ...TCP,
  state: 'LISTEN',
  state_raw: 10,
  rx_queue: 1,
  tx_queue: 0,
  timer: 0,
  timer_ticks: 0,
  retransmits: 0,
  uid: 0,
  timeout: 0,
};
const HOST: TestRows = {
  captures: [{ own_net_ns: 7, ticks_per_second: 250 }],
  sockets_inet: [
    { ...LISTENER, inode: 100, source_id: 1, line: 2 },
    { ...LISTENER, pass: 'B', inode: 101, source_id: 2, line: 2 },
    { ...LISTENER, net_ns: 8, inode: 102, source_id: 3, line: 2 },
    {
      ...LISTENER,
      local_port: 80,
      remote_port: 9,
      state: '0x0D',
      state_raw: 13,
      timer: 1,
      timer_ticks: 125,
      inode: 103,
      source_id: 1,
      line: 3,
    },
  ],
  sources: [{ source_id: 1, path: 'proc/net/tcp', pass: 'A', bytes: 300 }],
  processes: [
    { pid: 3, name: 'zombie' },
    { pid: 20, name: 'a', fd_errno: 'EACCES' },
    { pid: 100, name: 'b' },
  ],
  process_args: [
    { pid: 20, arg_index: 0, arg: '/usr/sbin/\u001b[31mevil' },
    { pid: 100, arg_index: 0, arg: 'sshd: user@pts/0' },
  ],
  fds: [
    { pid: 100, tid: 0, fd: 3, socket_inode: 100 },
    { pid: 20, tid: 0, fd: 9, socket_inode: 100 },
    { pid: 3, tid: 0, fd: 4, socket_inode: 100 },
  ],
};

function run(line: string, options: { readonly rows?: TestRows; readonly format?: Format; readonly netns?: 'own' | 'all' | number } = {}) {
  const db = testCase(options.rows ?? HOST);
  const answer = netstat(line.split(' '), { db, captureId: 1, netns: options.netns ?? 'own', format: options.format ?? 'table' });
  return { out: [...answerLines(answer, options.format ?? 'table')].join(''), err: answer.err.join(''), code: answer.exit() };
}

test('shows the first pass of the own namespace alone, or what --netns says', () => {
  expect(run('-ltn').out.split('\n').slice(2, -1)).toEqual([
    'tcp        1      0 127.0.0.1:22            0.0.0.0:*               LISTEN     ',
  ]);
  expect(run('-ltn', { netns: 8 }).out.match(/LISTEN/g)).toHaveLength(1);
  expect(run('-ltn', { netns: 'all' }).out.match(/LISTEN/g)).toHaveLength(2);
});

test('the lowest process that has arguments stands for a socket, its name escaped', () => {
  expect(run('-ltnp').out).toContain('LISTEN      20/\\x1b[31mevil     \n');
});

test('says that processes could not be looked into', () => {
  expect(run('-ltnp').err).toMatch(/^\(Not all processes could be identified/);
  expect(run('-ltn').err).toBe('');
});

test('a state nobody knows is shown by its number, seconds go by the tick rate of the host', () => {
  expect(run('-tno').out).toContain('0x0D        on (0.50/0/0)\n');
});

test('a column that the kernel did not print is a question mark, not a zero', () => {
  const bare = { captures: [{ own_net_ns: 7 }], sockets_inet: [{ ...TCP, source_id: 1, line: 2 }] };
  expect(run('-antope', { rows: bare }).out.split('\n')[2]).toBe(
    'tcp        ?      ? 127.0.0.1:22            0.0.0.0:*               ?           ?          ?          -                    ?',
  );
});

test('other formats give every holder a row', () => {
  const rows = run('-lt', { format: 'jsonl' })
    .out.trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(rows.map((r) => [r['pid'], r['program'], r['inode'], r['line']])).toEqual([
    [3, null, 100, 2],
    [20, '\u001b[31mevil', 100, 2],
    [100, 'sshd: user@pts/0', 100, 2],
  ]);
});

test('the whole name of a unix socket is shown, control bytes escaped', () => {
  const unix = {
    net_ns: 7,
    pass: 'A',
    refcount: 2,
    flags: 65536,
    listening: 1,
    type: 'STREAM',
    type_raw: 1,
    state: 'UNCONNECTED',
    state_raw: 1,
  };
  const rows = { captures: [{ own_net_ns: 7 }], sockets_unix: [{ ...unix, inode: 5, path: '@a b\n', source_id: 1, line: 2 }] };
  expect(run('-xl', { rows }).out.split('\n')[2]).toBe('unix  2      [ ACC ]     STREAM     LISTENING     5        @a b\\n');
});

test('-c asks for a listing of each capture', () => {
  const request = (line: string) => netstat(line.split(' '), { db: testCase(HOST), captureId: 1, netns: 'own', format: 'table' }).repeat;
  expect(request('-tlc')).toEqual({ times: null, untilEmpty: false });
  expect(request('-tl')).toBeUndefined();
});

describe('--compat netstat=1.60', () => {
  const old = (line: string, options: Parameters<typeof run>[1] = {}) => run(`--compat netstat=1.60 ${line}`, options);
  const captures = [{ own_net_ns: 7, ticks_per_second: 100 }];
  const any = { ...TCP, state: 'LISTEN', state_raw: 10, source_id: 1, local_port: 22, remote_port: 0, remote_address: '::' };
  const rows: TestRows = {
    captures,
    sources: [{ source_id: 1, path: 'proc/net/tcp', pass: 'A', bytes: 300 }],
    services: [{ name: 'ssh', port: 22, protocol: 'tcp', line: 1 }],
    sockets_inet: [
      { ...any, proto: 'tcp', local_address: '0.0.0.0', remote_address: '0.0.0.0', rx_queue: 3, tx_queue: 0, line: 2 },
      { ...any, proto: 'tcp6', family: 6, local_address: '::', rx_queue: 0, tx_queue: 0, timer: 4, timer_ticks: 100, line: 3 },
    ],
  };

  test('any address is *, families look alike, a listener has no queue, the state is 12 wide', () => {
    expect(old('-lt', { rows }).out.split('\n').slice(2)).toEqual([
      'tcp        0      0 *:ssh                   *:*                     LISTEN      ',
      'tcp        0      0 *:ssh                   *:*                     LISTEN      ',
      '',
    ]);
    expect(run('-lt', { rows }).out).toContain('tcp        3      0 0.0.0.0:ssh             0.0.0.0:*               LISTEN     \n');
    expect(old('-lton', { rows }).out).toContain(
      'tcp        0      0 :::22                   :::*                    LISTEN      unkn-4 (1.00/',
    );
  });

  test('a program is what stands behind its last slash', () => {
    expect(run('-ltnp').out).toContain(' 20/');
    expect(programName('sshd: user@pts/0', true).toString()).toBe('0');
    expect(programName('sshd: user@pts/0').toString()).toBe('sshd: user@pts/0');
  });

  test('interfaces have a metric', () => {
    const lo = { net_ns: 7, pass: 'A', mtu: 16436, flags: 0x49, operstate: 'unknown', source_id: 1, name: 'lo', line: 3 };
    const received = { rx_packets: 14, rx_errors: 0, rx_dropped: 0, rx_fifo: 0 };
    const interfaces = [{ ...lo, ...received, tx_packets: 14, tx_errors: 0, tx_dropped: 0, tx_fifo: 0 }];
    expect(old('-i', { rows: { captures, interfaces } }).out).toBe(
      'Kernel Interface table\n' +
        'Iface       MTU Met    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n' +
        'lo        16436   0       14      0      0      0       14      0      0      0 LRU\n',
    );
  });

  test('what came later is not there', () => {
    expect(() => old('-tW')).toThrow("invalid option -- 'W'");
    expect(() => run('--compat netstat=1.42 -t')).toThrow('--compat takes netstat=2.10 or netstat=1.60');
  });

  test('inodes of unix sockets are 6 wide', () => {
    const unix = {
      net_ns: 7,
      pass: 'A',
      refcount: 2,
      flags: 0x10000,
      listening: 1,
      type_raw: 1,
      state_raw: 1,
      inode: 819,
      source_id: 1,
      line: 2,
    };
    const sockets_unix = [{ ...unix, path: 'private/smtp x' }];
    expect(old('-xl --strict', { rows: { captures, sockets_unix } }).out).toBe(
      'Active UNIX domain sockets (only servers)\n' +
        'Proto RefCnt Flags       Type       State         I-Node Path\n' +
        'unix  2      [ ACC ]     STREAM     LISTENING     819    private/smtp\n',
    );
  });
});

test('interfaces that are down are shown with -a, sorted by the number in their name', () => {
  const eth = { net_ns: 7, pass: 'A', mtu: 1500, source_id: 1, rx_packets: 5865, rx_errors: 1, rx_dropped: 2, rx_fifo: 3 };
  const sent = { tx_packets: 3539, tx_errors: 7, tx_dropped: 8, tx_fifo: 9 };
  const interfaces = [
    { ...eth, ...sent, name: 'eth10', flags: 0x1043, line: 3 },
    { ...eth, ...sent, name: 'eth2', flags: 0x1002, line: 4 },
  ];
  const rows = { captures: [{ own_net_ns: 7 }], interfaces };
  const line = 'eth10            1500     5865      1      2 3          3539      7      8      9 BMRU';
  expect(run('-i', { rows }).out.split('\n').slice(2, -1)).toEqual([line]);
  expect(run('-ia', { rows }).out.split('\n').slice(2, -1)).toEqual([
    'eth2             1500     5865      1      2 3          3539      7      8      9 BM',
    line,
  ]);
});

test('routes and groups are those of the first pass', () => {
  const route = {
    net_ns: 7,
    family: 4,
    destination: '0.0.0.0',
    mask: '0.0.0.0',
    gateway: '192.0.2.1',
    interface: 'eth0',
    flags: 3,
    metric: 0,
  };
  const rest = { refcount: 0, use: 0, mtu: 0, window: 0, irtt: 0 };
  const group = { net_ns: 7, source: 'igmp', interface: 'eth0', users: 1, group_address: '224.0.0.1' };
  const both = <R extends object>(row: R) => [1, 2].map((source_id) => ({ ...row, source_id, line: 2 }));
  const rows = {
    captures: [{ own_net_ns: 7 }],
    sources: [
      { source_id: 1, path: 'proc/net/route', pass: 'A', bytes: 1 },
      { source_id: 2, path: 'passB/proc/net/route', pass: 'B', bytes: 1 },
    ],
    routes: both({ ...route, ...rest }),
    multicast: both(group),
  };
  expect(run('-rn', { rows }).out.split('\n').slice(2, -1)).toEqual([
    '0.0.0.0         192.0.2.1       0.0.0.0         UG        0 0          0 eth0',
  ]);
  expect(run('-gn', { rows }).out.split('\n').slice(3, -1)).toEqual(['eth0            1      224.0.0.1']);
  expect(run('-r', { rows, format: 'jsonl' }).out.match(/\n/g)).toHaveLength(1);
});

test.each([
  ['-Q', 3, /^netstat: invalid option -- 'Q'\nusage/],
  ['--num', 3, /ambiguous; possibilities: '--numeric' '--numeric-hosts'/],
  ['-ir', 3, /^usage/],
  ['-A foo', 1, /^Unknown address family `foo'\.$/],
  ['-s -4 -6', 1, /one family/],
  ['-M', 1, /^netstat: no support for `ip_masquerade' on this system\.$/],
  ['--compat netstat=1.60 -ie', 1, /2\.10 only/],
])('netstat %s is refused', (line, exit, message) => {
  expect(() => run(line)).toThrow(expect.objectContaining({ exit, message: expect.stringMatching(message) }));
});

describe('SCTP', () => {
  const common = { net_ns: 7, pass: 'A', source_id: 1, local_port: 3868, uid: 5, inode: 900 };
  const rows = {
    captures: [{ own_net_ns: 7 }],
    sources: [{ source_id: 1, path: 'proc/net/sctp/eps', pass: 'A', bytes: 9 }],
    sockets_sctp: [
      { ...common, kind: 'association', remote_port: 5000, local_addresses: '*192.0.2.1 2001:0DB8::0001 192.0.2.3', line: 2 },
      { ...common, kind: 'endpoint', local_addresses: '0.0.0.0 2001:0DB8::0001', socket_state: 10, line: 2 },
    ].map((row) =>
      row.kind === 'endpoint' ? row : { ...row, remote_addresses: '*198.51.100.9', socket_state: 99, tx_queue: 4, rx_queue: 0 },
    ),
  };

  test('endpoints and associations have a line for each address, owner and inode behind the last', () => {
    expect(run('-Sne', { rows }).out.split('\n').slice(2, -1)).toEqual([
      'sctp                0.0.0.0:3868                                    LISTEN     ',
      '                    2001:db8::1:3868                                            5          900       ',
      'sctp       0      4 192.0.2.1:3868          198.51.100.9:5000       UNKNOWN(99)',
      '                    2001:db8::1                                                ',
      '                    192.0.2.3                                                   5          900       ',
    ]);
  });

  test('other formats have one row an association', () => {
    const made = run('-Sn', { rows, format: 'jsonl' }).out.trimEnd().split('\n');
    expect(made.map((line) => JSON.parse(line))).toMatchObject([
      { proto: 'sctp', local_address: '0.0.0.0 2001:0DB8::0001', local_port: 3868, remote_port: null, state: 'LISTEN' },
      { proto: 'sctp', remote_address: '*198.51.100.9', remote_port: 5000, send_q: 4, state: 'UNKNOWN(99)' },
    ]);
  });
});

describe('-Z', () => {
  const label = `system_u:system_r:${'x'.repeat(40)}_t:s0`;
  const mounts = [{ mnt_ns: 1, fstype: 'selinuxfs', source_id: 9, line: 1 }];
  const processes = [{ pid: 100, name: 'b', label }];

  test('adds the program and the last 49 bytes of its label', () => {
    const { out } = run('-tlnZ', { rows: { ...HOST, fds: [{ pid: 100, tid: 0, fd: 3, socket_inode: 100 }], mounts, processes } });
    expect(out.split('\n').slice(1, -1)).toEqual([
      `Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name     Security Context${' '.repeat(33)}`,
      `tcp        1      0 127.0.0.1:22            0.0.0.0:*               LISTEN      100/sshd: user@pts/  ${label.slice(-49)} `,
    ]);
  });

  test('is refused as by the live tool where the host has no SELinux', () => {
    expect(() => run('-tlZ')).toThrow(expect.objectContaining({ exit: 1, message: 'SELinux is not enabled on this machine.' }));
  });
});

test('groups among sockets are rows of their own in other formats', () => {
  const rows = {
    captures: [{ own_net_ns: 7 }],
    sources: [{ source_id: 4, path: 'proc/net/igmp', pass: 'A', bytes: 9 }],
    multicast: [{ net_ns: 7, source: 'igmp', interface: 'eth0', users: 1, group_address: '224.0.0.1', source_id: 4, line: 3 }],
    sockets_inet: [{ ...LISTENER, inode: 100, source_id: 1, line: 2 }],
  };
  const made = run('-tlg', { rows, format: 'jsonl' }).out.trimEnd().split('\n');
  expect(made.map((line) => JSON.parse(line))).toMatchObject([
    { proto: 'tcp', interface: null, users: null },
    { proto: 'igmp', local_address: '224.0.0.1', interface: 'eth0', users: 1, line: 3 },
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
  expect(run('-ie', { rows }).out.split('\n').slice(1, 21)).toEqual([
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

test('a table that was asked for and is not in the capture is said', () => {
  expect(run('-S')).toMatchObject({ code: 1, err: 'netstat: the capture has no /proc/net/sctp/eps\n' });
});
