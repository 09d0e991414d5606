import { expect, test } from 'vitest';
import { compared, fd, listener, process } from '../../../../test/support/diff-rows.ts';

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

test('processes of different pid namespaces: by program, whatever their numbers and those of others', () => {
  const host = (pid: number) => ({ processes: [process(pid, 'r2svc')], sockets_inet: [listener(80, 7)], fds: [fd(pid, 3, 7)] });
  const elsewhere = [{}, { own_pid_ns: 3 }];
  expect(compared(host(25), host(25), elsewhere)).toEqual([]);
  expect(compared(host(25), host(31), elsewhere)).toEqual([]);
});
