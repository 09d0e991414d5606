import { describe, expect, test } from 'vitest';
import { type TestRows, testCase } from '../../../../test/support/case.ts';
import { rowlessDescriptors } from './descriptors.ts';
import { ledgerOf } from './ledger.ts';
import { ledgerLine } from './line.ts';
import { countUnheld, unheldSockets } from './ownership.ts';
import { scan, scanGroups } from './scans.ts';

const INIT_PID_NS = 4_026_531_836;
const tables = ['tcp', 'udp', 'unix', 'netlink', 'packet'].flatMap((name, i) => [
  { source_id: 10 + i, path: `proc/net/${name}`, pass: 'A', net_ns: 1, bytes: 1, entry: 10 + i },
  { source_id: 20 + i, path: `pass-b/proc/net/${name}`, pass: 'B', net_ns: 1, bytes: 1, entry: 20 + i },
]);
const BASE = { captures: [{ kind: 'coldstat', complete: 1, own_pid_ns: INIT_PID_NS }], sources: tables };

const tcp = (local_port: number, state: string, inode: number, more = {}) => ({
  net_ns: 1,
  pass: 'A',
  proto: 'tcp',
  local_address: '1.2.3.4',
  local_port,
  remote_address: '5.6.7.8',
  remote_port: 9,
  state,
  inode,
  mini: 0,
  ...more,
});
const both = <T extends object>(row: T): (T & { pass: string })[] => [
  { ...row, pass: 'A' },
  { ...row, pass: 'B' },
];

function reasons(rows: TestRows): string[] {
  const db = testCase({ ...BASE, ...rows });
  const sockets = [...unheldSockets(db, 1)];
  const counted = countUnheld(db, 1, scan(db, 1));
  db.close();
  const reasons = new Set(sockets.map((s) => s.reason));
  expect(counted).toEqual(new Map([...reasons].map((reason) => [reason, sockets.filter((s) => s.reason === reason).length])));
  return sockets.map((s) => `${s.protocol} ${s.local ?? ''} ${s.passes} ${s.reason}`);
}

test('sockets without an inode, by the state the kernel gives them', () => {
  const rows = [
    ...both(tcp(1, 'TIME_WAIT', 0, { mini: 1 })),
    tcp(2, 'FIN_WAIT2', 0, { mini: 1 }),
    tcp(3, 'SYN_RECV', 0, { mini: 1 }),
    tcp(4, 'LAST_ACK', 0),
    tcp(22, 'ESTABLISHED', 0),
    tcp(22, 'CLOSE_WAIT', 0, { remote_port: 10 }),
    tcp(22, 'LISTEN', 5, { remote_port: 0 }),
    tcp(99, 'ESTABLISHED', 0),
  ];
  const fds = [{ pid: 1, tid: 0, fd: 3, kind: 'socket', socket_inode: 5 }];
  expect(reasons({ sockets_inet: rows, fds })).toEqual([
    'tcp 1.2.3.4:1 AB time-wait',
    'tcp 1.2.3.4:2 A time-wait',
    'tcp 1.2.3.4:3 A request',
    'tcp 1.2.3.4:4 A closing',
    'tcp 1.2.3.4:22 A accept-queue',
    'tcp 1.2.3.4:22 A accept-queue',
    'tcp 1.2.3.4:99 A unexplained',
  ]);
});

test('unix and netlink', () => {
  expect(
    reasons({
      sockets_unix: [
        { net_ns: 1, pass: 'A', inode: 0, state: 'CONNECTING', path: '/a' },
        { net_ns: 1, pass: 'A', inode: 0, state: 'DISCONNECTING', path: '/b' },
        ...both({ net_ns: 1, inode: 7, state: 'CONNECTED', path: null }),
      ],
      sockets_netlink: [
        ...both({ net_ns: 1, inode: 8, port_id: 0, protocol: 0 }),
        ...both({ net_ns: 1, inode: 9, port_id: 4, protocol: 0 }),
      ],
    }),
  ).toEqual(['unix  AB unexplained', 'unix /a A embryo', 'unix /b A closing', 'netlink 0:0 AB kernel', 'netlink 0:4 AB unexplained']);
});

