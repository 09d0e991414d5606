import { describe, expect, it } from 'vitest';
import type { TestRows } from '../../../../../test/support/case.ts';
import { file, inet, process, rows, run, socket } from '../../../../../test/support/lsof-case.ts';

describe('what could not be read', () => {
  const refused: TestRows = {
    processes: [process(51, { fd_errno: 'EACCES' }), process(60)],
    links: ['cwd', 'root', 'exe'].map((name) => ({ pid: 51, tid: 0, name, target_errno: 'EACCES' })),
    fds: [
      file(60, 0, null as never, {
        kind: null,
        target: null,
        target_errno: 'EACCES',
        st_mode: null,
        st_dev: null,
        st_ino: null,
        link_mode: null,
      }),
    ],
  };

  it('has its rows, as the live tool prints them for another user', () => {
    expect(run(refused, '').out).toBe(
      `COMMAND PID USER   FD      TYPE DEVICE SIZE/OFF NODE NAME
sshd     51 root  cwd   unknown                      /proc/51/cwd (readlink: Permission denied)
sshd     51 root  rtd   unknown                      /proc/51/root (readlink: Permission denied)
sshd     51 root  txt   unknown                      /proc/51/exe (readlink: Permission denied)
sshd     51 root NOFD                                /proc/51/fd (opendir: Permission denied)
sshd     60 root    0   unknown                      /proc/60/fd/0 (readlink: Permission denied)
`,
    );
  });

  it('has none with -w and -t', () => {
    expect(run(refused, '-w')).toEqual({ out: '', err: '', exit: 0 });
    expect(run(refused, '-t').out).toBe('');
  });

  it('stays blank where stat was not taken', () => {
    const blank = { st_mode: null, st_dev: null, st_ino: null, st_nlink: null, st_size: null };
    const fds = [file(60, 3, '/nfs/x', { ...blank, mnt_id: 40 }), file(60, 4, 'pipe:[77]', { ...blank, kind: 'pipe', ino: 77 })];
    const mounts = [{ mnt_ns: 7, mnt_id: 40, dev: '0:50', mount_point: '/nfs', fstype: 'nfs4', source: 'srv:/x', line: 1 }];
    expect(rows(run({ processes: [process(60)], fds, mounts }, ''))).toEqual([
      'sshd     60 root    3u  unknown                      /nfs/x',
      'sshd     60 root    4u     FIFO             0t0   77 pipe',
    ]);
    expect(run({ processes: [process(60)], fds, mounts }, '-N -Fn').out).toBe('p60\nn/nfs/x\n');
  });
});

