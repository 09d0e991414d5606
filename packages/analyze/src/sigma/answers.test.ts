import { expect, test } from 'vitest';
import { type TestRows, testCase } from '../../../../test/support/case.ts';
import type { Answer } from '../triage/triage.ts';
import { sigmaAnswers } from './answers.ts';
import { sorted } from './load-sigma.ts';
import { parseSigma } from './parse-sigma.ts';

const SOURCES = [
  { source_id: 1, path: 'proc/1/stat', parser: 'pid-stat' },
  { source_id: 2, path: 'proc/net/tcp', parser: 'net-tcp' },
  { source_id: 3, path: 'etc/passwd', parser: 'etc-passwd' },
];
const HOST: TestRows = {
  sources: SOURCES,
  users: [
    { name: 'www-data', uid: 33 },
    { name: 'root', uid: 0 },
  ],
  hosts: [{ address: '203.0.113.9', name: 'pool.example' }],
  processes: [
    {
      pid: 1,
      parent: 0,
      name: 'init',
      path: '/sbin/init',
      cmdline: '/sbin/init',
      cwd: '/',
      uid: 0,
      kernel_thread: 0,
      source_id: 1,
      line: 1,
    },
    { pid: 2, parent: 0, name: 'kthreadd', cmdline: '', uid: 0, kernel_thread: 1, path_errno: 'ENOENT', source_id: 1, line: 1 },
    {
      pid: 50,
      parent: 1,
      name: 'apache2',
      path: '/usr/sbin/apache2',
      cmdline: 'apache2 -k start',
      cwd: '/',
      uid: 33,
      kernel_thread: 0,
      source_id: 1,
      line: 1,
    },
    {
      pid: 60,
      parent: 50,
      name: 'sh',
      path: '/bin/dash (deleted)',
      path_deleted: 1,
      cmdline: 'sh -c id',
      cwd: '/var/www',
      uid: 33,
      kernel_thread: 0,
      source_id: 1,
      line: 1,
    },
    { pid: 70, parent: 50, name: 'hidden', path_errno: 'EACCES', cmdline: 'sh -c id', uid: 33, kernel_thread: 0, source_id: 1, line: 7 },
    { pid: 80, parent: 50, name: 'gone', state: 'Z', uid: 33, kernel_thread: 0, source_id: 1, line: 1 },
  ],
  sockets_inet: [
    {
      pass: 'A',
      net_ns: 1,
      proto: 'tcp6',
      local_address: '::ffff:10.0.0.5',
      local_port: 40000,
      remote_address: '::ffff:203.0.113.9',
      remote_port: 3333,
      state: 'ESTABLISHED',
      inode: 9,
      source_id: 2,
      line: 2,
    },
    {
      pass: 'B',
      net_ns: 1,
      proto: 'tcp6',
      local_address: '::ffff:10.0.0.5',
      local_port: 40000,
      remote_address: '::ffff:203.0.113.9',
      remote_port: 3333,
      state: 'ESTABLISHED',
      inode: 9,
      source_id: 2,
      line: 9,
    },
    {
      pass: 'A',
      net_ns: 1,
      proto: 'tcp',
      local_address: '0.0.0.0',
      local_port: 3333,
      remote_address: '0.0.0.0',
      remote_port: 0,
      state: 'LISTEN',
      inode: 8,
      source_id: 2,
      line: 3,
    },
    {
      pass: 'A',
      net_ns: 1,
      proto: 'tcp',
      local_address: '10.0.0.5',
      local_port: 1,
      remote_address: '203.0.113.9',
      remote_port: 3333,
      state: 'TIME_WAIT',
      inode: 0,
      source_id: 2,
      line: 4,
    },
  ],
  fds: [
    { pid: 60, tid: 0, fd: 3, socket_inode: 9 },
    { pid: 60, tid: 0, fd: 4, socket_inode: 9 },
    { pid: 50, tid: 0, fd: 3, socket_inode: 9 },
  ],
};

function rule(detection: string, more = '', category = 'process_creation'): string {
  return `title: A rule\nlogsource: {product: linux, category: ${category}}\n${more}\ndetection:\n${detection.replace(/^/gm, '  ')}\n`;
}

function ask(text: string, rows: TestRows = HOST): Answer {
  const { rules, notAsked } = sorted(parseSigma(text, 'rule.yml'));
  const [answer] = sigmaAnswers(testCase(rows), rules, 1);
  if (answer === undefined) throw new Error(notAsked[0]?.reason);
  return answer;
}

