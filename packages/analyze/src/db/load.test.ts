import { describe, expect, it } from 'vitest';
import { loaded } from '../../../../test/support/loaded.ts';

const HEADER = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const TCP = `${HEADER.padEnd(149)}\n${'   0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0'.padEnd(149)}\n`;
const STAT = (pid: number, name = 'sshd', start = 2147): string => `${pid} (${name}) S 1 ${'1 '.repeat(17)}${start} ${'1 '.repeat(29)}0\n`;
const frame = (name: string, body: string): string => `== ${name} ${Buffer.byteLength(body, 'latin1')}\n${body}\n`;

describe('sources', () => {
  it('bring bodies, records and parsers together', async () => {
    const db = await loaded({
      files: { 'proc/net/tcp': TCP, 'proc/mounts': 'x' },
      refused: [
        { path: 'proc/net/udplite', errno: 'ENOENT' },
        { path: 'proc/9/maps', blocked: true, pid: 9 },
      ],
    });
    expect(
      db.all('SELECT path, pass, parser, bytes, errno, blocked, pid, net_ns, lines, header_lines, records FROM sources ORDER BY source_id'),
    ).toEqual([
      {
        path: 'proc/net/tcp',
        pass: 'A',
        parser: 'net-tcp',
        bytes: 300,
        errno: null,
        blocked: null,
        pid: null,
        net_ns: 4026531833,
        lines: 2,
        header_lines: 1,
        records: 1,
      },
      {
        path: 'proc/mounts',
        pass: 'A',
        parser: null,
        bytes: 1,
        errno: null,
        blocked: null,
        pid: null,
        net_ns: null,
        lines: null,
        header_lines: null,
        records: null,
      },
      {
        path: 'proc/net/udplite',
        pass: 'A',
        parser: null,
        bytes: null,
        errno: 'ENOENT',
        blocked: null,
        pid: null,
        net_ns: null,
        lines: null,
        header_lines: null,
        records: null,
      },
      {
        path: 'proc/9/maps',
        pass: 'A',
        parser: null,
        bytes: null,
        errno: null,
        blocked: 1,
        pid: 9,
        net_ns: null,
        lines: null,
        header_lines: null,
        records: null,
      },
    ]);
    expect(db.all('SELECT code FROM problems')).toEqual([]);
  });

  it('have the namespace that their record tells, which comes after the body', async () => {
    const db = await loaded({
      files: { 'proc/77/net/tcp': TCP, 'pass-b/proc/77/net/tcp': TCP },
      records: { 'proc/77/net/tcp': { netns: '4026532000' }, 'pass-b/proc/77/net/tcp': { netns: '4026532000' } },
    });
    expect(db.all('SELECT net_ns, pass, inode FROM sockets_inet ORDER BY pass')).toEqual([
      { net_ns: 4026532000, pass: 'A', inode: 4711 },
      { net_ns: 4026532000, pass: 'B', inode: 4711 },
    ]);
  });

  it('without a record, with another hash, or without their body are problems', async () => {
    const db = await loaded({
      files: { 'proc/net/tcp': TCP, 'proc/uptime': '1.00 1.00\n', 'proc/loadavg': '0.00 0.00 0.00 1/2 3\n' },
      records: { 'proc/uptime': { sha256: '0'.repeat(64) }, 'proc/loadavg': { path: 'proc/else' } },
    });
    const found = db.all<{ code: string; path: string }>(
      'SELECT p.code, s.path FROM problems p JOIN sources s USING (capture_id, source_id) ORDER BY p.code, s.path',
    );
    expect(found).toContainEqual({ code: 'archive-altered', path: 'proc/uptime' });
    expect(found).toContainEqual({ code: 'archive-unlogged', path: 'proc/loadavg' });
    expect(found).toContainEqual({ code: 'archive-missing', path: 'proc/else' });
  });

  it('of rubbish become few problems, which keep count of the lines', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `${'x'.repeat(1 + (i % 7))} y`);
    const db = await loaded({ files: { 'proc/9/limits': `${lines.join('\n')}\n` } });
    expect(db.get('SELECT sum(lines) AS lines, count(*) <= 1001 AS few FROM problems')).toEqual({ lines: 5000, few: 1 });
    expect(db.get('SELECT CAST(bytes AS TEXT) AS bytes FROM problems WHERE line = 1')).toEqual({ bytes: 'x y' });
  });
});

