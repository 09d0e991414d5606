import { expect, test } from 'vitest';
import { type TestRows, testCase } from '../../../../test/support/case.ts';
import { CAPTURE, compared, connection, fd, HOST, listener, process, type Row } from '../../../../test/support/diff-rows.ts';
import type { Kind } from './change.ts';
import { weaknesses } from './comparable.ts';
import { sideOf } from './side.ts';

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
