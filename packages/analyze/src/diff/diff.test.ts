import { expect, test } from 'vitest';
import { type TestRows, testCase } from '../../../../test/support/case.ts';
import { withSocketKeys } from '../../../../test/support/socket-keys.ts';
import { KINDS, type Kind } from './change.ts';
import { weaknesses } from './comparable.ts';
import { differences } from './diff.ts';
import { sideOf } from './side.ts';

const CAPTURE = {
  kind: 'coldstat',
  complete: 1,
  host: 'h',
  boot_id: 'b',
  own_net_ns: 1,
  own_pid_ns: 2,
  own_mnt_ns: 3,
  own_pid: 90,
  started_ns: 1,
};
type Row = Readonly<Record<string, unknown>>;

/** The rows of two captures, as lines `change kind identity [field: before -> after]`. */
function compared(
  before: Record<string, Row[]>,
  after: Record<string, Row[]>,
  captures: readonly Row[] = [{}, {}],
  only: readonly Kind[] = KINDS,
): string[] {
  const rows: Record<string, Row[]> = { captures: captures.map((c, i) => ({ ...CAPTURE, capture_id: i + 1, started_ns: i, ...c })) };
  for (const table of new Set([...Object.keys(before), ...Object.keys(after)])) {
    rows[table] = [1, 2].flatMap((capture_id) => ((capture_id === 1 ? before : after)[table] ?? []).map((row) => ({ ...row, capture_id })));
  }
  rows['sources'] = [1, 2].flatMap((capture_id) =>
    sourcesOf(capture_id, rows, ((capture_id === 1 ? before : after)['sources'] ?? []) as Row[]),
  );
  rows['mounts'] ??= [];
  const db = testCase(withSocketKeys(rows as TestRows));
  const found = [...differences(db, sideOf(db, 1), sideOf(db, 2), new Set(only))];
  db.close();
  return found.map((c) => `${c.change} ${c.kind} ${c.identity}${c.field === null ? '' : ` ${c.field}: ${c.before} -> ${c.after}`}`);
}

const NET = [
  ...['tcp', 'udp', 'raw'].flatMap((p) => [p, `${p}6`]),
  'unix',
  'netlink',
  'packet',
  'dev',
  'route',
  'ipv6_route',
  'fib_trie',
  'if_inet6',
];

/** A capture that read every file whole, for each network namespace of its rows and for the lists of descriptors; but for what `other` says of a path. */
function sourcesOf(capture_id: number, rows: Record<string, Row[]>, other: readonly Row[]): Row[] {
  const mine = Object.values(rows).flatMap((list) => list.filter((row) => row['capture_id'] === capture_id));
  const namespaces = new Set([1, ...mine.flatMap((row) => (typeof row['net_ns'] === 'number' ? [row['net_ns']] : []))]);
  const net = [...namespaces].flatMap((net_ns) =>
    NET.map((file) => ({ path: `proc/${net_ns === 1 ? '' : `${net_ns}/`}net/${file}`, net_ns })),
  );
  const host = ['etc/passwd', 'etc/services', 'proc/modules'].map((path) => ({ path }));
  const lists = (rows['processes'] ?? [])
    .filter((p) => p['capture_id'] === capture_id)
    .map((p) => ({ path: `proc/${p['pid']}/fd.list`, parser: 'fd-list', pid: p['pid'] }));
  const whole = [...net, ...host, ...lists].map((row, i) => ({ capture_id, source_id: 1000 + i, entry: i, ...row }));
  return whole.map((row) => ({ ...row, ...other.find((o) => o['path'] === row.path) }));
}

const process = (pid: number, name: string, more: Row = {}): Row => ({
  pid,
  name,
  start_ticks: pid * 10,
  pid_ns: 2,
  parent: 1,
  path: `/bin/${name}`,
  cmdline: name,
  uid: 0,
  kernel_thread: 0,
  ...more,
});
const listener = (port: number, inode: number, more: Row = {}): Row => ({
  net_ns: 1,
  pass: 'A',
  proto: 'tcp',
  local_address: '0.0.0.0',
  local_port: port,
  remote_address: '0.0.0.0',
  remote_port: 0,
  state: 'LISTEN',
  state_raw: 10,
  inode,
  ...more,
});
const connection = (port: number, inode: number, more: Row = {}): Row =>
  listener(port, inode, { remote_address: '9.9.9.9', remote_port: 5, state: 'ESTABLISHED', state_raw: 1, ...more });
