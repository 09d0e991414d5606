import { describe, expect, test } from 'vitest';
import { type TestRows, testCase } from '../../../../test/support/case.ts';
import type { Value } from '../render/value.ts';
import { check } from './check.ts';
import { baselineText, parseBaseline } from './file.ts';
import { keysOf } from './keys.ts';
import { type Sight, sightOf } from './sight.ts';

type Row = Readonly<Record<string, Value>>;

const CAPTURE = { own_net_ns: 1, own_mnt_ns: 3, own_pid: 90 };

function keys(rows: TestRows): Map<string, string | null> {
  const db = testCase({ captures: [CAPTURE], ...rows });
  const found = new Map(keysOf(db, 1));
  db.close();
  return found;
}
const process = (path: Value, uid: number | null = 0, pid = 5): Row => ({ pid, path, uid, name: 'p', source_id: 1, line: pid });
const listener = (local_port: number, more: Row = {}): Row => ({
  ...{ net_ns: 1, pass: 'A', proto: 'tcp', state: 'LISTEN', state_raw: 10, local_address: '0.0.0.0', local_port, remote_port: 0 },
  ...{ inode: local_port, uid: 0, source_id: 2, line: local_port, ...more },
});
/** A capture that read everything. */
const ALL: Sight = () => null;
const told = (baseline: string, rows: TestRows): string[] =>
  check(parseBaseline(baseline), keys(rows), ALL).deviations.map((d) => `${d.result} ${d.key}`);
const baselineOf = (...captures: readonly TestRows[]): string => baselineText(captures.map((rows) => keys(rows).keys()));
const file = (...lines: readonly string[]): string => `# coldstat baseline 1\n${lines.join('\n')}\n`;

test('a port is a number or ephemeral by the range of its own host, else from 32768', () => {
  const rows = { sockets_inet: [listener(80), listener(15000), listener(32768), listener(60999)] };
  const ports = (more: TestRows): string[] => [...keys({ ...rows, ...more }).keys()].map((key) => key.split(' ')[3] ?? '');
  expect(ports({})).toEqual(['80', '15000', 'ephemeral']);
  const range = (value: string): TestRows => ({
    facts: [{ name: 'proc/sys.pack:net/ipv4/ip_local_port_range proc/sys/net/ipv4/ip_local_port_range', value }],
  });
  expect(ports(range('10000\t20000\n'))).toEqual(['80', 'ephemeral', '32768', '60999']);
  expect(ports(range('nonsense'))).toEqual(['80', '15000', 'ephemeral']);
  const raw = { sockets_inet: [listener(255, { proto: 'raw', state: 'CLOSE', state_raw: 7 })] };
  expect([...keys(raw).keys()]).toEqual(['listener raw any 255 root own *']);
});

describe('names chosen by others', () => {
  const hostile: readonly Value[] = [
    '/tmp/*',
    '*',
    '/tmp/a\n9/9 process root /usr/sbin/sshd',
    '# said',
    '/tmp/a  b ',
    '\\x2a',
    Buffer.from([0x2f, 0xff, 0x2a, 0x00]),
    '\u202e/nib/',
    '',
  ];

  test.each(hostile.map((name) => [name]))('%j is one line, comes back, and agrees with itself alone', (name) => {
    const rows = { processes: [process(name)], modules: [{ name, source_id: 3, line: 1 }] };
    const text = baselineOf(rows);
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(3);
    expect(told(text, rows)).toEqual([]);
    const good = { processes: [process('/usr/sbin/sshd')], modules: [{ name: 'ext4', source_id: 3, line: 1 }] };
    expect(told(baselineOf(good), rows).filter((line) => line.startsWith('new'))).toHaveLength(2);
    expect(told(text, good).filter((line) => line.startsWith('new'))).toHaveLength(2);
  });

  test('all of them are told apart', () => {
    const all = hostile.map((name, i) => process(name, 0, i + 1));
    expect(keys({ processes: all }).size).toBe(hostile.length);
    expect(told(baselineOf({ processes: all }), { processes: all })).toEqual([]);
  });

  test('a blank in a word before the last is not the end of it', () => {
    const mount = (fstype: string, mount_point: string): TestRows => ({
      mounts: [{ mnt_ns: 3, fstype, mount_point, source_id: 4, line: 1 }],
    });
    expect([...keys(mount('fuse.a b', '/x y')).keys()]).toEqual(['mount fuse.a\\x20b /x y']);
    expect(told(baselineOf(mount('fuse.a', 'b /x y')), mount('fuse.a b', '/x y'))).toHaveLength(2);
  });
});