const pids = (answer: Answer): unknown[] => answer.findings.map((finding) => finding.row['pid']);

test('a shell under a web server: the deleted one is found by its name, the unreadable one is said, the zombie is not asked', () => {
  const answer = ask(
    rule(
      "web:\n  ParentImage|endswith: ['/apache2', '/nginx']\nshell:\n  Image|endswith: ['/sh', '/dash', '/bash']\ncondition: web and shell",
      'level: high\ntags: [attack.t1505.003, attack.persistence]',
    ),
  );
  expect(answer).toMatchObject({ result: 'found', rule: { severity: 'high', attack: ['T1505.003'], id: 'sigma-a-rule' } });
  expect(pids(answer)).toEqual([60]);
  expect(answer.missing).toEqual(['1 of 4 processes (Image EACCES: 1:1:7)']);
  expect(answer.findings[0]).toMatchObject({ sentence: 'process 60 (sh) of www-data: sh -c id', evidence: ['1:1:1'] });
});

test('unknown is neither, also behind not', () => {
  const partly = ask(rule('a:\n  CommandLine: sh -c id\n  ProcessId: 70\nfilter:\n  Image: /bin/dash\ncondition: a and not filter'));
  expect(partly).toMatchObject({ result: 'clear', missing: ['1 of 4 processes (Image EACCES: 1:1:7)'] });
  const clear = ask(rule('a:\n  ProcessId: 50\nfilter:\n  Image: /usr/sbin/apache2\ncondition: a and not filter'));
  expect(clear).toMatchObject({ result: 'clear', missing: [] });
});

test('a kernel thread has no executable, which is known', () => {
  expect(pids(ask(rule('a:\n  Image: null\n  CommandLine: null\n  ProcessId: 2\ncondition: a')))).toEqual([2]);
});

test('users by the captured passwd, unknown without it', () => {
  const text = rule('a:\n  User: www-data\n  Image|contains: dash\ncondition: a');
  expect(pids(ask(text))).toEqual([60]);
  expect(ask(text, { ...HOST, sources: SOURCES.slice(0, 2) }).result).toBe('blind');
});

test('connections: once for each holder, ends as text of IPv4, listeners left out, who holds a time-wait unknown', () => {
  const port = ask(
    rule('a:\n  DestinationPort: 3333\n  DestinationIp|cidr: 203.0.113.0/24\n  Protocol: tcp\ncondition: a', '', 'network_connection'),
  );
  expect(pids(port)).toEqual([50, 60, null]);
  expect(port.findings[1]).toMatchObject({
    evidence: ['1:2:2', '1:1:1'],
    key: 'sigma-a-rule:/bin/dash|tcp6|::ffff:203.0.113.9|3333',
  });
  const named = ask(rule('a:\n  DestinationHostname: pool.example\n  Image|endswith: /apache2\ncondition: a', '', 'network_connection'));
  expect(pids(named)).toEqual([50]);
  expect(named.missing).toEqual(['1 of 3 connections (Image no holder is seen: 1:2:4)']);
  const other = ask(rule('a:\n  DestinationHostname: other.example\ncondition: a', '', 'network_connection'));
  expect(other.result).toBe('blind');
});

test('who began a connection is not guessed: such a rule is blind, with the rows it would have meant', () => {
  const answer = ask(rule("a:\n  Initiated: 'true'\n  DestinationPort: 3333\n  SourcePort: 40000\ncondition: a", '', 'network_connection'));
  expect(answer).toMatchObject({
    result: 'blind',
    findings: [],
    missing: ['Initiated is known of none of 3 connections (no table says who began), and would decide 2: 1:2:2 1:2:2'],
  });
});

/** Executables of four processes by pid, by what became of the link, and what triage says of a rule that needs them. */
function images(readable: readonly number[], more: TestRows = {}): Answer {
  const process = (pid: number) => ({
    pid,
    parent: 1,
    name: 'x',
    ...(readable.includes(pid) ? { path: '/bin/x' } : { path_errno: 'EACCES' }),
    cmdline: 'x',
    uid: 0,
    kernel_thread: 0,
    source_id: 1,
    line: pid,
  });
  const kernel = {
    pid: 2,
    parent: 0,
    name: 'kthreadd',
    cmdline: '',
    uid: 0,
    kernel_thread: 1,
    path_errno: 'ENOENT',
    source_id: 1,
    line: 2,
  };
  const rows = { sources: SOURCES, processes: [kernel, ...[10, 11, 12, 13].map(process)], ...more };
  return ask(rule('a:\n  Image: /bin/evil\n  CommandLine: x\ncondition: a'), rows);
}

