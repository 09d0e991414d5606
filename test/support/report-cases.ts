import type { TestRows } from './case.ts';
import { withSocketKeys } from './socket-keys.ts';

type Row = Readonly<Record<string, string | number | null | Uint8Array>>;

const CAPTURE: Row = {
  kind: 'coldstat',
  complete: 1,
  exit: 'complete',
  boot_id: 'b',
  own_net_ns: 1,
  own_pid_ns: 2,
  own_mnt_ns: 3,
  own_pid: 9,
  own_euid: 0,
  ticks_per_second: 100,
};

const capture = (id: number, more: Row = {}): Row => {
  const started = 1_790_000_000_000_000_000 + (id - 1) * 600_000_000_000;
  const clocks = { started_ns: started, ended_ns: started + 1_000_000_000, boottime_ns: 5_000_000_000_000 + (id - 1) * 600_000_000_000 };
  return { ...CAPTURE, capture_id: id, host: 'web1', ...clocks, ...more };
};

const source = (id: number): Row => ({
  capture_id: id,
  source_id: 1,
  path: 'proc/net/tcp',
  pass: 'A',
  parser: 'net-tcp',
  entry: 1,
  net_ns: 1,
});

const process = (capture_id: number, pid: number, name: Row[string], more: Row = {}): Row => ({
  capture_id,
  pid,
  parent: pid === 1 ? 0 : 1,
  name,
  path: `/bin/${name}`,
  cmdline: name ?? '',
  start_ticks: 450_000 + pid,
  start_time_ns: 1_789_999_500_000_000_000 + pid * 1_000_000_000,
  uid: 0,
  euid: 0,
  kernel_thread: 0,
  net_ns: 1,
  pid_ns: 2,
  mnt_ns: 3,
  state: 'S',
  source_id: 1,
  line: pid,
  ...more,
});

const listener = (capture_id: number, port: number, inode: number, more: Row = {}): Row => ({
  capture_id,
  net_ns: 1,
  pass: 'A',
  proto: 'tcp',
  family: 4,
  local_address: '0.0.0.0',
  local_port: port,
  remote_address: '0.0.0.0',
  remote_port: 0,
  state: 'LISTEN',
  state_raw: 10,
  inode,
  source_id: 1,
  line: inode,
  ...more,
});

const held = (capture_id: number, pid: number, fd: number, inode: number): Row => ({
  capture_id,
  pid,
  tid: 0,
  fd,
  kind: 'socket',
  target: `socket:[${inode}]`,
  socket_inode: inode,
  source_id: 1,
  line: fd,
});

/** A listener and its process that came between two captures of one boot. */
export function twoCaptures(): TestRows {
  return withSocketKeys({
    captures: [capture(1), capture(2)],
    sources: [source(1), source(2)],
    processes: [
      process(1, 1, 'init'),
      process(1, 5, 'sshd'),
      process(2, 1, 'init'),
      process(2, 5, 'sshd'),
      process(2, 77, 'backdoor', { start_ticks: 530_000 }),
    ],
    sockets_inet: [listener(1, 22, 100), listener(2, 22, 100), listener(2, 4444, 200)],
    fds: [held(1, 5, 3, 100), held(2, 5, 3, 100), held(2, 77, 3, 200)],
  });
}

/** Two captures of one host, three of another and one of a third, each with something new; programs lie deep. */
export function threeHosts(): TestRows {
  const deep = (name: string): Row => ({ path: `/opt/${'directory/'.repeat(9)}${name}` });
  const of = ['web1', 'web1', 'mail', 'mail', 'mail', 'alone'];
  const ids = of.map((_, i) => i + 1);
  return {
    captures: of.map((host, i) => capture(i + 1, { host, boot_id: host })),
    sources: ids.map(source),
    processes: ids.flatMap((id) => [process(id, 1, 'init'), process(id, 50 + id, `daemon${id}`, deep(`daemon${id}`))]),
    sockets_inet: ids.map((id) => listener(id, 4000 + id, 700 + id)),
    fds: ids.map((id) => held(id, 50 + id, 3, 700 + id)),
  };
}

