import { expect, test } from 'vitest';
import { type TestRows, testCase } from '../../../../test/support/case.ts';
import { type Choice, timeline, timelineNotes } from './timeline.ts';

type Row = Readonly<Record<string, string | number | bigint | null>>;

const S = 1_000_000_000n;
const T0 = 1_790_000_000n * S;

/** Captures a hundred seconds apart, each of two seconds. */
function capture(capture_id: number, at: number, more: Row = {}): Row {
  const started_ns = T0 + BigInt(at) * S;
  return {
    capture_id,
    kind: 'coldstat',
    complete: 1,
    exit: 'complete',
    host: 'web1',
    boot_id: 'b',
    own_net_ns: 1,
    own_pid: 90,
    own_cap_eff: '000001ffffffffff',
    ticks_per_second: 100,
    started_ns,
    ended_ns: started_ns + 2n * S,
    boottime_ns: BigInt(1000 + at) * S,
    ...more,
  };
}

/** Every list was read whole by every capture, but for `unread`, `CAPTURE PATH`. */
function sources(captures: readonly Row[], unread: readonly string[] = []): Row[] {
  const paths = ['proc/net/tcp', 'proc/net/udp', 'proc/net/unix', 'proc/modules'];
  return captures.flatMap(({ capture_id = null }) =>
    paths.map((path, i) => {
      const refused = unread.includes(`${capture_id} ${path}`);
      return { capture_id, source_id: 500 + i, path, net_ns: 1, entry: refused ? null : i, errno: refused ? 'EACCES' : null };
    }),
  );
}

const init = (capture_id: number): Row => ({ capture_id, pid: 1, name: 'init', start_ticks: 5, source_id: 1, line: 1, kernel_thread: 0 });
const tcp = (capture_id: number, local_port: number, inode: number, more: Row = {}): Row => ({
  ...{ capture_id, net_ns: 1, pass: 'A', proto: 'tcp', state: 'LISTEN', state_raw: 10, source_id: 2, line: inode },
  ...{ local_address: '127.0.0.1', local_port, remote_address: '0.0.0.0', remote_port: 0, inode, ...more },
});

const ALL: Choice = { host: null, pid: null, kinds: null, since: null, until: null };

/** `SECONDS..SECONDS host kind what`, seconds since the first capture. */
function told(rows: TestRows, choice: Partial<Choice> = {}): string[] {
  const db = testCase(rows);
  const seconds = (ns: bigint | null): string => (ns === null ? '?' : String(Number(ns - T0) / 1e9));
  const found = [...timeline(db, { ...ALL, ...choice })].map((e) => {
    return `${seconds(e.earliest)}..${seconds(e.latest)} ${e.host} ${e.kind} ${e.about === 'capture' ? '' : `${e.about} `}${e.what}`;
  });
  db.close();
  return found;
}

const three = [capture(1, 0), capture(2, 100), capture(3, 200)];

test('a listener between captures, and one that another socket replaced', () => {
  const rows = {
    captures: three,
    sources: sources(three),
    processes: [init(1), init(2), init(3)],
    sockets_inet: [tcp(2, 80, 7), tcp(2, 80, 7, { pass: 'B', line: 99 }), tcp(3, 80, 8)],
  };
  expect(told(rows, { kinds: new Set(['listener']) })).toEqual([
    '0..102 web1 appeared listener tcp 127.0.0.1:80',
    '100..102 web1 first-sight listener tcp 127.0.0.1:80',
    '100..102 web1 last-sight listener tcp 127.0.0.1:80',
    '100..202 web1 appeared listener tcp 127.0.0.1:80',
    '100..202 web1 gone listener tcp 127.0.0.1:80',
    '100..202 web1 replaced listener tcp 127.0.0.1:80: inode 7 -> inode 8',
    '200..202 web1 first-sight listener tcp 127.0.0.1:80',
    '200..202 web1 last-sight listener tcp 127.0.0.1:80',
  ]);
});

test('a process that runs another program, a module and a socket without a name', () => {
  const two = three.slice(0, 2);
  const process = (capture_id: number, more: Row): Row => ({ ...init(capture_id), pid: 5, start_ticks: 300, name: 'p', ...more });
  const rows = {
    captures: two,
    sources: sources(two),
    processes: [process(1, { path: '/bin/a', cmdline: 'a -x', uid: 0 }), process(2, { path: '/tmp/b', cmdline: 'a -x', uid: null })],
    modules: [{ capture_id: 2, name: Buffer.from([0xff, 0x6b]), source_id: 3, line: 1 }],
    sockets_unix: [{ capture_id: 1, net_ns: 1, pass: 'A', inode: 44, source_id: 4, line: 2 }],
  };
  const changes = told(rows, { kinds: new Set(['changed', 'gone', 'appeared']) });
  expect(changes).toEqual([
    '0..102 web1 appeared module \ufffdk',
    '0..102 web1 changed process p: program /bin/a -> /tmp/b',
    '0..102 web1 gone unix inode 44',
  ]);
});