test('what was read of nobody is blind, what was read of some is said, as triage says it of its own rules', () => {
  expect(images([10, 11, 12, 13])).toMatchObject({ result: 'clear', missing: [] });
  expect(images([10])).toMatchObject({ result: 'clear', missing: ['3 of 4 processes (Image EACCES: 1:1:11 1:1:12 1:1:13)'] });
  expect(images([])).toMatchObject({
    result: 'blind',
    missing: ['Image is known of none of 4 processes (EACCES), and would decide 4: 1:1:10 1:1:11 1:1:12 …'],
  });
  // The capture can always read itself: that says nothing of the host.
  expect(images([10], { captures: [{ kind: 'coldstat', complete: 1, own_pid: 10 }] }).result).toBe('blind');
});

test('tables that could not be read are said beside what was found in the others', () => {
  const answer = ask(rule('a:\n  DestinationPort: 3333\ncondition: a', '', 'network_connection'), {
    ...HOST,
    sources: [
      ...SOURCES,
      { source_id: 4, path: 'proc/net/tcp', pass: 'A', parser: 'net-tcp' },
      { source_id: 5, path: 'proc/net/udp', pass: 'A', parser: 'net-datagram', errno: 'EACCES' },
    ],
  });
  expect(answer).toMatchObject({ result: 'found', missing: ['1 of 2 tables (sockets EACCES)'] });
});

test('without processes or tables of sockets nothing is asked', () => {
  expect(ask(rule('a:\n  Image: /x\ncondition: a'), { sources: SOURCES.slice(1) })).toMatchObject({
    result: 'blind',
    missing: ['no process was captured'],
  });
  expect(ask(rule('a:\n  DestinationPort: 1\ncondition: a', '', 'network_connection'), { sources: SOURCES.slice(0, 1) }).result).toBe(
    'blind',
  );
});

test.each([
  [
    'title: a\nlogsource: {product: windows, category: process_creation}\ndetection: {a: {Image: x}, condition: a}',
    'not applicable',
    'is of the logsource windows process_creation',
  ],
  [
    'title: a\nlogsource: {product: linux, service: auditd}\ndetection: {a: {Image: x}, condition: a}',
    'not applicable',
    'is of the logsource linux auditd',
  ],
  [rule('a:\n  OriginalFileName: x\ncondition: a'), 'refused', 'a: the field OriginalFileName is not captured'],
  [rule('a:\n  DestinationIp: x\ncondition: a'), 'refused', 'a: the field DestinationIp is not captured'],
  [rule('a:\n  - word\ncondition: a'), 'refused', 'a: words without a field'],
  [rule('a:\n  Image: x\ncondition: a | count() > 3'), 'refused', 'aggregations'],
  [rule('a:\n  Image: x\ntimeframe: 5m\ncondition: a'), 'refused', 'timeframe'],
  [rule('a:\n  Image: x\ncondition: b'), 'refused', 'b, which is no selection'],
  [rule('a:\n  Image: x'), 'refused', 'has no condition'],
  [rule('a:\n  Image: x\ncondition: a', 'level: worst'), 'refused', 'the level worst'],
  ['title: a\ncorrelation: {type: event_count}', 'refused', 'correlation rules'],
  ['title: a\ndetection: {a: &x {Image: b}, b: *x, condition: a}', 'refused', 'aliases'],
  ['title: [', 'refused', 'YAML: '],
  ['5', 'refused', 'is no rule'],
])('%# is not asked, and says why', (text, kind, reason) => {
  const { rules, notAsked } = sorted(parseSigma(text, 'rule.yml'));
  expect(rules).toEqual([]);
  expect(notAsked).toMatchObject([{ kind, file: 'rule.yml' }]);
  expect(notAsked[0]?.reason).toContain(reason);
});

test('documents of one file are rules of their own; one id is asked once', () => {
  const one = rule('a:\n  Image: x\ncondition: a');
  const { rules, notAsked } = sorted(parseSigma(`${one}---\n${one}---\n${one.replace('A rule', 'Another')}`, 'rule.yml'));
  expect(rules.map((r) => [r.id, r.file])).toEqual([
    ['sigma-a-rule', 'rule.yml#1'],
    ['sigma-another', 'rule.yml#3'],
  ]);
  expect(notAsked).toMatchObject([{ file: 'rule.yml#2', reason: 'its id sigma-a-rule is that of rule.yml#1 already' }]);
});