test('several captures: how many held a key, and a deviation says so', () => {
  const one = { processes: [process('/bin/a')] };
  const two = { processes: [process('/bin/a'), process('/bin/b', 0, 6)] };
  const text = baselineOf(one, two, two);
  expect(text).toBe(file('3/3 process root /bin/a', '2/3 process root /bin/b'));
  const { deviations } = check(parseBaseline(text), keys({ processes: [process('/bin/a'), process('/bin/c', 1000, 7)] }), ALL);
  expect(deviations).toEqual([
    { result: 'new', key: 'process user /bin/c', held: null, handle: '1:1:7' },
    { result: 'missing', key: 'process root /bin/b', held: '2/3', handle: null },
  ]);
});

test('hand edits: comments, blank lines, carriage returns, lines without a number, patterns', () => {
  const edited =
    '# coldstat baseline 1\r\n# the web server\r\n\r\nlistener tcp any 80* own /usr/sbin/nginx\r\nprocess * /usr/*\r\nmodule *\r\n';
  const rows = { processes: [process('/usr/bin/x'), process('/opt/y', 0, 6)], modules: [{ name: 'z', source_id: 3, line: 1 }] };
  expect(told(edited, { ...rows, sockets_inet: [listener(8080)] })).toEqual([
    'new listener tcp any 8080 root own *',
    'new process root /opt/y',
    'missing listener tcp any 80* own /usr/sbin/nginx',
  ]);
  expect(() => parseBaseline('process root /bin/a\n')).toThrow('this is no baseline');
  expect(() => parseBaseline(file('proces root /bin/a'))).toThrow('line 2 of the baseline is no key');
  expect(() => parseBaseline(file('process'))).toThrow('line 2');
});

test('what is unknown on either side is neither new nor missing, also where each side lacks another word', () => {
  expect(told(file('listener tcp any 80 root own /usr/sbin/nginx'), { sockets_inet: [listener(80)] })).toEqual([]);
  expect(told(file('listener tcp any 80 root own *'), { sockets_inet: [listener(80, { uid: null })] })).toEqual([]);
  expect(told(file('listener tcp any 80 * own /usr/sbin/nginx'), { sockets_inet: [listener(80)] })).toEqual([]);
  expect(told(file('listener tcp any 81 * own *'), { sockets_inet: [listener(80)] })).toHaveLength(2);
  expect(told(file('process root /bin/a', 'process * *'), { processes: [process(null, null)] })).toEqual([]);
});

test('a program is the same when an upgrade has deleted its file', () => {
  const host = (path: string): TestRows => ({
    processes: [process(path)],
    sockets_inet: [listener(80)],
    fds: [{ pid: 5, tid: 0, fd: 3, socket_inode: 80 }],
  });
  expect(told(baselineOf(host('/opt/svcd')), host('/opt/svcd (deleted)'))).toEqual([]);
  expect(baselineOf(host('/opt/svcd (deleted)'))).toBe(baselineOf(host('/opt/svcd')));
});

