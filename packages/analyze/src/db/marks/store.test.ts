import { expect, test } from 'vitest';
import type { TestRows } from '../../../../../test/support/case.ts';
import { insertRows } from '../../../../../test/support/case.ts';
import { memoryCase } from '../open.ts';
import { storeMarks } from './store.ts';

const SOURCE = { path: 'proc/7/stat', pass: 'A' };

function marksOf(rows: TestRows): string[] {
  const db = memoryCase();
  insertRows(db, { captures: [{ own_mnt_ns: 11 }], ...rows });
  storeMarks(db, 1);
  const found = db.prepare<[], { kind: string; weight: string }>('SELECT kind, weight FROM marks ORDER BY mark_id').all();
  db.close();
  return found.map(({ kind, weight }) => `${weight} ${kind}`);
}

/** One process with these cells, its command line of so many bytes. */
function process(
  cells: TestRows[string][number],
  args: readonly string[] = [],
  bytes: number = args.join('\0').length + (args.length > 0 ? 1 : 0),
): TestRows {
  return {
    processes: [{ pid: 7, parent: 1, name: 'work', state: 'S', kernel_thread: 0, path: '/usr/bin/work', source_id: 1, line: 1, ...cells }],
    process_args: args.map((arg, i) => ({ pid: 7, arg_index: i, arg, source_id: 2, line: 1 })),
    sources: [
      { ...SOURCE, source_id: 1 },
      { ...SOURCE, source_id: 2, path: 'proc/7/cmdline', parser: 'pid-cmdline', pid: 7, bytes },
    ],
  };
}

const AREA = { start_stack: 1000, arg_start: 2000, arg_end: 2010, env_start: 2010, env_end: 2100 };

test.each([
  ['an ordinary process', process({ ...AREA }, ['/usr/bin/work', 'x'], 10), []],
  ['a zombie without arguments', process({ state: 'Z', path: null }, [], 0), []],
  ['a shell by its other name', process({ name: 'sh', path: '/usr/bin/dash' }, ['/bin/sh', '-c', 'x']), []],
  ['a script', process({ name: 'backup', path: '/usr/bin/python3.11' }, ['/usr/bin/python3', '/srv/backup']), []],
  ['busybox', process({ name: 'syslogd', path: '/bin/busybox' }, ['/sbin/syslogd']), []],
  ['udevd, which is udevadm', process({ name: 'systemd-udevd', path: '/usr/bin/udevadm' }, ['/lib/systemd/systemd-udevd']), []],
  [
    'a session of sshd with its title',
    process({ name: 'sshd', path: '/usr/sbin/sshd', ...AREA }, ['sshd: me@pts/0'], 15),
    ['weak command-line-rewritten'],
  ],
  ['sshd in /tmp', process({ name: 'sshd', path: '/tmp/sshd' }, ['/tmp/sshd']), ['weak daemon-elsewhere']],
  ['another program as sshd', process({ name: 'sshd', path: '/tmp/x' }, ['/usr/sbin/sshd']), ['strong daemon-elsewhere']],
  ['a script as a daemon', process({ name: 'nginx', path: '/usr/bin/dash' }, ['/bin/sh', '/srv/nginx']), ['weak daemon-elsewhere']],
  ['brackets', process({}, ['[kworker/u8:2]']), ['strong fake-kernel-thread']],
  ['the name of a kernel thread', process({ name: 'ksoftirqd/0' }, ['x']), ['strong fake-kernel-thread']],
  ['LXC, whose title begins with a bracket', process({}, ['[lxc monitor] /var/lib/lxc web']), []],
  ['no arguments', process({}, [], 0), ['weak no-arguments']],
  ['an exiting process', process({ flags: 4 }, [], 0), []],
  ['a kernel thread', process({ kernel_thread: 1, parent: 2, path: null, name: 'kworker/0:1', euid: 0 }, [], 0), []],
  ['a kernel thread with an executable', process({ kernel_thread: 1, parent: 2 }, [], 0), ['strong odd-kernel-thread']],
  ['arguments below the stack', process({ ...AREA, start_stack: 3000 }, ['x'], 10), ['weak command-line-moved']],
  [
    'arguments larger than any exec allows',
    process({ ...AREA, arg_end: 70_000_000, env_start: 70_000_000 }, ['x']),
    ['strong command-line-moved'],
  ],
  ['another program in the first argument', process({}, ['/usr/lib/firefox/firefox']), ['weak argv0-other-program']],
] as [string, TestRows, string[]][])('%s: %j', (_, rows, expected) => {
  expect(marksOf(rows)).toEqual(expected);
});

const mount = (mnt_id: number, parent_id: number, mount_point: string, cells: TestRows[string][number] = {}): TestRows[string][number] => ({
  ...{ mnt_ns: 11, pid: 7, mnt_id, parent_id, dev: `0:${mnt_id}`, root: '/', mount_point, fstype: 'ext4', source_id: 3, line: mnt_id },
  ...cells,
});

test.each([
  ['an automounter', [mount(1, 0, '/'), mount(2, 1, '/misc', { fstype: 'autofs' }), mount(3, 2, '/misc')], []],
  ['the same on itself', [mount(1, 0, '/'), mount(2, 1, '/usr', { dev: '8:1' }), mount(3, 2, '/usr', { dev: '8:1' })], []],
  [
    'another file system on it',
    [mount(1, 0, '/'), mount(2, 1, '/srv'), mount(3, 2, '/srv', { fstype: 'tmpfs' })],
    ['strong covered-mount'],
  ],
  ['a file of accounts', [mount(1, 0, '/'), mount(2, 1, '/etc/passwd')], ['strong mount-over-program']],
  [
    'a program in a container',
    [mount(1, 0, '/', { mnt_ns: 12 }), mount(2, 1, '/sbin/docker-init', { mnt_ns: 12 })],
    ['weak mount-over-program'],
  ],
  ['a library', [mount(1, 0, '/'), mount(2, 1, '/usr/lib/x86_64-linux-gnu/libc.so.6')], ['strong mount-over-program']],
  ['mounts that go round in a circle', [mount(1, 2, '/'), mount(2, 1, '/', { dev: '0:1' })], []],
] as [string, TestRows[string], string[]][])('%s', (_, mounts, expected) => {
  expect(marksOf({ mounts, processes: [{ pid: 7, mnt_ns: 11, root: '/' }] })).toEqual(expected);
});

const WHOLE = { own_mnt_ns: 11, own_pid_ns: 4_026_531_836, complete: 1 };

test.each([
  ['every process and namespace was seen', WHOLE, {}, 'strong'],
  ['the capture ran in an inner pid namespace', { ...WHOLE, own_pid_ns: 4_026_532_000 }, {}, 'weak'],
  ['it broke off', { ...WHOLE, complete: 0 }, {}, 'weak'],
  ['the mount namespace of a process is not known', WHOLE, { mnt_ns: null }, 'weak'],
  ['that process is a zombie', WHOLE, { mnt_ns: null, state: 'Z' }, 'strong'],
])('a file on a mount in no mountinfo, where %s', (_, capture, other, weight) => {
  const fd = { pid: 7, tid: 0, fd: 1, kind: 'file', target: '/tmp/log', mnt_id: 99, deleted: 0, source_id: 4, line: 1 };
  const processes = [
    { pid: 7, mnt_ns: 11, root: '/', state: 'S' },
    { pid: 8, mnt_ns: 11, root: '/', state: 'S', ...other },
  ];
  expect(marksOf({ captures: [capture], mounts: [mount(1, 0, '/')], processes, fds: [fd] })).toEqual([`${weight} detached-file`]);
});
