import { KINDS, type Kind } from '../../packages/analyze/src/diff/change.ts';
import { differences } from '../../packages/analyze/src/diff/diff.ts';
import { sideOf } from '../../packages/analyze/src/diff/side.ts';
import { type TestRows, testCase } from './case.ts';
import { withSocketKeys } from './socket-keys.ts';

export const CAPTURE: Row = {
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
export type Row = Readonly<Record<string, unknown>>;

/** The rows of two captures, as lines `change kind identity [field: before -> after]`. */
export function compared(
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

export const process = (pid: number, name: string, more: Row = {}): Row => ({
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
export const listener = (port: number, inode: number, more: Row = {}): Row => ({
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
export const connection = (port: number, inode: number, more: Row = {}): Row =>
  listener(port, inode, { remote_address: '9.9.9.9', remote_port: 5, state: 'ESTABLISHED', state_raw: 1, ...more });
export const fd = (pid: number, n: number, inode: number): Row => ({
  pid,
  tid: 0,
  fd: n,
  kind: 'socket',
  target: `socket:[${inode}]`,
  socket_inode: inode,
});

export const HOST = {
  processes: [process(5, 'sshd'), process(6, 'worker')],
  sockets_inet: [listener(22, 100), connection(22, 101)],
  fds: [fd(5, 3, 100), fd(6, 4, 101)],
  users: [{ name: 'root', uid: 0, shell: '/bin/sh' }],
  services: [{ name: 'ssh', port: 22, protocol: 'tcp' }],
  interfaces: [{ net_ns: 1, pass: 'A', name: 'eth0', mtu: 1500, rx_bytes: 5 }],
  modules: [{ name: 'ext4', size: 5, refcount: 1 }],
};
