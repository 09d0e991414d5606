import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TestRows, testCase } from '../../../../../test/support/case.ts';
import { answerLines, type ToolContext } from '../tool.ts';
import { lsof } from './index.ts';

const file = (pid: number, fd: number, target: string | Uint8Array, more: object = {}): Record<string, never> =>
  ({
    pid,
    tid: 0,
    fd,
    kind: 'file',
    target,
    link_mode: 0o600,
    flags: 0o100002,
    pos: 0,
    st_mode: 0o100644,
    st_nlink: 1,
    st_dev: '254:1',
    st_ino: 1000 + fd,
    st_size: 10,
    source_id: 1,
    line: fd,
    ...more,
  }) as never;

const socket = (pid: number, fd: number, inode: number): Record<string, never> =>
  file(pid, fd, `socket:[${inode}]`, { kind: 'socket', socket_inode: inode, st_mode: 0o140777, st_dev: '0:9', st_ino: inode });

const inet = (inode: number, more: object = {}): Record<string, never> =>
  ({
    net_ns: 1,
    pass: 'A',
    proto: 'tcp',
    family: 4,
    local_address: '0.0.0.0',
    local_port: 22,
    remote_address: '0.0.0.0',
    remote_port: 0,
    state: 'LISTEN',
    state_raw: 10,
    tx_queue: 0,
    rx_queue: 0,
    inode,
    line: 2,
    ...more,
  }) as never;

const process = (pid: number, more: object = {}): Record<string, never> =>
  ({ pid, parent: 1, pgroup: pid, name: 'sshd', state: 'S', owner_uid: 0, net_ns: 1, ...more }) as never;

const BASE: TestRows = {
  captures: [{ own_net_ns: 1, own_mnt_ns: 7, byte_order: 'little', machine: 'x86_64', kernel_release: '6.1.0' }],
  users: [{ name: 'root', uid: 0, line: 1 }],
  services: [{ name: 'ssh', port: 22, protocol: 'tcp', line: 1 }],
  hosts: [{ address: '192.0.2.7', name: 'peer.example', name_index: 0, line: 1 }],
};

interface Said {
  readonly out: string;
  readonly err: string;
  readonly exit: number;
}

function run(rows: TestRows, args: string, context: Partial<ToolContext> = {}): Said {
  const db = testCase({ ...BASE, ...rows });
  const answer = lsof(
    args.split(' ').filter((w) => w !== ''),
    { db, captureId: 1, netns: 'own', format: 'table', ...context },
  );
  const out = [...answerLines(answer, context.format ?? 'table')].join('');
  const said = { out, err: answer.err.join(''), exit: answer.exit() };
  db.close();
  return said;
}

const rows = (said: Said): string[] => said.out.trimEnd().split('\n').slice(1);

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

describe('-Z', () => {
  const labelled: TestRows = {
    mounts: [{ mnt_ns: 1, fstype: 'selinuxfs', source_id: 9, line: 1 }],
    processes: [
      { ...process(60), label: 'system_u:system_r:sshd_t:s0' },
      { ...process(61), label: 'unconfined_u:x\x1b[31m' },
    ],
    fds: [file(60, 3, '/a'), file(61, 3, '/b')],
  };

  it('has a column with the context of the process, and lists those whose context fits', () => {
    expect(run(labelled, '-Z *:sshd_t:*').out).toBe(
      `COMMAND PID SECURITY-CONTEXT            USER   FD   TYPE DEVICE SIZE/OFF NODE NAME
sshd     60 system_u:system_r:sshd_t:s0 root    3u   REG  254,1       10 1003 /a
`,
    );
    expect(run(labelled, '-FpZ -Z').out).toBe('p60\nZsystem_u:system_r:sshd_t:s0\np61\nZunconfined_u:x^[[31m\n');
    expect(run(labelled, '-V -a -Z nosuch* -d 3')).toMatchObject({ out: 'lsof: context not located: nosuch*\n', exit: 1 });
  });

  it('is refused where the host had no SELinux', () => {
    const none = run({ ...labelled, mounts: [] }, '-Z');
    expect(none.out).toBe('');
    expect(none.err).toContain('lsof: -Z limited to SELinux\n');
  });
});