describe('processes', () => {
  it('are made of many files', async () => {
    const db = await loaded({
      files: {
        'proc/812/stat': STAT(812),
        'proc/812/status': 'Name:\tsshd\nUid:\t1\t2\t3\t4\nVmRSS:\t  8 kB\nSeccomp:\t2\n',
        'proc/812/cmdline': 'sshd: a b\0-D\0',
        'proc/812/links.list':
          '.\t555\t40555,9,7,8,0:22,100,0:0,0\t-\nexe\t777\t100755,1,0,0,254:1,99,0:0,5\t>/usr/bin/s\\x0a (deleted)\ncwd\t-\t-\t!EACCES\nns/net\t777\t-\t>net:[4026531833]\n',
        'proc/812/cgroup': `0::/docker/${'ab'.repeat(32)}\n`,
        'proc/812/loginuid': '4294967295',
        'pass-b/proc/stat.pack': frame('812/stat', STAT(812)),
      },
      refused: [{ path: 'proc/812/fd.list', errno: 'EACCES' }],
    });
    expect(db.get('SELECT * FROM processes')).toMatchObject({
      pid: 812,
      name: 'sshd',
      path: '/usr/bin/s\n (deleted)',
      path_deleted: 1,
      cmdline: 'sshd: a b -D',
      cwd: null,
      cwd_errno: 'EACCES',
      uid: 1,
      euid: 2,
      suid: 3,
      fsuid: 4,
      owner_uid: 7,
      owner_gid: 8,
      seccomp: 2,
      start_ticks: 2147,
      start_time_ns: 1_790_000_000_000_000_000n - 5_000_000_000n + 21_470_000_000n,
      net_ns: 4026531833,
      container_id: 'ab'.repeat(32),
      loginuid: null,
      exe_dev: '254:1',
      exe_ino: 99,
      fd_errno: 'EACCES',
      vanished: 0,
    });
    expect(db.all('SELECT arg FROM process_args ORDER BY arg_index')).toEqual([{ arg: 'sshd: a b' }, { arg: '-D' }]);
    expect(db.all('SELECT key, value FROM process_status_keys')).toEqual([{ key: 'VmRSS', value: '  8 kB' }]);
    expect(db.all('SELECT kind, inode, processes, own FROM namespaces')).toEqual([
      { kind: 'net', inode: 4026531833, processes: 1, own: 1 },
    ]);
  });

  it('that changed between the two looks are marked', async () => {
    const db = await loaded({
      files: {
        'proc/1/stat': STAT(1),
        'proc/2/stat': STAT(2),
        'pass-b/proc/stat.pack': `== 1/stat !ESRCH\n${frame('2/stat', STAT(2, 'x', 9999))}`,
      },
    });
    expect(db.all('SELECT pid, vanished FROM processes ORDER BY pid')).toEqual([
      { pid: 1, vanished: 1 },
      { pid: 2, vanished: 1 },
    ]);
  });

  it('of which only refusals are known are rows, those that were gone are not', async () => {
    const db = await loaded({
      files: {},
      refused: [
        { path: 'proc/5/stat', errno: 'EACCES' },
        { path: 'proc/6/stat', errno: 'ENOENT', note: 'vanished' },
      ],
    });
    expect(db.all('SELECT pid, name FROM processes')).toEqual([{ pid: 5, name: null }]);
  });

  it('with a long command line have one row like any other', async () => {
    const long = `${'a'.repeat(100_000)}\0b\0`;
    const db = await loaded({ files: { 'proc/1/cmdline': long, 'proc/1/stat': STAT(1) } });
    expect(db.all('SELECT pid, name, length(cmdline_raw) AS n, typeof(total_size) AS t FROM processes')).toEqual([
      { pid: 1, name: 'sshd', n: 100_003, t: 'integer' },
    ]);
  });

  it('that pretend to be another directory’s are told', async () => {
    const db = await loaded({ files: { 'proc/1/stat': STAT(2) } });
    expect(db.all('SELECT code FROM problems')).toEqual([{ code: 'pid-differs' }]);
  });

  it('with a dead leader are seen through a thread', async () => {
    const db = await loaded({
      files: {
        'proc/1/stat': STAT(1).replace(') S ', ') Z '),
        'proc/1/links.list': 'exe\t-\t-\t!ENOENT\n',
        'proc/1/task.pack':
          frame('3/stat', STAT(3, 'worker')) + frame('4/stat', STAT(4, 'w2')) + frame('4/fd', 'same 3') + frame('4/ns', 'same 3'),
        'proc/1/task/3/links.list': 'exe\t777\t-\t>/bin/x\nns/net\t777\t-\t>net:[77]\n',
        'proc/1/task/3/fd.list': '0\t700\t-\t>socket:[5]\n',
        'proc/1/task/3/cmdline': 'x\0',
      },
    });
    expect(db.get('SELECT state, path, path_errno, cmdline FROM processes')).toEqual({
      state: 'Z',
      path: '/bin/x',
      path_errno: null,
      cmdline: 'x',
    });
    expect(db.all('SELECT tid, name, net_ns, own_files FROM threads ORDER BY tid')).toEqual([
      { tid: 1, name: 'sshd', net_ns: null, own_files: 0 },
      { tid: 3, name: 'worker', net_ns: 77, own_files: 1 },
      { tid: 4, name: 'w2', net_ns: 77, own_files: 0 },
    ]);
    expect(db.all('SELECT pid, tid, fd, socket_inode FROM fds')).toEqual([{ pid: 1, tid: 3, fd: 0, socket_inode: 5 }]);
  });
});