test('sockets of one row and of two in one table, of a namespace with the other pass and of one without', () => {
  const alone = (local_port: number, net_ns: number, pass: string) => ({ ...tcp(local_port, 'LISTEN', 30 + local_port), net_ns, pass });
  expect(
    reasons({
      sockets_inet: [alone(1, 1, 'A'), alone(2, 1, 'B'), alone(3, 2, 'A'), alone(4, 2, 'B'), ...both(tcp(5, 'LISTEN', 50))],
      sockets_netlink: [
        { net_ns: 1, pass: 'A', inode: 60, port_id: 0, protocol: 0 },
        { net_ns: 1, pass: 'A', inode: 61, port_id: 7, protocol: 0 },
      ],
    }),
  ).toEqual([
    'tcp 1.2.3.4:1 A vanished',
    'tcp 1.2.3.4:2 B appeared',
    'tcp 1.2.3.4:5 AB unexplained',
    'tcp 1.2.3.4:3 A unexplained',
    'tcp 1.2.3.4:4 B unexplained',
    'netlink 0:0 A kernel',
    'netlink 0:7 A vanished',
  ]);
});

test('a socket with an inode: one pass only, io_uring, in flight', () => {
  const sockets_inet = [
    tcp(1, 'ESTABLISHED', 11),
    { ...tcp(2, 'ESTABLISHED', 12), pass: 'B' },
    ...both(tcp(3, 'ESTABLISHED', 13)),
    ...both(tcp(4, 'ESTABLISHED', 14)),
  ];
  const ring = {
    pid: 1,
    tid: 0,
    fd: 4,
    kind: 'anon_inode',
    detail: JSON.stringify([
      ['UserFiles', '2'],
      ['0', 'socket:[13]'],
    ]),
  };
  expect(reasons({ sockets_inet, fds: [ring] })).toEqual([
    'tcp 1.2.3.4:1 A vanished',
    'tcp 1.2.3.4:2 B appeared',
    'tcp 1.2.3.4:3 AB io-uring',
    'tcp 1.2.3.4:4 AB unexplained',
  ]);
});

describe('in flight', () => {
  const waiting = (scm_fds: number) => ({ pid: 1, tid: 0, fd: 4, kind: 'socket', socket_inode: 99, scm_fds });
  const inner = { captures: [{ own_pid_ns: 4_026_532_000 }] };

  test('as many sockets as files that wait in unix sockets, one queue once', () => {
    const two = [...both(tcp(4, 'ESTABLISHED', 14)), ...both(tcp(5, 'ESTABLISHED', 15))];
    const reason = (scm_fds: number, more = {}) =>
      new Set(
        reasons({ sockets_inet: two, fds: [waiting(scm_fds), { ...waiting(scm_fds), pid: 2 }], ...more }).map((r) => r.split(' ').at(-1)),
      );
    expect(reason(2, inner)).toEqual(new Set(['in-flight']));
    expect(reason(1, inner)).toEqual(new Set(['other-pid-namespace']));
    expect(reason(1)).toEqual(new Set(['unexplained']));
  });
});

test('a kernel that does not count what is in flight leaves it open', () => {
  const unix = both({ net_ns: 1, inode: 99, state: 'CONNECTED' });
  const fd = { pid: 1, tid: 0, fd: 4, kind: 'socket', socket_inode: 99, info_source_id: 5 };
  const reason = (scm_fds: number | null) =>
    reasons({ sockets_inet: both(tcp(4, 'LISTEN', 14)), sockets_unix: unix, fds: [{ ...fd, scm_fds }] });
  expect(reason(null)).toEqual(['tcp 1.2.3.4:4 AB in-flight']);
  expect(reason(0)).toEqual(['tcp 1.2.3.4:4 AB unexplained']);
});

test('a row that a name may have forged is no socket in want of a holder', () => {
  const unix = { net_ns: 1, inode: 77, state: 'UNCONNECTED', path: '/x', ambiguous: 1 };
  expect(
    reasons({
      sockets_unix: [
        { ...unix, pass: 'A', source_id: 12, line: 3 },
        { ...unix, pass: 'B', source_id: 22, line: 3 },
      ],
      net_protocols: ['A', 'B'].map((pass) => ({ net_ns: 1, pass, protocol: 'UNIX', sockets: 0 })),
      fds: [{ pid: 1, tid: 0, fd: 4, kind: 'socket', socket_inode: 99, scm_fds: 1 }],
    }),
  ).toEqual(['unix /x AB forged']);
});