/** Names that somebody on a host may choose. */
export const NAMES: readonly string[] = [
  '<img src=x onerror="window.pwned=1">',
  '</script><script>window.pwned=1</script>',
  '<!--<script>',
  ']]><svg onload=window.pwned=1>',
  'javascript:window.pwned=1',
  '"><iframe src="http://192.0.2.1/">',
  "'-window.pwned-'",
  '{{window.pwned=1}}',
  'http://192.0.2.1/beacon.png',
  '__proto__',
  'constructor',
  'line\u2028separated\u2029',
  'turned\u202egnp.exe',
  'bell\u0007',
  '<style>*{display:none}</style>',
  '&lt;b&gt;',
  'back\\slash',
];

/** A host on which everything that can bear a name bears one of NAMES. */
export function hostileCase(): TestRows {
  const rows = NAMES.map((name, i) => ({ name, pid: 10 + i, inode: 1000 + i }));
  return {
    captures: [capture(1, { host: NAMES[1] ?? '', operator: NAMES[0] ?? '', reason: NAMES[5] ?? '', kernel_release: NAMES[2] ?? '' })],
    sources: [source(1)],
    users: [{ name: NAMES[0] ?? '', uid: 0, source_id: 1, line: 1 }],
    processes: [
      process(1, 1, 'init'),
      ...rows.map(({ name, pid }) =>
        process(1, pid, name, { path: `/tmp/${name} (deleted)`, path_deleted: 1, cmdline: name, container_id: name, wchan: name }),
      ),
    ],
    process_args: rows.map(({ name, pid }) => ({ pid, arg_index: 0, arg: name, source_id: 1, line: 1 })),
    sockets_inet: rows.flatMap(({ pid, inode }) => [
      listener(1, 4000 + pid, inode),
      listener(1, 4000 + pid, inode + 500, { state: 'ESTABLISHED', state_raw: 1, remote_address: '203.0.113.9', remote_port: 40000 + pid }),
    ]),
    sockets_unix: rows.map(({ name }, i) => ({
      net_ns: 1,
      pass: 'A',
      path: `@${name}`,
      inode: 9000 + i,
      state: 'CONNECTED',
      state_raw: 3,
      type: 'STREAM',
      type_raw: 1,
      source_id: 1,
      line: i + 2,
    })),
    fds: rows.flatMap(({ pid, inode }, i) => [held(1, pid, 3, inode), held(1, pid, 4, inode + 500), held(1, pid, 5, 9000 + i)]),
    problems: rows.map(({ name }, i) => ({ problem_id: i + 1, source_id: 1, line: 1, lines: 1, code: 'bad-line', message: name })),
    marks: rows.map(({ name, pid }, i) => ({
      mark_id: i + 1,
      kind: name,
      weight: 'strong',
      about: 'processes',
      pid,
      claim: name,
      finding: name,
      reason: name,
      benign: name,
      evidence: '["1:1:1"]',
      source_id: 1,
      line: pid,
    })),
    ledger: [{ entry_id: 1, section: 'counters', check: NAMES[0] ?? '', result: 'broken', basis: NAMES[1] ?? '' }],
    interfaces: [{ net_ns: 1, pass: 'A', name: NAMES[0] ?? '', source_id: 1, line: 1 }],
    interface_addresses: [{ net_ns: 1, interface: NAMES[0] ?? '', address: '203.0.113.9', source_id: 1, line: 1 }],
  };
}

/** A host with `n` TCP connections in the hands of a hundred processes. */
export function manySockets(n: number): TestRows {
  const numbers = Array.from({ length: n }, (_, i) => i);
  const pidOf = (i: number): number => 100 + (i % 100);
  return {
    captures: [capture(1)],
    sources: [source(1)],
    processes: [process(1, 1, 'init'), ...Array.from({ length: 100 }, (_, i) => process(1, 100 + i, `server${i % 7}`))],
    sockets_inet: numbers.map((i) =>
      i < 20
        ? listener(1, 1000 + i, 10_000 + i)
        : listener(1, 1000 + (i % 20), 10_000 + i, {
            state: 'ESTABLISHED',
            state_raw: 1,
            remote_address: `10.0.${i % 250}.${i % 247}`,
            remote_port: 20_000 + (i % 40_000),
          }),
    ),
    fds: numbers.map((i) => held(1, pidOf(i), 3 + Math.floor(i / 100), 10_000 + i)),
  };
}