describe('tasks', () => {
  const threaded: TestRows = {
    processes: [process(60)],
    threads: [
      { pid: 60, tid: 60, name: 'sshd', state: 'S' },
      { pid: 60, tid: 61, name: 'io worker', state: 'S', own_files: 0 },
      { pid: 60, tid: 62, name: 'rebel', state: 'S', own_files: 1 },
    ],
    fds: [file(60, 3, '/a'), file(60, 3, '/b', { tid: 62 })],
  };

  it('are listed when nothing is asked, each with the table it has', () => {
    expect(run(threaded, '').out).toBe(
      `COMMAND PID TID TASKCMD   USER   FD   TYPE DEVICE SIZE/OFF NODE NAME
sshd     60               root    3u   REG  254,1       10 1003 /a
sshd     60  61 io\\x20wor root    3u   REG  254,1       10 1003 /a
sshd     60  62 rebel     root    3u   REG  254,1       10 1003 /b
`,
    );
  });

  it('are left out with -Ki and with any criterion but -K', () => {
    expect(rows(run(threaded, '-Ki'))).toHaveLength(1);
    expect(rows(run(threaded, '-p 60'))).toHaveLength(1);
    expect(run(threaded, '-K -FKf').out).toBe('p60\nK61\nf3\np60\nK62\nf3\n');
  });
});

describe('other looks', () => {
  const udp: TestRows = {
    processes: [process(60)],
    fds: [file(60, 3, '/srv/x', { st_size: 123456 }), socket(60, 4, 500)],
    sockets_inet: [
      inet(500, {
        proto: 'udp',
        local_address: '192.0.2.1',
        local_port: 5,
        remote_address: '192.0.2.7',
        remote_port: 6,
        state: 'ESTABLISHED',
        state_raw: 1,
      }),
    ],
  };

  it('4.93 says less of unix sockets and anonymous inodes, has no names for later flags, and the descriptor in every set of fields', () => {
    const old: TestRows = {
      ...BASE,
      processes: [process(70, { name: 'old' })],
      fds: [
        file(70, 3, '/srv/x', { flags: 0o2100002, st_size: 5 }),
        file(70, 4, 'anon_inode:[eventfd]', {
          kind: 'anon_inode',
          detail: JSON.stringify([['eventfd-id', '9']]),
          st_mode: 0o600,
          st_dev: '0:14',
        }),
        socket(70, 5, 700),
      ],
      sockets_unix: [{ net_ns: 1, pass: 'A', type: 'STREAM', state: 'CONNECTED', inode: 700, line: 2 } as never],
    };
    const now = run(old, '-nP +fg').out;
    expect(now).toContain('[eventfd:9]');
    expect(now).toContain('type=STREAM (CONNECTED)');
    expect(now).toContain('RW,LG,CX');
    const before = run(old, '--compat lsof=4.93 -nP +fg').out;
    expect(before).toMatch(/ \[eventfd\]$/m);
    expect(before).toMatch(/type=STREAM$/m);
    expect(before).toContain('RW,LG,0x80000');
    expect(run(old, '--compat lsof=4.93 -Fo -d 3').out).toBe('p70\nf3\n');
  });

  it('4.99 has narrow descriptors, states of UDP, sizes for people and both size and offset in fields', () => {
    expect(run(udp, '--compat lsof=4.99 -nPH').out).toBe(
      `COMMAND PID USER FD   TYPE DEVICE SIZE/OFF NODE NAME
sshd     60 root  3u   REG  254,1   120.6K 1003 /srv/x
sshd     60 root  4u  IPv4    500      0t0  UDP 192.0.2.1:5->192.0.2.7:6 (ESTABLISHED)
`,
    );
    expect(run(udp, '--compat lsof=4.99 -Fso -d 3').out).toBe('p60\ns123456\no0t0\n');
  });

  it('-J and -j are JSON, with the names of network files', () => {
    const document = JSON.parse(run(udp, '--compat lsof=4.99 -nPJ').out) as {
      processes: { pid: number; files: Record<string, unknown>[] }[];
    };
    expect(document.processes).toHaveLength(1);
    expect(document.processes[0]?.files[1]).toMatchObject({
      fd: '4',
      type: 'IPv4',
      name: '192.0.2.1:5->192.0.2.7:6',
      tcp_info: { state: 'ESTABLISHED' },
    });
    const lines = run(udp, '--compat lsof=4.99 -nPj').out.trimEnd().split('\n');
    expect(lines.map((l) => (JSON.parse(l) as { pid: number; fd: string }).fd)).toEqual(['3', '4']);
  });

  it('--format gives values under stable names', () => {
    const [first, second] = run(udp, '-nP', { format: 'jsonl' })
      .out.trimEnd()
      .split('\n')
      .map((l) => JSON.parse(l) as Record<string, unknown>);
    expect(first).toMatchObject({
      command: 'sshd',
      pid: 60,
      tid: null,
      fd: '3',
      type: 'REG',
      device: '254:1',
      size: 123456,
      node: 1003,
      name: '/srv/x',
      line: 3,
    });
    expect(second).toMatchObject({ kind: 'udp', protocol: 'UDP', local_address: '192.0.2.1', remote_port: 6, net_ns: 1, node: 500 });
  });
});

