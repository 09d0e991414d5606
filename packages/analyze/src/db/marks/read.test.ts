import { describe, expect, test } from 'vitest';
import { type TestRows, testCase } from '../../../../../test/support/case.ts';
import { runTool } from '../../../../../test/support/tool.ts';
import { lsof } from '../../tools/lsof/index.ts';
import { netstat } from '../../tools/netstat/index.ts';
import { sockstat } from '../../tools/sockstat/index.ts';
import { ss } from '../../tools/ss/index.ts';
import { Marks, proven } from './read.ts';

/** A server whose process bears a strong mark and a weak one, and a descriptor on a mount that is gone. */
const ROWS: TestRows = {
  captures: [{ own_net_ns: 1 }],
  processes: [{ pid: 7, name: 'sshd', cmdline: 'sshd', state: 'S', euid: 0, owner_uid: 0, net_ns: 1, source_id: 1, line: 1 }],
  process_args: [{ pid: 7, arg_index: 0, arg: 'sshd' }],
  links: [{ pid: 7, tid: 0, name: 'exe', target: '/tmp/x', source_id: 4, line: 1 }],
  fds: [
    { pid: 7, tid: 0, fd: 3, kind: 'socket', target: 'socket:[99]', socket_inode: 99, ino: 99, access: 'u', source_id: 2, line: 4 },
    { pid: 7, tid: 0, fd: 4, kind: 'file', target: '/etc/passwd', access: 'r', source_id: 2, line: 5 },
  ],
  sockets_inet: [
    {
      ...{ net_ns: 1, proto: 'tcp', pass: 'A', family: 4, state: 'LISTEN', state_raw: 10, uid: 0, inode: 99, source_id: 3, line: 2 },
      ...{ local_address: '0.0.0.0', local_port: 22, remote_address: '0.0.0.0', remote_port: 0, rx_queue: 0, tx_queue: 0 },
    },
  ],
  marks: [
    { mark_id: 1, kind: 'daemon-elsewhere', weight: 'strong', about: 'processes', pid: 7, source_id: 1, line: 1 },
    { mark_id: 2, kind: 'command-line-rewritten', weight: 'weak', about: 'processes', pid: 7, source_id: 1, line: 1 },
    { mark_id: 3, kind: 'detached-file', weight: 'strong', about: 'fds', pid: 7, tid: 0, fd: 4, source_id: 2, line: 5 },
    { mark_id: 4, kind: '\x1b[31mmade up', weight: 'strong', about: 'fds', pid: 7, tid: 0, fd: 3, source_id: 2, line: 4 },
  ],
};

const DAEMON = 'bears the name of a daemon and is another program';

describe('behind the rows of a listing', () => {
  test.each([
    ['netstat -p, by the number of the holder', netstat, '-antp', ` (7: ${DAEMON})\n`],
    ['ss -p likewise', ss, '-tlnp', ` (7: ${DAEMON})`],
    ['sockstat', sockstat, '-4l', ` (${DAEMON})\n`],
    ['lsof, the process behind its executable', lsof, '-nP', ` /tmp/x (${DAEMON})\n`],
    ['lsof, a descriptor', lsof, '-nP', ' /etc/passwd (on a mount that is not there any more)\n'],
  ])('%s', (_, tool, args, expected) => {
    expect(runTool(tool, args, ROWS).out).toContain(expected);
  });

  test.each([
    ['netstat without -p, which names nobody', netstat, '-ant'],
    ['netstat --strict', netstat, '-antp --strict'],
    ['ss --strict', ss, '-tlnp --strict'],
    ['lsof --strict', lsof, '-nP --strict'],
    ['lsof -F', lsof, '-nP -Fn'],
  ])('not in %s', (_, tool, args) => {
    const { out } = runTool(tool, args, ROWS);
    expect(out).not.toBe('');
    expect(out).not.toMatch(/bears|mount/);
  });

  test('no weak one, and no word that a case file made up', () => {
    const out = runTool(lsof, '-nP', ROWS).out;
    expect(out).not.toMatch(/written over|made up|\x1b/);
  });
});

test('rows of a result: their own kinds, those of their process, and the handle', () => {
  const columns = ['pid', 'source_id', 'line'];
  const rows = [
    [7, 2, 5],
    [7, 1, 1],
    [null, 3, 2],
    [8, null, null],
  ];
  const { columns: names, rows: told } = proven({ columns, rows }, testCase(ROWS), 1);
  expect(names.slice(3)).toEqual(['marks', 'handle']);
  expect([...told].map((row) => row.slice(3))).toEqual([
    ['detached-file process:daemon-elsewhere process:command-line-rewritten', '1:2:5'],
    ['daemon-elsewhere command-line-rewritten', '1:1:1'],
    [null, '1:3:2'],
    [null, null],
  ]);
});

test('marks of another capture are not shown', () => {
  expect(new Marks(testCase(ROWS), 2).kinds(2, 5, 7)).toBeNull();
});