test.each([
  ['unreadable', { processes: [{ pid: 3, state: 'S', kernel_thread: 0, fd_errno: 'EACCES' }] }],
  ['unexplained', { processes: [{ pid: 3, state: 'S', kernel_thread: 1, fd_errno: 'EACCES' }] }],
  ['unexplained', { processes: [{ pid: 3, state: 'S', kernel_thread: 0, fd_errno: 'ENOENT' }] }],
  ['unreadable', { captures: [{ complete: 0, own_pid_ns: INIT_PID_NS }] }],
  ['unreadable', { captures: [{ complete: 1, exit: 'timeout', own_pid_ns: INIT_PID_NS }] }],
  ['covered', { mounts: [{ mount_point: '/proc/77', fstype: 'tmpfs' }] }],
  ['other-pid-namespace', { captures: [{ own_pid_ns: 4_026_532_000 }] }],
  [
    'unreadable',
    { captures: [{ own_pid_ns: 4_026_532_000 }], processes: [{ pid: 3, state: 'S', kernel_thread: 0, fd_errno: 'EACCES', net_ns: null }] },
  ],
])('%s', (reason, more) => {
  expect(reasons({ sockets_inet: both(tcp(4, 'LISTEN', 14)), ...more })).toEqual([`tcp 1.2.3.4:4 AB ${reason}`]);
});

test('descriptors without a row', () => {
  const db = testCase({
    ...BASE,
    processes: [
      { pid: 1, net_ns: 1 },
      { pid: 2, net_ns: 2 },
    ],
    sockets_unix: [{ net_ns: 1, pass: 'B', inode: 5 }],
    fds: [
      { pid: 1, tid: 0, fd: 3, kind: 'socket', socket_inode: 5 },
      { pid: 1, tid: 0, fd: 4, kind: 'socket', socket_inode: 6 },
      { pid: 2, tid: 0, fd: 5, kind: 'socket', socket_inode: 7 },
    ],
  });
  expect(rowlessDescriptors(db, 1, scanGroups(db, 1)).rowless.map((d) => [d.pid, d.fd, d.reason])).toEqual([
    [1, 4, 'untabled'],
    [2, 5, 'namespace-not-taken'],
  ]);
  db.close();
});

test.each([
  [5, 'untabled'],
  [4, 'untabled'],
  [3, 'untabled-or-unseen-namespace'],
  [2, 'unseen-namespace'],
])('two descriptors without a row, where the kernel counts %i sockets and two have rows: %s', (value, reason) => {
  const db = testCase({
    ...BASE,
    captures: [{ kind: 'coldstat', complete: 1, own_pid_ns: INIT_PID_NS, kernel_release: '6.1.0-1-amd64' }],
    counters: ['A', 'B'].map((pass) => ({ net_ns: 1, pass, file: 'sockstat', prefix: 'sockets', name: 'used', value })),
    processes: [{ pid: 1, net_ns: 1 }],
    sockets_unix: both({ net_ns: 1, inode: 5 }),
    sockets_netlink: [...both({ net_ns: 1, inode: 8, port_id: 0 }), ...both({ net_ns: 1, inode: 9, port_id: 1 })],
    sockets_inet: both(tcp(1, 'TIME_WAIT', 0, { mini: 1 })),
    fds: [6, 7].map((socket_inode) => ({ pid: 1, tid: 0, fd: socket_inode, kind: 'socket', socket_inode })),
  });
  expect(rowlessDescriptors(db, 1, scanGroups(db, 1)).rowless.map((d) => d.reason)).toEqual([reason, reason]);
  expect(ledgerOf(db, 1).find((e) => e.check === 'sockets in no table')).toMatchObject({
    expected: value - 2,
    found: 2,
    result: value === 4 ? 'holds' : 'blind',
  });
  db.close();
});