const fd = (pid: number, n: number, inode: number): Row => ({
  pid,
  tid: 0,
  fd: n,
  kind: 'socket',
  target: `socket:[${inode}]`,
  socket_inode: inode,
});

const HOST = {
  processes: [process(5, 'sshd'), process(6, 'worker')],
  sockets_inet: [listener(22, 100), connection(22, 101)],
  fds: [fd(5, 3, 100), fd(6, 4, 101)],
  users: [{ name: 'root', uid: 0, shell: '/bin/sh' }],
  services: [{ name: 'ssh', port: 22, protocol: 'tcp' }],
  interfaces: [{ net_ns: 1, pass: 'A', name: 'eth0', mtu: 1500, rx_bytes: 5 }],
  modules: [{ name: 'ext4', size: 5, refcount: 1 }],
};

test('an unchanged host', () => {
  const later = {
    ...HOST,
    processes: HOST.processes.map((p) => ({ ...p, state: 'R', user_ticks: 99, threads: 3 })),
    sockets_inet: HOST.sockets_inet.map((s) => ({ ...s, rx_queue: 7, timer: 2, slot: 9 })),
    fds: HOST.fds.map((f) => ({ ...f, pos: 5 })),
    interfaces: HOST.interfaces.map((i) => ({ ...i, rx_bytes: 10 })),
    modules: [{ name: 'ext4', size: 5, refcount: 9 }],
  };
  expect(compared(HOST, later)).toEqual([]);
});

test('rows that one pass lost, doubled or added are no change', () => {
  const [a, b] = HOST.sockets_inet;
  const passes = { ...HOST, sockets_inet: [a, a, { ...a, pass: 'B' }, { ...b, pass: 'B' }] as Row[] };
  expect(compared(HOST, passes)).toEqual([]);
  expect(compared(passes, HOST)).toEqual([]);
});

test('the capture and its children are no change', () => {
  const own = {
    processes: [...HOST.processes, process(90, 'node'), process(91, 'node', { parent: 90 }), process(92, 'node', { parent: 91 })],
    sockets_inet: [...HOST.sockets_inet, connection(7, 300), listener(8, 301)],
    sockets_unix: [
      { net_ns: 1, pass: 'A', inode: 302, state_raw: 3 },
      { net_ns: 1, pass: 'B', inode: 303, state_raw: 3 },
    ],
    fds: [...HOST.fds, fd(91, 3, 300), fd(92, 3, 301), fd(90, 4, 302)],
  };
  expect(compared(HOST, { ...HOST, ...own })).toEqual([]);
});

test('a process in place: exe, cwd, and what else it may change', () => {
  const changed = [process(5, 'sshd', { path: '/tmp/x', cwd: '/', euid: 7 }), process(6, 'renamed')];
  expect(
    compared(
      { processes: [process(5, 'sshd', { cwd: '/root', euid: 0 }), process(6, 'worker', { path: '/bin/renamed', cmdline: 'renamed' })] },
      { processes: changed },
    ),
  ).toEqual([
    'changed process 5 sshd euid: 0 -> 7',
    'changed process 6 renamed name: worker -> renamed',
    'changed exe 5 sshd path: /bin/sshd -> /tmp/x',
    'changed cwd 5 sshd cwd: /root -> /',
  ]);
});

test('a pid that was used again is another process; a program started again is replaced', () => {
  expect(compared({ processes: [process(5, 'sshd')] }, { processes: [process(5, 'evil', { start_ticks: 99 })] })).toEqual([
    'removed process 5 sshd',
    'added process 5 evil',
  ]);
  expect(compared({ processes: [process(5, 'sshd')] }, { processes: [process(8, 'sshd')] })).toEqual([
    'replaced process 8 sshd pid: 5 -> 8',
  ]);
});