test('what a capture could not read has not gone', () => {
  const rows = (unread: readonly string[]) => ({
    captures: three,
    sources: sources(three, unread),
    processes: [init(1), init(2), init(3)],
    modules: [1, 3].map((capture_id) => ({ capture_id, name: 'ext4', source_id: 3, line: 1 })),
    sockets_inet: [tcp(1, 80, 7)],
  });
  const gone = { kinds: new Set(['gone']) };
  expect(told(rows([]), gone)).toEqual(['0..102 web1 gone listener tcp 127.0.0.1:80']);
  expect(told(rows(['2 proc/modules', '2 proc/net/tcp']), gone)).toEqual(['0..202 web1 gone listener tcp 127.0.0.1:80']);
  expect(told(rows(['2 proc/net/tcp', '3 proc/net/tcp']), gone)).toEqual([]);
});

test('what listens in a namespace that a capture could not ask has not gone, nor come', () => {
  const weak = capture(2, 100, { own_cap_eff: '0000000000000000' });
  const other = (captures: readonly Row[]): Row[] =>
    captures.map(({ capture_id = null }) => ({ capture_id, source_id: 600, path: 'proc/7/net/tcp', net_ns: 2, entry: 9 }));
  const rows = (captures: readonly Row[], shown: readonly Row[], listeners: readonly Row[]) => ({
    captures,
    sources: [...sources(captures), ...other(shown)],
    processes: captures.map(({ capture_id }) => ({ ...init(Number(capture_id)), state: 'S', pid_ns: null })),
    sockets_inet: [...listeners],
  });
  const moved = { kinds: new Set(['gone', 'appeared']) };
  const [one, , three_] = three as [Row, Row, Row];
  expect(told(rows([one, weak], [one], [tcp(1, 81, 7, { net_ns: 2 })]), moved)).toEqual([]);
  expect(told(rows([weak, three_], [three_], [tcp(3, 81, 7, { net_ns: 2 })]), moved)).toEqual([]);
  // The interval reaches past it, to the next one that shows the namespace.
  expect(told(rows([one, weak, three_], [one, three_], [tcp(1, 81, 7, { net_ns: 2 })]), moved)).toEqual([
    '0..202 web1 gone listener tcp 127.0.0.1:81',
  ]);
  expect(told(rows([one, weak, three_], [one, three_], [tcp(1, 81, 7, { net_ns: 2 }), tcp(3, 81, 7, { net_ns: 2 })]), moved)).toEqual([]);
  // Whoever may ask everybody, and finds nobody there, says that it has gone; in another pid namespace one does not meet everybody.
  const strong = (pid_ns: number): Row => capture(2, 100, { own_pid_ns: pid_ns });
  const seen = { ...one, own_pid_ns: 5 };
  expect(told(rows([seen, strong(5)], [seen], [tcp(1, 81, 7, { net_ns: 2 })]), moved)).toEqual([
    '0..102 web1 gone listener tcp 127.0.0.1:81',
  ]);
  expect(told(rows([seen, strong(6)], [seen], [tcp(1, 81, 7, { net_ns: 2 })]), moved)).toEqual([]);
});

test('a table that one capture could not read: what is in the others goes and comes nevertheless', () => {
  const rows = {
    captures: three,
    sources: [
      ...sources(three),
      ...[1, 3].map((capture_id) => ({ capture_id, source_id: 600, path: 'proc/net/tcp6', net_ns: 1, entry: 9 })),
    ],
    sockets_inet: [tcp(1, 80, 7), tcp(1, 80, 8, { proto: 'tcp6', local_address: '::1' })],
  };
  expect(told(rows, { kinds: new Set(['gone']) })).toEqual([
    '0..102 web1 gone listener tcp 127.0.0.1:80',
    '0..202 web1 gone listener tcp6 ::1:80',
  ]);
});

test('sockets of a capture that does not know its namespace', () => {
  const captures = [0, 1].map((i) => capture(i + 1, 100 * i, { own_net_ns: null }));
  const rows = {
    captures,
    sources: captures.map(({ capture_id = null }) => ({ capture_id, source_id: 600, path: 'proc/net/tcp', net_ns: null, entry: 9 })),
    sockets_inet: [tcp(1, 80, 7, { net_ns: null })],
  };
  expect(told(rows, { kinds: new Set(['gone']) })).toEqual(['0..102 web1 gone listener tcp 127.0.0.1:80']);
});