test("the kernel's own lists and names of protocols tell more of descriptors without a row", () => {
  const db = testCase({
    ...BASE,
    captures: [{ kind: 'coldstat', complete: 1, own_pid_ns: INIT_PID_NS, kernel_release: '6.1.0-1-amd64' }],
    counters: ['A', 'B'].map((pass) => ({ net_ns: 1, pass, file: 'sockstat', prefix: 'sockets', name: 'used', value: 2 })),
    processes: [{ pid: 1, net_ns: 1 }],
    diag_inet: [
      { net_ns: 1, inode: 4 },
      { net_ns: 9, inode: 5 },
    ],
    socket_protonames: [
      { inode: 4, name: 'TCP' },
      { inode: 6, name: 'UNIX-STREAM' },
      { inode: 7, name: 'UDP' },
    ],
    fds: [4, 5, 6, 7].map((socket_inode) => ({ pid: 1, tid: 0, fd: socket_inode, kind: 'socket', socket_inode })),
  });
  expect(rowlessDescriptors(db, 1, scanGroups(db, 1)).rowless.map((d) => [d.inode, d.reason])).toEqual([
    [4, 'listed-by-kernel'],
    [5, 'unseen-namespace'],
    [6, 'unseen-namespace'],
    [7, 'untabled'],
  ]);
  db.close();
});

test('holders that ordinary tools do not see', () => {
  const db = testCase({
    ...BASE,
    processes: [
      { pid: 1, state: 'S' },
      { pid: 2, state: 'Z' },
    ],
    fds: [
      { pid: 1, tid: 11, fd: 3, kind: 'socket', socket_inode: 5 },
      { pid: 2, tid: 22, fd: 3, kind: 'socket', socket_inode: 6 },
      { pid: 1, tid: 0, fd: 4, kind: 'socket', socket_inode: 7 },
      { pid: 1, tid: 11, fd: 4, kind: 'socket', socket_inode: 7 },
    ],
  });
  expect(
    ledgerOf(db, 1)
      .filter((e) => e.section === 'holder')
      .map((e) => [e.check, e.found]),
  ).toEqual([
    ['thread-only', 1],
    ['dead-leader', 1],
  ]);
  db.close();
});

test('the line', () => {
  const db = testCase({
    ...BASE,
    sources: [
      ...tables,
      { source_id: 90, path: 'proc/1/maps', pass: 'A', errno: 'EACCES' },
      { source_id: 91, path: 'proc/modules', pass: 'A', errno: 'ENOENT' },
    ],
    counters: [{ net_ns: 1, pass: 'A', file: 'sockstat', prefix: 'TCP', name: 'inuse', value: 1 }],
    processes: Array.from({ length: 1903 }, (_, i) => ({ pid: i + 1, parent: 0 })),
    sockets_inet: [tcp(1, 'TIME_WAIT', 0, { mini: 1, slot: 0 }), { ...tcp(4, 'LISTEN', 14), slot: 1 }],
    fds: [{ pid: 1, tid: 0, fd: 3, kind: 'socket', socket_inode: 14 }],
  });
  expect(ledgerLine(db, 1)).toBe(
    'ledger: 1,903 processes, 1 descriptor, 2 sockets (1 without a holder: 1 time-wait); 1 not read (EACCES); counters hold',
  );
  db.close();
});

test('the line names what is broken', () => {
  const db = testCase({
    ...BASE,
    captures: [{ kind: 'coldstat', complete: 0, own_pid_ns: INIT_PID_NS }],
    counters: [{ net_ns: 1, pass: 'A', file: 'sockstat', prefix: 'TCP', name: 'inuse', value: 2 }],
    processes: [{ pid: 5, parent: 4 }],
    sockets_inet: [{ ...tcp(4, 'TIME_WAIT', 0, { mini: 1 }), slot: 1 }],
  });
  expect(ledgerLine(db, 1)).toBe(
    'ledger: 1 process, 0 descriptors, 1 socket (1 without a holder: 1 time-wait); the archive is cut off or altered; counters BROKEN: TCP inuse; rows BROKEN: tcp rows numbered without gaps',
  );
  db.close();
});

test('a case file of somebody else puts nothing on the terminal', () => {
  const db = testCase({ ledger: [{ entry_id: 1, section: 'counters', check: '\u001b[2J', result: 'broken', basis: '' }] });
  expect(ledgerLine(db, 1)).toContain('BROKEN: \\x1b[2J');
  db.close();
});
