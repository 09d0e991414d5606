import { expect, test } from 'vitest';
import { testCase } from '../../../../../test/support/case.ts';
import { answerLines, type Format } from '../tool.ts';
import { ps } from './ps.ts';

const HOST = {
  captures: [{ ticks_per_second: 100, own_net_ns: 1, own_pid_ns: 2, own_mnt_ns: 3 }],
  users: [
    { name: 'root', uid: 0, source_id: 1, line: 1 },
    { name: 'toor', uid: 0, source_id: 1, line: 2 },
  ],
  processes: [
    {
      pid: 1,
      parent: 0,
      name: 'init',
      state: 'S',
      kernel_thread: 0,
      euid: 0,
      tty: 0,
      start_time_ns: 1_763_720_000_123_000_000n,
      user_ticks: 9_000_000,
      system_ticks: 50,
      net_ns: 1,
      pid_ns: 2,
      mnt_ns: 3,
    },
    { pid: 2, parent: 0, name: 'kthreadd', state: 'S', kernel_thread: 1, euid: 0, tty: 0 },
    {
      pid: 7,
      parent: 1,
      name: '[kworker/0:1]',
      state: 'R',
      kernel_thread: 0,
      euid: 12345,
      tty: 34817,
      net_ns: 9,
      container_id: 'abcdef0123456789',
    },
    { pid: 8, parent: 55, name: Buffer.from([0x1b, 0xff]), state: 'Z', kernel_thread: 0, euid: null },
  ],
  process_args: [
    { pid: 1, arg_index: 0, arg: '/sbin/init' },
    { pid: 1, arg_index: 1, arg: 'a b' },
    { pid: 7, arg_index: 0, arg: '[kworker/0:1]' },
    { pid: 7, arg_index: 1, arg: '\u001b[2J\n' },
  ],
};

function run(args: readonly string[], format: Format = 'table'): { out: string; exit: number } {
  const db = testCase(HOST);
  const answer = ps(args, { db, captureId: 1, netns: 'own', format });
  const out = [...answerLines(answer, format)].join('');
  db.close();
  return { out, exit: answer.exit() };
}

test('the table', () => {
  expect(
    run([])
      .out.split('\n')
      .map((line) => line.trim().replace(/ +/g, ' ')),
  ).toEqual([
    'PID PPID USER START TTY S TIME NS CONTAINER COMMAND',
    "1 0 root 2025-11-21T10:13:20Z ? S 1-01:00:00 - - /sbin/init 'a b'",
    '2 0 root - ? S - - - [kthreadd]',
    "7 1 12345 - pts/1 R - net:[9] abcdef012345 '[kworker/0:1]' '\\x1b[2J\\n'",
    "8 55 - - - Z - - - ('\\x1b\\xff')",
    '',
  ]);
});

test('the tree says who lacks a parent', () => {
  const lines = run(['--tree']).out.split('\n');
  expect(lines.find((l) => l.includes('kworker'))).toMatch(/ \|_ '\[kworker/);
  expect(lines.find((l) => l.includes('x1b\\xff'))).toContain('<parent 55 is not in the capture> (');
});

test.each([
  [
    ['-p', '1,7'],
    [1, 7],
  ],
  [
    ['-p1', '-p', '8'],
    [1, 8],
  ],
  [
    ['-u', 'root'],
    [1, 2],
  ],
  [['-u', '12345'], [7]],
  [
    ['-C', 'init', '-p', '7'],
    [1, 7],
  ],
])('%j selects %j', (args, pids) => {
  const rows = JSON.parse(run(args, 'json').out) as { pid: number }[];
  expect(rows.map((r) => r.pid)).toEqual(pids);
});

test('nothing selected is exit 1, a wrong option says so', () => {
  expect(run(['-p', '4711']).exit).toBe(1);
  expect(run(['-p', '1']).exit).toBe(0);
  expect(() => run(['-z'])).toThrow(/invalid option -- 'z'/);
  expect(() => run(['-p', 'x'])).toThrow(/not a process id/);
  expect(() => run(['aux'])).toThrow(/no operand/);
});

test('columns are the same with and without a tree', () => {
  const header = (args: readonly string[]): string => run(args, 'csv').out.split(/\r?\n/)[0] ?? '';
  expect(header(['--tree'])).toBe(header([]));
  expect(header([])).toMatch(/^pid,ppid,user,uid,start,tty,state,cpu_seconds,name,command,/);
});