test('a process that ended while it was read has no more than a name: it is not the one of that name that came', () => {
  const ended = process(40, 'MainThread', { path: null, path_errno: 'ENOENT', cmdline: null, uid: null, start_ticks: null });
  const started = process(50, 'MainThread', {
    path: '/bin/node',
    cmdline: 'node server.js',
    cmdline_raw: Buffer.from('node\0server.js\0'),
  });
  const told = ['removed process 40 MainThread', 'added process 50 MainThread'];
  expect(compared({ processes: [ended] }, { processes: [started] })).toEqual(told);
  expect(compared({ processes: [ended] }, { processes: [started] }, [{}, { boot_id: 'c' }])).toEqual(told);
  const zombie = process(41, 'MainThread', { state: 'Z', path: null, path_errno: 'ENOENT', cmdline: '', cmdline_raw: Buffer.alloc(0) });
  expect(compared({ processes: [started] }, { processes: [zombie] })).toEqual([
    'removed process 50 MainThread',
    'added process 41 MainThread',
  ]);
  // Of its number, too: nothing that it was says that it is another one, or the same.
  const [one, two] = [process(40, 'a', { start_ticks: null }), process(40, 'b', { cmdline: 'b' })];
  expect(compared({ processes: [one] }, { processes: [two] })).toEqual(['removed process 40 a', 'added process 40 b']);
  // Arguments that only the one shows and a file that only the other shows say nothing, either; what both show does.
  const [args, file] = [{ path: null, cmdline_raw: Buffer.from('x\0') }, { cmdline_raw: null }];
  expect(compared({ processes: [process(5, 'x', args)] }, { processes: [process(8, 'x', file)] })).toHaveLength(2);
  expect(compared({ processes: [process(5, 'x', args)] }, { processes: [process(8, 'x', { cmdline_raw: Buffer.from('x\0') })] })).toEqual([
    'replaced process 8 x pid: 5 -> 8',
  ]);
  // Across boots one whose program was refused may be it.
  const refused = process(40, 'MainThread', { path: null, path_errno: 'EACCES', cmdline: null });
  expect(compared({ processes: [refused] }, { processes: [started] }, [{}, { boot_id: 'c' }])).toEqual([]);
});

test('an upgrade deletes the file of a program that runs on: that is a change of it, and its restart is the same program', () => {
  const upgraded = { path: '/bin/svcd (deleted)', path_deleted: 1 };
  const running = { processes: [process(6, 'svcd', upgraded)] };
  expect(compared({ processes: [process(6, 'svcd')] }, running)).toEqual(['changed exe 6 svcd deleted: 0 -> 1']);
  const again = { processes: [process(61, 'svcd')] };
  expect(compared(running, again)).toEqual(['replaced process 61 svcd pid: 6 -> 61', 'changed exe 61 svcd deleted: 1 -> 0']);
  expect(compared(running, again, [{}, { boot_id: 'c' }])).toEqual(['changed exe 61 svcd deleted: 1 -> 0']);
});

test('what is unknown on one side is no change', () => {
  expect(
    compared({ processes: [process(5, 'sshd', { cwd: '/' })] }, { processes: [process(5, 'sshd', { cwd: null, path: null })] }),
  ).toEqual([]);
});

test('a worker of the kernel bears the name of its work', () => {
  const worker = (name: string) => ({ processes: [process(9, name, { kernel_thread: 1, path: null, cmdline: null })] });
  expect(compared(worker('kworker/0:1-events'), worker('kworker/0:1+mm_percpu_wq'))).toEqual([]);
});