describe('hostile evidence', () => {
  const CONTROL = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/;

  it('never puts a control byte on the terminal or breaks a line', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 20 }).map((a) => Buffer.from(a));
    const text = fc.oneof(
      bytes,
      fc.string({ unit: 'binary', maxLength: 20 }).filter((s) => !s.includes('\0')),
    );
    fc.assert(
      fc.property(text, text, text, fc.constantFrom('', '-F', '-E', '--strict', '--compat lsof=4.99 -J'), (comm, target, path, args) => {
        const said = run(
          {
            processes: [process(60, { name: comm })],
            users: [{ name: comm, uid: 0, line: 1 }],
            fds: [file(60, 3, target as never), socket(60, 4, 500)],
            sockets_unix: [{ net_ns: 1, pass: 'A', pointer: '1', type: 'STREAM', state: 'CONNECTED', inode: 500, path: path as never }],
          },
          args,
        );
        expect(said.out).not.toMatch(CONTROL);
        if (args === '') expect(said.out.split('\n')).toHaveLength(4);
      }),
      { numRuns: 60 },
    );
  });

  it('never throws on any command line', () => {
    const word = fc.oneof(
      fc.constantFrom(
        '-i',
        '-i:22',
        '-p',
        '1,^2',
        '-a',
        '-F',
        '-d',
        'cwd',
        '+L1',
        '-sTCP:LISTEN',
        '-c/x/',
        '+D',
        '/a',
        '-K',
        '--',
        '-r',
        '-T',
        '-u',
        '+f',
        '-g',
        '-E',
        '-o3',
      ),
      fc.string({ maxLength: 6 }).map((s) => `-${s}`),
      fc.string({ maxLength: 6 }),
    );
    const db = testCase({ ...BASE, processes: [process(60)], fds: [file(60, 3, '/a')] });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (args) => {
        const answer = lsof(args, { db, captureId: 1, netns: 'own', format: 'table' });
        const out = [...answer.out].join('');
        expect([0, 1]).toContain(answer.exit());
        expect(out + answer.err.join('')).not.toMatch(/undefined|\[object/);
      }),
      { numRuns: 400 },
    );
    db.close();
  });
});