describe('descriptors', () => {
  const LIST = [
    '0\t700\t-\t>socket:[4711]',
    '1\t~500\t100644,1,0,0,254:1,12,0:0,4096\t>/tmp/socket:[4711]',
    '2\t300\t-\t>/memfd:a\\xff (deleted)',
    '3\t500\t-\t>net:[4026532182]',
    '4\t0\t-\t>/dir',
    '5\t!EACCES\t-\t!EACCES',
    '6\t500\t-\t>anon_inode:[eventpoll]',
    '7\t300\t-\t>pipe:[99]',
  ].join('\n');
  const PACK =
    frame('0', 'pos:\t0\nflags:\t02004002\nmnt_id:\t10\nino:\t4711\nscm_fds: 2\n') +
    frame('1', 'pos:\t7\nflags:\t0100000\nmnt_id:\t29\n') +
    frame('6', 'pos:\t0\nflags:\t02\ntfd:        5 events:       19 data: 1\n') +
    '== 5 !EACCES\n' +
    frame('9', 'pos:\t0\nflags:\t02\n');

  it.each([
    ['links first', ['proc/1/fd.list', 'proc/1/fdinfo.pack']],
    ['fdinfo first', ['proc/1/fdinfo.pack', 'proc/1/fd.list']],
  ])('are merged from links and fdinfo: %s', async (_, order) => {
    const bodies: Record<string, string> = { 'proc/1/fd.list': `${LIST}\n`, 'proc/1/fdinfo.pack': PACK };
    const db = await loaded({ files: Object.fromEntries(order.map((name) => [name, bodies[name] ?? ''])) });
    expect(
      db.all('SELECT fd, kind, socket_inode AS socket, ino, access, cloexec, pos, scm_fds AS scm, detail FROM fds ORDER BY fd'),
    ).toEqual(
      [
        [0, 'socket', 4711, 4711, 'u', 1, 0, 2, null],
        [1, 'file', null, 12, 'r', 0, 7, null, null],
        [2, 'memfd', null, null, 'w', null, null, null, null],
        [3, 'namespace', null, 4026532182, 'r', null, null, null, null],
        [4, 'file', null, null, null, null, null, null, null],
        [5, null, null, null, null, null, null, null, null],
        [6, 'anon_inode', null, null, 'r', 0, 0, null, '[["tfd","5 events:       19 data: 1"]]'],
        [7, 'pipe', null, 99, 'w', null, null, null, null],
        [9, null, null, null, 'u', 0, 0, null, null],
      ].map(([fd, kind, socket, ino, access, cloexec, pos, scm, detail]) => ({ fd, kind, socket, ino, access, cloexec, pos, scm, detail })),
    );
    expect(db.get('SELECT target_errno, info_errno FROM fds WHERE fd = 5')).toEqual({ target_errno: 'EACCES', info_errno: 'EACCES' });
    expect(db.get('SELECT target FROM fds WHERE fd = 2')).toEqual({ target: Buffer.from('/memfd:a\xff (deleted)', 'latin1') });
    expect(db.all('SELECT kind, inode, pinned_by FROM namespaces')).toEqual([{ kind: 'net', inode: 4026532182, pinned_by: 'fd' }]);
  });

  it('called memfd on a mount that mountinfo shows are files', async () => {
    const db = await loaded({
      files: {
        'proc/1/links.list': 'ns/mnt\t777\t-\t>mnt:[4026531832]\n',
        'proc/1/fd.list': '0\t500\t-\t>/memfd:x (deleted)\n1\t500\t-\t>/memfd:y (deleted)\n',
        'proc/1/fdinfo.pack': frame('0', 'mnt_id:\t29\n') + frame('1', 'mnt_id:\t17\n'),
        'proc/1/mountinfo': '29 1 8:1 / / rw - ext4 /dev/sda rw\n',
      },
    });
    expect(db.all('SELECT fd, kind FROM fds ORDER BY fd')).toEqual([
      { fd: 0, kind: 'file' },
      { fd: 1, kind: 'memfd' },
    ]);
  });

  it('named twice, or not by a number, are problems and no rows', async () => {
    const db = await loaded({ files: { 'proc/1/fd.list': '0\t500\t-\t>/a\n0\t500\t-\t>/b\nx\t500\t-\t>/c\nrubbish\n' } });
    expect(db.all('SELECT fd, target FROM fds')).toEqual([{ fd: 0, target: '/a' }]);
    expect(db.all('SELECT code, line, lines FROM problems ORDER BY line')).toEqual(
      [2, 3, 4].map((line) => ({ code: 'list-form', line, lines: 1 })),
    );
  });
});