test('listeners: new, gone, another socket, another owner, one more owner', () => {
  const host = (sockets_inet: Row[], fds: Row[] = []): Record<string, Row[]> => ({
    processes: [process(5, 'a'), process(6, 'b')],
    sockets_inet,
    fds,
  });
  const only: Kind[] = ['listener'];
  const run = (a: Record<string, Row[]>, b: Record<string, Row[]>) => compared(a, b, [{}, {}], only);
  expect(run(host([]), host([listener(80, 7)]))).toEqual(['added listener tcp 0.0.0.0:80']);
  expect(run(host([listener(80, 7)]), host([]))).toEqual(['removed listener tcp 0.0.0.0:80']);
  expect(run(host([listener(80, 7)], [fd(5, 3, 7)]), host([listener(80, 8)], [fd(6, 3, 8)]))).toEqual([
    'replaced listener tcp 0.0.0.0:80 socket: inode 7 held by 5 a exe=/bin/a -> inode 8 held by 6 b exe=/bin/b',
  ]);
  expect(run(host([listener(80, 7)], [fd(5, 3, 7)]), host([listener(80, 7)], [fd(6, 3, 7)]))).toEqual([
    'replaced listener tcp 0.0.0.0:80 holders: 5 a exe=/bin/a -> 6 b exe=/bin/b',
  ]);
  expect(run(host([listener(80, 7)], [fd(5, 3, 7)]), host([listener(80, 7)], [fd(5, 3, 7), fd(6, 3, 7)]))).toEqual([
    'changed listener tcp 0.0.0.0:80 holders: 5 a exe=/bin/a -> 5 a exe=/bin/a, 6 b exe=/bin/b',
  ]);
  // Two sockets on one address (SO_REUSEPORT): the one that stayed is no change.
  expect(run(host([listener(80, 7), listener(80, 8)]), host([listener(80, 8)]))).toEqual(['removed listener tcp 0.0.0.0:80']);
});

test('connections: state, end of life, the accept queue, an address used again', () => {
  const run = (a: Row[], b: Row[]) => compared({ sockets_inet: a }, { sockets_inet: b });
  expect(run([connection(1, 7)], [connection(1, 7, { state: 'CLOSE_WAIT', state_raw: 8 })])).toEqual([
    'changed outbound tcp 0.0.0.0:1 - 9.9.9.9:5 state: ESTABLISHED -> CLOSE_WAIT',
  ]);
  expect(run([connection(1, 7)], [connection(1, 0, { state: 'TIME_WAIT', state_raw: 6, mini: 1 })])).toEqual([
    'changed outbound tcp 0.0.0.0:1 - 9.9.9.9:5 state: ESTABLISHED inode 7 -> TIME_WAIT',
  ]);
  expect(run([connection(1, 0)], [connection(1, 7)])).toEqual([
    'changed outbound tcp 0.0.0.0:1 - 9.9.9.9:5 state: ESTABLISHED -> ESTABLISHED inode 7',
  ]);
  expect(run([connection(1, 7)], [connection(1, 8)])).toEqual([
    'replaced outbound tcp 0.0.0.0:1 - 9.9.9.9:5 socket: ESTABLISHED inode 7 -> ESTABLISHED inode 8',
  ]);
  expect(run([connection(1, 0)], [connection(1, 0)])).toEqual([]);
  expect(run([connection(1, 7)], [connection(1, 7, { net_ns: 2 })])).toHaveLength(2);
});

test('descriptors of the processes that stayed', () => {
  const file = (pid: number, n: number, target: string): Row => ({ pid, tid: 0, fd: n, kind: 'file', target });
  const processes = [process(5, 'a')];
  expect(
    compared(
      { processes, fds: [file(5, 1, '/a'), file(5, 2, '/b'), file(5, 3, '/c')] },
      { processes: [...processes, process(7, 'new')], fds: [file(5, 1, '/a'), file(5, 2, '/B'), file(5, 4, '/d'), file(7, 1, '/x')] },
      [{}, {}],
      ['descriptor'],
    ),
  ).toEqual(['changed descriptor 5 a fd 2 target: /b -> /B', 'removed descriptor 5 a fd 3', 'added descriptor 5 a fd 4']);
});

test('a descriptor directory that could not be read has lost nothing', () => {
  const before = { processes: [process(5, 'a')], fds: [{ pid: 5, tid: 0, fd: 1, target: '/a' }] };
  expect(compared(before, { processes: [process(5, 'a', { fd_errno: 'EACCES' })] }, [{}, {}], ['descriptor'])).toEqual([]);
});

test('users, services, interfaces, modules', () => {
  const after = {
    ...HOST,
    users: [
      { name: 'root', uid: 0, shell: '/bin/bash' },
      { name: 'toor', uid: 0 },
    ],
    services: [{ name: 'ssh', port: 2222, protocol: 'tcp' }],
    interfaces: [
      { net_ns: 1, pass: 'B', name: 'eth0', mtu: 9000 },
      { net_ns: 1, pass: 'A', name: 'tun0' },
    ],
    modules: [{ name: 'rootkit', size: 5 }],
  };
  expect(compared(HOST, after)).toEqual([
    'changed user root shell: /bin/sh -> /bin/bash',
    'added user toor',
    'removed module ext4',
    'added module rootkit',
    'changed interface eth0 mtu: 1500 -> 9000',
    'added interface tun0',
    'removed service ssh 22/tcp',
    'added service ssh 2222/tcp',
  ]);
});