describe('what the capture could not have shown is not missing, and that is told', () => {
  const CAPABLE = '000001ffffffffff';
  const source = (path: string, more: Row = {}): Row => ({ path, net_ns: null, entry: 1, ...more });
  const net = (net_ns: number, more: Row = {}): Row[] =>
    ['tcp', 'dev'].map((file) => source(`proc/${net_ns === 1 ? '' : '7/'}net/${file}`, { net_ns, ...more }));
  const FILES = ['proc/modules', 'etc/passwd', 'etc/services'].map((path) => source(path));
  const MOUNT = { mnt_ns: 3, fstype: 'ext4', mount_point: '/', source_id: 900, line: 1 };
  const LINES = file(
    ...['interface eth0', 'listener tcp any 80 root own /bin/a', 'listener tcp any 81 root other /bin/a', 'module ext4'],
    ...['mount ext4 /srv', 'process root /bin/b', 'service 22 tcp ssh', 'user 0 root'],
  );
  const checked = (sources: readonly Row[], capture: Row = {}, rows: TestRows = {}): readonly [missing: string[], unseen: string[]] => {
    const db = testCase({
      captures: [{ ...CAPTURE, kind: 'coldstat', complete: 1, exit: 'complete', own_cap_eff: CAPABLE, ...capture }],
      sources: sources.map((row, i) => ({ capture_id: 1, source_id: 100 + i, ...row })),
      processes: [process('/bin/x')],
      mounts: [MOUNT],
      ...rows,
    });
    const { deviations, unseen } = check(parseBaseline(LINES), new Map(keysOf(db, 1)), sightOf(db, 1));
    db.close();
    const missing = deviations.flatMap(({ result, key }) => (result === 'missing' ? [key.split(' ')[0] ?? ''] : []));
    return [missing, unseen.map(({ group, lines, why }) => `${group} ${lines}: ${why}`)];
  };
  const ALL_GROUPS = ['listener', 'listener', 'process', 'module', 'user', 'service', 'mount', 'interface'];

  test('everything was read: all is missing', () => {
    expect(checked([...net(1), ...FILES])).toEqual([ALL_GROUPS, []]);
    expect(checked([...net(1), ...net(2), ...FILES])).toEqual([ALL_GROUPS, []]);
  });

  test('namespaces of others, without the right to ask', () => {
    const weak = { own_cap_eff: '0000000000000000' };
    const stranger = { processes: [process('/bin/x'), { ...process(null, 0, 7), state: 'S', pid_ns: null }] };
    const why = 'the capture did not read net/tcp of every other network namespace whole';
    const [missing, unseen] = checked([...net(1), ...FILES], weak, stranger);
    expect(missing.filter((group) => group === 'listener')).toHaveLength(1);
    expect(unseen).toEqual([`listener 1: ${why}`]);
    expect(checked([...net(1), ...net(2, { entry: null, errno: 'EACCES' }), ...FILES])[1]).toEqual([`listener 1: ${why}`]);
  });

  test('files that were cut or never taken, and an archive that broke off', () => {
    expect(checked([...net(1, { truncated: 'bytes' }), ...FILES.map((row) => ({ ...row, entry: null, errno: 'EACCES' }))])).toEqual([
      ['listener', 'process', 'mount'],
      [
        'listener 1: the capture did not read net/tcp of its own network namespace whole',
        'module 1: the capture did not read proc/modules whole',
        'user 1: the capture did not read etc/passwd whole',
        'service 1: the capture did not read etc/services whole',
        'interface 1: the capture did not read its interfaces whole',
      ],
    ]);
    expect(checked([], {}, { mounts: [] })[0]).toEqual(['listener', 'process']);
    expect(checked([...net(1), ...FILES], { complete: 0 })[1]).toEqual([
      'listener 1: the capture did not read net/tcp of every other network namespace whole',
      'process 1: the capture did not see every process',
    ]);
  });
});

test('20,000 keys with an unknown word on either side take no time that grows with their product', () => {
  const many = (word: (i: number) => string): string[] => Array.from({ length: 20_000 }, (_, i) => word(i));
  const lines = parseBaseline(file(...many((i) => `listener tcp any ${i} root own *`)));
  const capture = new Map(many((i) => `listener tcp any ${i + 10} * own /bin/${i}`).map((key) => [key, null]));
  const start = performance.now();
  const { deviations } = check(lines, capture, ALL);
  expect(deviations).toHaveLength(20);
  // The product is 400 million comparisons of text.
  expect(performance.now() - start).toBeLessThan(5000);
});