describe('views', () => {
  it('give every holder of a socket, and sockets without one too', async () => {
    const orphan = TCP.replace('4711', '4712');
    const db = await loaded({
      files: {
        'proc/net/tcp': TCP,
        'proc/net/tcp6': '',
        'proc/net/udp': orphan.slice(0, 300).replace(' 0A ', ' 07 '),
        'proc/1/fd.list': '3\t700\t-\t>socket:[4711]\n',
        'proc/2/fd.list': '4\t700\t-\t>socket:[4711]\n',
        'proc/2/task/5/fd.list': '4\t700\t-\t>socket:[4711]\n6\t700\t-\t>socket:[4711]\n',
      },
    });
    expect(db.all('SELECT pid, fd, port, protocol, family, address FROM listening_ports WHERE protocol = 6 ORDER BY pid, fd')).toEqual(
      [
        [1, 3],
        [2, 4],
        [2, 6],
      ].map(([pid, fd]) => ({ pid, fd, port: 22, protocol: 6, family: 2, address: '127.0.0.1' })),
    );
    expect(db.all('SELECT DISTINCT pid, state FROM process_open_sockets WHERE protocol = 17')).toEqual([{ pid: null, state: '' }]);
    expect(
      db.all('SELECT pid, tid, fd FROM socket_holders WHERE capture_id = 1 AND socket_inode = 4711 ORDER BY pid, tid, fd'),
    ).toHaveLength(4);
  });
});

describe('two captures', () => {
  it('with one id and other bytes are a problem of the second', async () => {
    const db = await loaded({ files: { 'proc/uptime': '1.00 1.00\n' } }, { files: { 'proc/uptime': '2.00 1.00\n' } });
    expect(db.all('SELECT capture_id, code FROM problems')).toEqual([{ capture_id: 2, code: 'capture-twice' }]);
  });
});
