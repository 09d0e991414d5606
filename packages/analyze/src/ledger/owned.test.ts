import { expect, test } from 'vitest';
import { testCase } from '../../../../test/support/case.ts';
import { classMeanings, ownership } from './owned.ts';
import { DESCRIPTOR_REASONS, HELD_CLASSES, SOCKET_REASONS } from './reasons.ts';

const fd = (pid: number, number: number, target: string, more = {}) => ({
  pid,
  tid: 0,
  fd: number,
  target,
  ...(target.startsWith('socket:') && { kind: 'socket', socket_inode: Number(target.slice(8, -1)) }),
  flags: 2,
  ...more,
});
const tcp = (pass: string, local_port: number, inode: number, line: number) => ({
  net_ns: 1,
  pass,
  proto: 'tcp',
  local_address: '1.2.3.4',
  local_port,
  remote_address: '0.0.0.0',
  remote_port: 0,
  state: 'LISTEN',
  inode,
  mini: 0,
  source_id: pass === 'A' ? 1 : 2,
  line,
});

test('every class has a meaning and a place in the listing', () => {
  const classes = [SOCKET_REASONS, DESCRIPTOR_REASONS, HELD_CLASSES].flatMap((list) => Object.keys(list));
  expect([...classMeanings().keys()].sort()).toEqual(classes.sort());
});

test('all holders of a socket; processes with the same table are one set, its rows lead to the first pass', () => {
  const db = testCase({
    processes: [
      { pid: 1, name: 'one', state: 'S' },
      { pid: 2, name: 'two', state: 'S' },
      { pid: 3, name: 'three', state: 'S' },
    ],
    sockets_inet: [tcp('A', 80, 5, 9), tcp('B', 80, 5, 4)],
    fds: [
      ...[1, 2].flatMap((pid) => [fd(pid, 0, '/dev/null'), fd(pid, 3, 'socket:[5]')]),
      ...[fd(3, 0, '/dev/null', { flags: 0 }), fd(3, 3, 'socket:[5]'), fd(3, 4, 'socket:[5]')],
    ],
  });
  const [socket, ...more] = [...ownership(db, 1, null)];
  expect(more).toEqual([]);
  expect(socket).toMatchObject({ class: 'held', protocol: 'tcp', local: '1.2.3.4:80', passes: 'AB', sourceId: 1, line: 9 });
  expect(socket?.holders.map((h) => `${h.program} ${h.pid}/${h.tid}/${h.fd} ${h.set}`)).toEqual([
    'one 1/0/3 1',
    'two 2/0/3 1',
    'three 3/0/3 3',
    'three 3/0/4 3',
  ]);
  db.close();
});

test('by class: what nobody holds before what threads hold, before what processes hold; only those asked for', () => {
  const db = testCase({
    captures: [{ complete: 1, own_pid_ns: 4_026_531_836 }],
    processes: [
      { pid: 1, name: 'one', state: 'S' },
      { pid: 2, name: 'two', state: 'Z' },
    ],
    threads: [{ pid: 1, tid: 12, net_ns: 4 }],
    sockets_inet: [tcp('A', 80, 5, 1), tcp('A', 81, 6, 2), tcp('A', 82, 7, 3), tcp('A', 83, 8, 4)],
    fds: [
      fd(1, 3, 'socket:[5]'),
      fd(1, 3, 'socket:[6]', { tid: 12 }),
      fd(2, 3, 'socket:[7]', { tid: 22 }),
      fd(1, 9, 'socket:[9]', { tid: 12, source_id: 7, line: 5 }),
    ],
  });
  const list = (wanted: readonly string[] | null) =>
    [...ownership(db, 1, wanted === null ? null : new Set(wanted))].map((o) => `${o.class} ${o.inode} ${o.netNs} ${o.sourceId}:${o.line}`);
  expect(list(null)).toEqual([
    'unexplained 8 1 1:4',
    'thread-only 6 1 1:2',
    'dead-leader 7 1 1:3',
    'namespace-not-taken 9 4 7:5',
    'held 5 1 1:1',
  ]);
  expect(list(['held', 'unexplained'])).toEqual(['unexplained 8 1 1:4', 'held 5 1 1:1']);
  db.close();
});