test('processes are followed within a pid namespace, and that is said', () => {
  const captures = [5, 6, 5].map((own_pid_ns, i) => capture(i + 1, 100 * i, { own_pid_ns }));
  const rows = {
    captures,
    sources: sources(captures),
    processes: [init(1), init(3), { ...init(2), pid: 3 }, { ...init(3), pid: 9, name: 'new' }],
    sockets_inet: [tcp(1, 80, 7), tcp(2, 80, 7), tcp(3, 80, 7), tcp(2, 81, 8)],
  };
  expect(told(rows, { kinds: new Set(['gone', 'appeared']) })).toEqual([
    '0..102 web1 appeared listener tcp 127.0.0.1:81',
    '0..202 web1 appeared process new',
    '100..202 web1 gone listener tcp 127.0.0.1:81',
  ]);
  const db = testCase(rows);
  expect(timelineNotes(db).join('\n')).toContain('captures 1, 2, 3 are of one boot and ran in different pid namespaces (5, 6)');
  db.close();
});

test('starts by the clocks, by btime, and by none; what the operator said of the clock is added', () => {
  const start = (more: Row): string[] =>
    told({ captures: [capture(1, 0, more)], processes: [init(1)] }, { kinds: new Set(['process-start']) });
  expect(start({})).toEqual(['-999.951..-999.939 web1 process-start process init']);
  expect(start({ time_offset_ms: 5000 })).toEqual(['-994.951..-994.939 web1 process-start process init']);
  expect(start({ boottime_ns: null, btime: 1_789_999_000 })).toEqual(['-1000.95..-998.94 web1 process-start process init']);
  expect(start({ boottime_ns: null })).toEqual([]);
  expect(start({ ticks_per_second: 0 })).toEqual([]);
  const looks = told({ captures: [capture(1, 0, { time_offset_ms: -1500 })] }, { kinds: new Set(['capture']) });
  expect(looks).toEqual(['-1.5..-1.5 web1 capture-start capture 1', '0.5..0.5 web1 capture-end capture 1']);
  const db = testCase({ captures: [capture(1, 0, { time_offset_ms: -1500 })] });
  expect(timelineNotes(db).join('\n')).toContain('-1500 ms added');
  db.close();
});

test('starts that no clock holds are left out, not wrong', () => {
  const huge = [2n ** 63n - 1n, -5n].map((start_ticks, i) => ({ ...init(1), pid: 10 + i, start_ticks }));
  const rows = { captures: [capture(1, 0)], processes: huge };
  expect(told(rows, { kinds: new Set(['process-start']) })).toEqual([]);
  expect(told(rows, { kinds: new Set(['first-sight']) })).toHaveLength(2);
});

test('hosts stand side by side, each against its own captures alone', () => {
  const captures = [
    capture(1, 0),
    capture(2, 50, { host: 'db1', boot_id: 'd' }),
    capture(3, 100),
    capture(4, 150, { host: 'db1', boot_id: 'd' }),
  ];
  const rows = {
    captures,
    sources: sources(captures),
    processes: [1, 2, 3, 4].map(init),
    sockets_inet: [tcp(3, 80, 7), tcp(4, 80, 7)],
  };
  expect(told(rows, { kinds: new Set(['appeared', 'capture-start']) })).toEqual([
    '0..0 web1 capture-start capture 1',
    '0..102 web1 appeared listener tcp 127.0.0.1:80',
    '50..50 db1 capture-start capture 2',
    '50..152 db1 appeared listener tcp 127.0.0.1:80',
    '100..100 web1 capture-start capture 3',
    '150..150 db1 capture-start capture 4',
  ]);
  expect(told(rows, { host: 'db1', kinds: new Set(['gone', 'appeared']) })).toEqual(['50..152 db1 appeared listener tcp 127.0.0.1:80']);
  // Another boot is another run: nothing is said of what lies between.
  const booted = captures.map((c) => ({ ...c, boot_id: `b${c['capture_id']}` }));
  expect(told({ ...rows, captures: booted }, { kinds: new Set(['gone', 'appeared', 'replaced']) })).toEqual([]);
});

test('the capture and what it holds are left out', () => {
  const rows = {
    captures: [capture(1, 0)],
    processes: [init(1), { ...init(1), pid: 90, name: 'node' }, { ...init(1), pid: 91, parent: 90, name: 'node' }],
    sockets_inet: [tcp(1, 80, 7), tcp(1, 81, 8)],
    fds: [
      { pid: 91, tid: 0, fd: 3, socket_inode: 7 },
      { pid: 91, tid: 0, fd: 4, socket_inode: 8 },
      { pid: 1, tid: 0, fd: 4, socket_inode: 8 },
    ],
  };
  expect(told(rows, { kinds: new Set(['first-sight']) }).map((line) => line.split(' ').slice(3).join(' '))).toEqual([
    'process init',
    'listener tcp 127.0.0.1:81',
  ]);
});
