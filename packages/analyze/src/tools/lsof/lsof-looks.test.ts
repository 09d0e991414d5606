import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TestRows, testCase } from '../../../../../test/support/case.ts';
import { BASE, file, inet, process, rows, run, socket } from '../../../../../test/support/lsof-case.ts';
import { lsof } from './index.ts';

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

describe('+L1', () => {
  it('lists what its link calls deleted where nobody could ask how many names it has', () => {
    const blank = { st_mode: null, st_dev: null, st_ino: null, st_nlink: null, st_size: null };
    const fds = [file(60, 3, '/memfd:x (deleted)', blank), file(60, 4, '/nfs/x', blank), file(60, 5, '/a (deleted)', { st_nlink: 1 })];
    expect(run({ processes: [process(60)], fds }, '+L1 -Fn').out).toBe('p60\nn/memfd:x (deleted)\n');
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
