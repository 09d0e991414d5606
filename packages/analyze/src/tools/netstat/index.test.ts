import { describe, expect, test } from 'vitest';
import { type TestRows, testCase } from '../../../../../test/support/case.ts';
import { runTool } from '../../../../../test/support/tool.ts';
import type { Format, NetnsChoice } from '../tool.ts';
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

const run = (line: string, options: { rows?: TestRows; format?: Format; netns?: NetnsChoice } = {}): ReturnType<typeof runTool> =>
  runTool(netstat, line, options.rows ?? HOST, options);

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

test('holders without arguments have their name in brackets, and none with --strict', () => {
  const rows = { ...HOST, process_args: [] };
  expect(run('-ltnp', { rows }).out).toMatch(/LISTEN {6}3\/\[zombie\] +\n/);
  expect(run('-ltnp --strict', { rows }).out).toMatch(/LISTEN {6}- +\n/);
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

test('a table that was asked for and is not in the capture is said', () => {
  expect(run('-S')).toMatchObject({ code: 1, err: 'netstat: the capture has no /proc/net/sctp/eps\n' });
});

describe('-C', () => {
  const route = {
    net_ns: 7,
    family: 6,
    destination: '2001:db8::',
    prefix: 64,
    gateway: 'fe80::1',
    interface: 'eth0',
    metric: 1,
  };
  const rows: TestRows = {
    ...HOST,
    routes: [
      { ...route, flags: 1, source_id: 1, line: 1 },
      { ...route, destination: '2001:db8::7', prefix: 128, flags: 0x1000001, source_id: 1, line: 2 },
      { ...route, family: 4, destination: '0.0.0.0', prefix: 0, mask: '0.0.0.0', gateway: '192.0.2.1', flags: 3, source_id: 1, line: 2 },
    ],
  };
  const said = (line: string): string => runTool(netstat, line, rows).out;

  test('with -r is the routing cache, of which IPv4 has none', () => {
    const title = 'Kernel IP routing cache\nSource          Destination     Gateway         Flags ';
    expect(said('-rC')).toBe(`${title}  MSS Window  irtt Iface\n`);
    expect(said('-rCe')).toBe(`${title}Metric Ref    Use Iface\n`);
    expect(said('-rCn6')).toMatch(/^Kernel IPv6 routing cache\nDestination .*\n2001:db8::7\/128 .*\n$/);
    expect(said('-rn6')).toMatch(/^Kernel IPv6 routing table\nDestination .*\n2001:db8::\/64 .*\n$/);
    expect(said('-rCFn')).toBe(said('-rn') + said('-rC'));
    expect(said('-rCFn6')).toBe(said('-rn6') + said('-rCn6'));
  });

  test('without it changes nothing', () => {
    expect(said('-tanC')).toBe(said('-tan'));
  });

  test.each([
    ['-rC', 0],
    ['-rC6', 1],
    ['-r', 1],
  ])('netstat %s as records: %i', (line, count) => {
    expect(JSON.parse(runTool(netstat, line, rows, { format: 'json' }).out)).toHaveLength(count);
  });
});