test('across boots: by program and address, whatever the numbers', () => {
  const after = {
    ...HOST,
    processes: [process(500, 'sshd'), process(600, 'other')],
    sockets_inet: [listener(22, 9, { net_ns: 77 }), connection(23, 10, { net_ns: 77 })],
    fds: [fd(500, 3, 9)],
    interfaces: [{ net_ns: 77, pass: 'A', name: 'eth0', mtu: 1500 }],
  };
  expect(compared(HOST, after, [{}, { boot_id: 'c', own_net_ns: 77 }])).toEqual([
    'added outbound tcp 0.0.0.0:23 - 9.9.9.9:5',
    'removed process 6 worker',
    'added process 600 other',
    'removed socket tcp 0.0.0.0:22 - 9.9.9.9:5',
  ]);
});

test('captures of different network namespaces: what each shows of its own is told with the namespace', () => {
  const at = (net_ns: number) => ({
    sockets_inet: [listener(80, net_ns, { net_ns })],
    interfaces: [{ net_ns, pass: 'A', name: 'eth0', mtu: 1500 }],
  });
  const own = (net: number, own_pid_ns = 2): Row => ({ own_net_ns: net, own_pid_ns, own_cap_eff: '000001ffffffffff' });
  const found = ['removed listener tcp 0.0.0.0:80 in net:[7]', 'added listener tcp 0.0.0.0:80 in net:[8]'];
  const only: Kind[] = ['listener', 'interface'];
  expect(compared(at(7), at(8), [own(7), own(8)], only)).toEqual([
    ...found,
    'removed interface eth0 in net:[7]',
    'added interface eth0 in net:[8]',
  ]);
  // In another pid namespace than the first one nobody meets who lives in the other namespaces: they may be there.
  expect(compared(at(7), at(8), [own(7), own(8, 3)], only)).toEqual([]);
  expect(compared(at(7), at(8), [own(7, 0xeffffffc), own(8, 3)], only)).toEqual([
    'added listener tcp 0.0.0.0:80 in net:[8]',
    'added interface eth0 in net:[8]',
  ]);
});

test('processes of different pid namespaces: by program, whatever their numbers and those of others', () => {
  const host = (pid: number) => ({ processes: [process(pid, 'r2svc')], sockets_inet: [listener(80, 7)], fds: [fd(pid, 3, 7)] });
  const elsewhere = [{}, { own_pid_ns: 3 }];
  expect(compared(host(25), host(25), elsewhere)).toEqual([]);
  expect(compared(host(25), host(31), elsewhere)).toEqual([]);
});

test('what makes a comparison weaker is said', () => {
  const notes = (a: Row, b: Row): string => {
    const db = testCase({
      captures: [
        { ...CAPTURE, capture_id: 1, ...a },
        { ...CAPTURE, capture_id: 2, ...b },
      ],
    } as TestRows);
    const found = weaknesses(sideOf(db, 1), sideOf(db, 2)).join('\n');
    db.close();
    return found;
  };
  expect(notes({}, {})).toBe('');
  expect(notes({}, { host: 'x' })).toContain('different hosts');
  expect(notes({}, { boot_id: 'x' })).toContain('booted between');
  expect(notes({}, { boot_id: null })).toContain('boot is not known');
  expect(notes({ own_euid: 0 }, { own_euid: 1000 })).toContain('users that captured differ (0 and 1000)');
  expect(notes({}, { own_net_ns: 9 })).toContain('network namespaces');
  expect(notes({ started_ns: 5 }, { started_ns: 4 })).toContain('the later one');
  expect(notes({}, { complete: 0 })).toContain('capture 2 is cut off');
  expect(notes({ header: '{"options":{"with":["environ"]}}' }, { header: '{"options":{"with":[]}}' })).toContain('asked for');
});