describe('sockets', () => {
  const two: TestRows = {
    processes: [process(60)],
    fds: [socket(60, 3, 500), socket(60, 4, 501), socket(60, 5, 502)],
    sockets_inet: [
      inet(500),
      inet(501, {
        local_address: '192.0.2.1',
        local_port: 22,
        remote_address: '192.0.2.7',
        remote_port: 40000,
        state: 'ESTABLISHED',
        state_raw: 1,
        rx_queue: 3,
      }),
      inet(501, { pass: 'B', state: 'CLOSE_WAIT', state_raw: 8 }),
      inet(502, { pass: 'B', proto: 'udp', local_port: 53, state: 'CLOSE', state_raw: 7 }),
    ],
  };

  it('are named by the captured files; pass A stands before pass B, which explains what was opened meanwhile', () => {
    expect(rows(run(two, '')).map((l) => l.slice(l.indexOf('0t0') + 4))).toEqual([
      ' TCP *:ssh (LISTEN)',
      ' TCP 192.0.2.1:ssh->peer.example:40000 (ESTABLISHED)',
      ' UDP *:53',
    ]);
  });

  it('keep the stray blank only with --strict', () => {
    expect(run(two, '-nP --strict').out).toContain(' UDP *:53 \n');
  });

  it('are chosen by protocol, host, service and state', () => {
    const found = (args: string): string => run(two, `${args} -Ff`).out.replace('p60\n', '').replaceAll('\n', ' ').trim();
    expect(found('-i @peer.example')).toBe('f4');
    expect(found('-i :ssh')).toBe('f3 f4');
    expect(found('-i UDP')).toBe('f5');
    expect(found('-iTCP -sTCP:^LISTEN')).toBe('f4');
    // lists of one protocol do not speak of the other, but in the live tool they do
    expect(found('-i -sTCP:LISTEN')).toBe('f3 f5');
    expect(found('-i -sTCP:LISTEN --strict')).toBe('f3');
    expect(found('-i -sUDP:UNCONNECTED -sTCP:ESTABLISHED')).toBe('f4 f5');
  });

  it('are not hidden by a unix row that a name may have forged', () => {
    const unix = {
      net_ns: 1,
      pass: 'A',
      pointer: '0000000011111111',
      type: 'STREAM',
      state: 'CONNECTED',
      inode: 500,
      path: '/x',
      ambiguous: 1,
    };
    expect(run({ ...two, sockets_unix: [unix] }, '-U').out).toBe('');
    expect(run({ ...two, sockets_unix: [{ ...unix, ambiguous: 0, inode: 999 }] }, '-i -Fn').out).toContain('*:ssh');
  });

  it('of other namespaces show their protocol alone, and everything when asked for', () => {
    const foreign = { ...two, sockets_inet: [inet(500, { net_ns: 2 })] };
    expect(rows(run(foreign, '-d 3'))[0]).toMatch(/sock +0,9 +0t0 +500 protocol: TCP$/);
    expect(run(foreign, '-i').exit).toBe(1);
    expect(rows(run(foreign, '-i', { netns: 2 }))[0]).toMatch(/TCP \*:ssh \(LISTEN\)$/);
    expect(rows(run(foreign, '-d 4'))[0]).toMatch(/can't identify protocol$/);
  });

  it('show raw columns in the byte order of the host', () => {
    const raw = {
      ...two,
      sockets_inet: [inet(500, { proto: 'raw', local_address: '127.0.0.1', local_port: 1, state: 'CLOSE', state_raw: 7 })],
    };
    expect(run(raw, '-d 3').out).toContain('0100007F:0001->00000000:0000 st=07\n');
    const big = { ...raw, captures: [{ own_net_ns: 1, byte_order: 'big' }] };
    expect(run(big, '-d 3').out).toContain('7F000001:0001->00000000:0000 st=07\n');
  });
});

describe('files', () => {
  const several: TestRows = {
    processes: [process(60), process(61, { owner_uid: 4242 })],
    fds: [
      file(60, 3, '/srv/a/x'),
      file(60, 4, '/srv/a/b/gone (deleted)', { st_nlink: 0, deleted: 1 }),
      file(60, 12345, '/dev/sda', { st_mode: 0o60660, st_rdev: '8:0' }),
      file(60, 6, '/q', { st_dev: '0:19', flags: 0o2 }),
      file(61, 3, '/srv/a/x', { st_ino: 1003 }),
    ],
    mounts: [
      { mnt_ns: 7, mnt_id: 1, dev: '254:1', mount_point: '/', fstype: 'ext4', source: '/dev/vda1', line: 1 },
      { mnt_ns: 7, mnt_id: 2, dev: '0:19', mount_point: '/dev/mqueue', fstype: 'mqueue', source: 'mqueue', line: 2 },
    ],
    maps: [
      { pid: 60, start: '1', end: '2', perms: 'r--p', offset: 0, dev: '254:1', inode: 77, path: '/lib/l.so', deleted: 0, line: 1 },
      { pid: 60, start: '2', end: '3', perms: 'r-xp', offset: 0, dev: '254:1', inode: 77, path: '/lib/l.so', deleted: 0, line: 2 },
      {
        pid: 60,
        start: '3',
        end: '4',
        perms: 'rw-s',
        offset: 0,
        dev: '0:1',
        inode: 78,
        path: '/SYSV00001234 (deleted)',
        deleted: 1,
        line: 3,
      },
    ],
    mapped_files: [
      { dev: '254:1', inode: 77, path: '/lib/l.so', st_mode: 0o100755, st_nlink: 1, st_dev: '254:1', st_ino: 77, st_size: 4096 },
    ],
    locks: [{ lock_id: 1, waiting: 0, access: 'WRITE', pid: 60, dev: '254:1', inode: 1003, start: 0, end: null, line: 1 }],
  };

  it('print as each kind does', () => {
    expect(run(several, '').out).toBe(
      `COMMAND PID     USER    FD    TYPE DEVICE SIZE/OFF  NODE NAME
sshd     60     root   mem     REG  254,1     4096    77 /lib/l.so
sshd     60     root   DEL     REG    0,1             78 /SYSV00001234
sshd     60     root     3uW   REG  254,1       10  1003 /srv/a/x
sshd     60     root     4u    REG  254,1       10  1004 /srv/a/b/gone (deleted)
sshd     60     root     6u  PSXMQ   0,19       10  1006 /q
sshd     60     root 12345u    BLK    8,0      0t0 13345 /dev/sda
sshd     61     4242     3u    REG  254,1       10  1003 /srv/a/x
`,
    );
  });

  it('say once that a user has no name', () => {
    expect(run(several, '').err).toBe('lsof: no pwd entry for UID 4242\n');
    expect(run(several, '-w').err).toBe('');
  });

  it('have fewer digits in a descriptor in the live tool', () => {
    expect(run(several, '-a -p 60 -d 12345 -Ff').out).toBe('p60\nf12345\n');
    expect(run(several, '-a -p 60 -d 12345 -Ff --strict').out).toBe('p60\nf*345\n');
  });

  it('are found by name, by directory and by file system', () => {
    const found = (args: string): string => run(several, `-Fpn ${args}`).out.replaceAll('\n', ' ').trim();
    expect(found('/srv/a/x')).toBe('p60 n/srv/a/x p61 n/srv/a/x');
    expect(found('--cwd /srv a/x')).toBe('p60 n/srv/a/x p61 n/srv/a/x');
    expect(found('+D /srv -a -p 60')).toBe('p60 n/srv/a/x');
    expect(found('+D /srv --with-deleted -a -p 60')).toBe('p60 n/srv/a/x n/srv/a/b/gone (deleted)');
    expect(found('+d /srv/a -a -p 60 --with-deleted')).toBe('p60 n/srv/a/x');
    expect(found('/dev/mqueue')).toBe('p60 n/q');
    expect(run(several, 'x').err).toMatch(/^lsof: x is a relative name/);
    expect(run(several, '/nowhere')).toEqual({ out: '', err: 'lsof: status error on /nowhere: No such file or directory\n', exit: 1 });
  });

  it('are counted by links only where those are known', () => {
    expect(run(several, '+L1 -Fn').out).toBe('p60\nn/srv/a/b/gone (deleted)\n');
  });
});

describe('-E on ptys', () => {
  const pty = (pid: number, fd: number, st_dev: string, master: boolean): Record<string, never> =>
    file(pid, fd, master ? '/dev/ptmx' : '/dev/pts/0', {
      st_mode: 0o020666,
      access: 'u',
      st_rdev: master ? '5:2' : '136:0',
      st_dev,
      detail: master ? JSON.stringify([['tty-index', '0']]) : null,
    });
  /** A host whose terminal 0 is that of 60 and 61, and a container with a terminal 0 of its own, 70 and 71. */
  const two: TestRows = {
    mounts: [
      { mnt_ns: 7, fstype: 'devpts', mount_point: '/dev/pts', dev: '0:20', line: 1 },
      { mnt_ns: 8, fstype: 'devpts', mount_point: '/dev/pts', dev: '0:30', line: 2 },
    ],
    processes: [process(60, { mnt_ns: 7 }), process(61, { mnt_ns: 7 }), process(70, { mnt_ns: 8 }), process(71, { mnt_ns: 8 })],
    fds: [pty(60, 3, '0:6', true), pty(61, 0, '0:20', false), pty(70, 3, '0:30', true), pty(71, 0, '0:30', false)],
  };
  const ends = (line: string): string[] =>
    run(two, line)
      .out.split('\n')
      .slice(1, -1)
      .map((row) => row.replace(/.* \/dev\/\S+ ?/, ''));

  it('pairs the two sides within one devpts', () => {
    expect(ends('-E')).toEqual(['->/dev/pts/0 61,sshd,0u', '60,sshd,3u', '->/dev/pts/0 71,sshd,0u', '70,sshd,3u']);
  });

  it('pairs by number alone, as the live tool, with --strict', () => {
    expect(ends('--strict -E')[0]).toBe('->/dev/pts/0 61,sshd,0u 71,sshd,0u');
  });
});

describe('as the live tool does it', () => {
  const one: TestRows = { processes: [process(60)], fds: [file(60, 3, '/a')] };

  it('a descriptor above 9999 is cut in the table with --strict', () => {
    const high = { ...one, fds: [file(60, 12345, '/a')] };
    expect(rows(run(high, '--strict'))).toEqual(['sshd     60 root *345u   REG  254,1       10 13345 /a']);
    expect(rows(run(high, ''))[0]).toContain(' 12345u ');
    expect(run(high, '-Ff --strict').out).toBe('p60\nf*345\n');
  });

  it('an excluded command counts as not found, other exclusions do not', () => {
    const exit = (args: string): number => run(one, args).exit;
    expect(['-c ^nosuch', '-c ^nosuch -c sshd', '-c ^sshd -p 60', '-a -c ^nosuch -d 3'].map(exit)).toEqual([1, 1, 1, 1]);
    expect(['-Q -c ^nosuch', '-p ^999', '-u ^9999', '-g ^999', '-d ^cwd'].map(exit)).toEqual([0, 0, 0, 0, 0]);
    expect(run(one, '-V -c aaa -c ^bbb -c sshd').out).toMatch(/ \/a\nlsof: command not located: bbb\nlsof: command not located: aaa\n$/);
  });

  it('an IPv6 ping socket is a socket with the name of its protocol', () => {
    const ping = {
      ...one,
      fds: [socket(60, 4, 500)],
      sockets_inet: [inet(500, { proto: 'icmp6', family: 6, local_address: '::1', local_port: 78, remote_address: '::' })],
    };
    for (const strict of ['', '--strict'])
      expect(rows(run(ping, strict))).toEqual(['sshd     60 root    4u  sock    0,9      0t0  500 protocol: PINGv6']);
  });

  it('an address that is IPv4 in the clothes of IPv6 fits neither -i 4 nor -i 6', () => {
    expect(run(one, '-i 6@[::ffff:127.0.0.1]:514')).toMatchObject({ out: '', exit: 1 });
    expect(run(one, '-i 6@[::ffff:127.0.0.1]:514').err).toMatch(/^lsof: IPv4 addresses are prohibited: -i 6@\[::ffff:127\.0\.0\.1\]:514\n/);
    expect(run(one, '-i 4@[::ffff:127.0.0.1]').err).toMatch(/^lsof: IPv6 addresses are prohibited: /);
    expect(run(one, '-i @[::ffff:127.0.0.1]').err).toBe('');
  });

  it('a symbolic link has a size and no offset', () => {
    const link = { ...one, fds: [file(60, 3, '/a', { st_mode: 0o120777, st_size: 8 })] };
    expect(run(link, '-F').out).toMatch(/\ns8\ni1003\n/);
    expect(run(link, '-o -F').out).toMatch(/\no0t0\ni1003\n/);
  });

  it('+m has one line for each mount point, with the device on top', () => {
    const mount = (line: number, dev: string, mount_point: string): TestRows[string][number] => ({
      mnt_ns: 7,
      mnt_id: line,
      dev,
      mount_point,
      line,
    });
    expect(run({ mounts: [mount(1, '8:1', '/'), mount(2, '0:39', '/m'), mount(3, '0:40', '/m'), mount(4, '0:5', '/n')] }, '+m').out).toBe(
      '/ 0x801\n/m 0x28\n/n 0x5\n',
    );
  });

  it('-F? goes to standard error', () => {
    expect(run(one, '-F?')).toMatchObject({ out: '', err: expect.stringMatching(/^lsof:\tID {4}field description\n/), exit: 0 });
  });

  it('a unix socket whose name ends in (deleted) is found below its directory', () => {
    const unix = {
      net_ns: 1,
      pass: 'A',
      pointer: '11',
      type: 'STREAM',
      state: 'LISTEN',
      inode: 500,
      path: '/srv/d (deleted)',
      ambiguous: 0,
    };
    const held = { ...one, fds: [socket(60, 4, 500), file(60, 5, '/srv/gone (deleted)', { st_nlink: 0 })], sockets_unix: [unix] };
    for (const args of ['+d /srv', '+D /srv']) expect(run(held, `${args} -Fn`).out).toBe('p60\nn/srv/d (deleted) type=STREAM\n');
  });
});
