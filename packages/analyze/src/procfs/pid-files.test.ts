import { describe, expect, it } from 'vitest';
import { parseFdinfo, readFdinfo, usualFdinfo } from './fdinfo.ts';
import { collect, type Parser, type Placed } from './lines.ts';
import { parseMountinfo, unescapeOctal } from './mountinfo.ts';
import { containerId, parsePidCgroup } from './pid-cgroup.ts';
import { parsePidLimits } from './pid-limits.ts';
import { parsePidMaps } from './pid-maps.ts';
import { parseNulPieces, parseWhole, parseWholeNumber } from './whole.ts';

function read<R extends Placed>(parser: Parser<R>, text: string): ReturnType<typeof collect<R>> {
  return collect(parser, Buffer.from(text, 'latin1'));
}

function codes<R extends Placed>(parser: Parser<R>, text: string): string[] {
  const { records, problems } = read(parser, text);
  expect(records).toEqual([]);
  return problems.map((p) => p.code);
}

describe('cgroup', () => {
  it('is cut at the first two colons', () => {
    const { records } = read(parsePidCgroup, '4:cpu,cpuacct:/a:b\n1:name=systemd:/x (deleted)\n0::/../init.scope\n');
    expect(records.map((r) => [r.hierarchy, r.controllers.toString(), r.path.toString()])).toEqual([
      [4, 'cpu,cpuacct', '/a:b'],
      [1, 'name=systemd', '/x (deleted)'],
      [0, '', '/../init.scope'],
    ]);
  });

  it.each(['0:/x\n', 'x::/\n', '::/\n', '\n'])('refuses %j', (text) => expect(codes(parsePidCgroup, text)).toEqual(['line-form']));

  const A = 'a'.repeat(64);
  const B = 'b'.repeat(64);
  it.each([
    [`/docker/${A}`, A],
    [`/system.slice/docker-${A}.scope`, A],
    [`/kubepods/burstable/pod1b2c/${A}`, A],
    [`/kubepods.slice/kubepods-pod1.slice/cri-containerd-${A}.scope`, A],
    [`/kubepods.slice/kubepods-pod1.slice:cri-containerd:${A}`, A],
    [`/crio-${A}.scope`, A],
    [`/machine.slice/libpod-${A}.scope/container`, A],
    [`/docker/${A}/docker/${B}`, A],
    [`/docker/${A} (deleted)`, A],
    ['/lxc/web1', 'web1'],
    ['/lxc.payload.web1/system.slice', 'web1'],
    ['/machine.slice/systemd-nspawn@web1.service/payload', 'web1'],
    ['/user.slice/user-0.slice', null],
    ['/', null],
    [`/${A}a`, null],
    [`/${'A'.repeat(64)}`, null],
  ])('container of %s', (path, id) => expect(containerId(path)).toBe(id));
});

describe('limits', () => {
  it('have names with blanks, unlimited values and missing units', () => {
    const text = [
      'Limit                     Soft Limit           Hard Limit           Units     ',
      'Max cpu time              unlimited            unlimited            seconds   ',
      'Max open files            1024                 1048576              files     ',
      'Max nice priority         0                    0                    ',
      'Max pending signals       18446744073709551614 18446744073709551614 signals   ',
      '',
    ].join('\n');
    const { records, problems, header } = read(parsePidLimits, text);
    expect(problems).toEqual([]);
    expect(header).toBe(1);
    expect(records.map((r) => [r.name, r.soft, r.hard, r.unit])).toEqual([
      ['Max cpu time', null, null, 'seconds'],
      ['Max open files', 1024, 1048576, 'files'],
      ['Max nice priority', 0, 0, null],
      ['Max pending signals', 18446744073709551614n, 18446744073709551614n, 'signals'],
    ]);
  });

  it.each(['Max open files            x                    1048576              files     \n', 'Max open files 1 2 files\n', '\n'])(
    'refuse %j',
    (text) => expect(codes(parsePidLimits, text)).toEqual(['line-form']),
  );
});

describe('maps', () => {
  it('have a name in the rest of the line, whatever is in it', () => {
    const { records, problems } = read(
      parsePidMaps,
      [
        '55afbc2a0000-55afbc2a4000 r--p 00000000 fd:01 1572889                    /usr/bin/a b [heap] (deleted)',
        '08048000-08056000 r-xp 00000000 03:0c 64593      /usr/sbin/gpm',
        '7f0000000000-7f0000001000 rw-p 00000000 00:00 0 ',
        '7f0000001000-7f0000002000 rw-s 1000 00:01 4026531840                      /memfd:\xff\x1b[31m (deleted)',
        'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]',
        '0-1 r--p ffffffffffffffff 00:01 18446744073709551615                      /x',
        '',
      ].join('\n'),
    );
    expect(problems).toEqual([]);
    expect(records.map((r) => [r.start, r.perms, r.offset, r.major, r.minor, r.inode, r.path?.toString('latin1') ?? null])).toEqual([
      ['55afbc2a0000', 'r--p', 0, 0xfd, 1, 1572889, '/usr/bin/a b [heap] (deleted)'],
      ['08048000', 'r-xp', 0, 3, 12, 64593, '/usr/sbin/gpm'],
      ['7f0000000000', 'rw-p', 0, 0, 0, 0, null],
      ['7f0000001000', 'rw-s', 4096, 0, 1, 4026531840, '/memfd:\xff\x1b[31m (deleted)'],
      ['ffffffffff600000', '--xp', 0, 0, 0, 0, '[vsyscall]'],
      ['0', 'r--p', 0xffff_ffff_ffff_ffffn, 0, 1, 18446744073709551615n, '/x'],
    ]);
  });

  it.each([
    '08048000 r-xp 00000000 03:0c 64593 /x\n',
    '0-1 rwxq 0 00:00 0 \n',
    '0-1 rwxp 0 00:00 0/x\n',
    '0-1 rwxp 0 0:00 0 /x\n',
    '0-1 rwxp 0 00:000000000 0 /x\n',
    '0-A rwxp 0 00:00 0 /x\n',
    '\n',
  ])('refuse %j', (text) => expect(codes(parsePidMaps, text)).toEqual(['line-form']));
});

describe('mountinfo', () => {
  it('has escapes, optional fields up to the dash, and perhaps an empty source', () => {
    const { records, problems } = read(
      parseMountinfo,
      [
        '36 35 98:0 /mnt1 /mnt\\040-\\040x rw,noatime master:1 propagate_from:2 - ext3 /dev/root rw,errors=continue',
        '99 36 0:4 net:[4026532182] /run/netns/a rw - nsfs nsfs rw',
        '40 36 0:50 / /y rw shared:9 - tmpfs  rw,size=1k',
        '',
      ].join('\n'),
    );
    expect(problems).toEqual([]);
    expect(
      records.map((r) => [r.id, r.parent, r.dev, ...[r.root, r.mountPoint, r.optional, r.fstype, r.source, r.superOptions].map(String)]),
    ).toEqual([
      [36, 35, '98:0', '/mnt1', '/mnt - x', 'master:1 propagate_from:2', 'ext3', '/dev/root', 'rw,errors=continue'],
      [99, 36, '0:4', 'net:[4026532182]', '/run/netns/a', '', 'nsfs', 'nsfs', 'rw'],
      [40, 36, '0:50', '/', '/y', 'shared:9', 'tmpfs', '', 'rw,size=1k'],
    ]);
  });

  it('undoes escapes once', () => {
    expect(unescapeOctal('a\\134040\\012\\377\\9').toString('latin1')).toBe('a\\040\n\xff\\9');
  });

  it.each([
    ['36 35 98:0 / / rw ext3 /dev/root rw\n', 'line-columns'],
    ['36 35 98:0 / / rw - ext3\n', 'line-columns'],
    ['x 35 98:0 / / rw - ext3 /dev/root rw\n', 'line-form'],
    ['36 35 98 / / rw - ext3 /dev/root rw\n', 'line-form'],
  ])('refuses %j', (text, code) => expect(codes(parseMountinfo, text)).toEqual([code]));
});

describe('fdinfo', () => {
  const info = (text: string) => readFdinfo(read(parseFdinfo, text).records);

  it('knows what every descriptor has and keeps the rest in order', () => {
    expect(
      info('pos:\t4096\nflags:\t02100002\nmnt_id:\t29\nino:\t13113\nlock:\t1: FLOCK  ADVISORY  WRITE 359 00:13:11691 0 EOF\nlock:\t2: x\n'),
    ).toEqual({
      pos: 4096,
      flags: 0o2100002,
      mntId: 29,
      ino: 13113,
      scmFds: null,
      detail: [
        ['lock', '1: FLOCK  ADVISORY  WRITE 359 00:13:11691 0 EOF'],
        ['lock', '2: x'],
      ],
    });
  });

  it('knows kernels without mnt_id and ino, and sockets with descriptors in flight', () => {
    expect(info('pos:\t0\nflags:\t04002\n')).toEqual({ pos: 0, flags: 0o4002, mntId: null, ino: null, scmFds: null, detail: [] });
    expect(info('scm_fds: 3\n').scmFds).toBe(3);
  });

  it('reads the usual form at once, to the same, and leaves any other alone', () => {
    const usual = 'pos:\t922337203685477\nflags:\t02\nmnt_id:\t13\nino:\t184467440737095\n';
    for (const text of [usual, `${usual}scm_fds: 2\n`, usual.replace('02', '0'), usual.replace('02', '000')])
      expect(usualFdinfo(Buffer.from(text))).toEqual(info(text));
    const others = [
      `${usual}lock:\t1\n`,
      usual.slice(0, -1),
      `${usual}\n`,
      usual.replace('02', '8'),
      usual.replace('02', '2'),
      `pos:\t1\n${usual}`,
      '',
    ];
    const long = [
      usual.replace('922', '9922'),
      usual.replace('184', '1844'),
      usual.replace('13', '12345678901'),
      `${usual}scm_fds: 1234567890\n`,
    ];
    for (const text of [...others, ...long]) expect(usualFdinfo(Buffer.from(text))).toBeNull();
  });

  it('keeps numbers of 64 bits', () => {
    const { pos, ino } = info('pos:\t9223372036854775807\nino:\t18446744073709551615\n');
    expect([pos, ino]).toEqual([9223372036854775807n, 18446744073709551615n]);
  });

  it('takes a second or a strange value for a line like any other', () => {
    expect(info('pos:\t1\npos:\t2\nflags:\tx\nino:\t-1\ninotify wd:1 ino:5\n')).toEqual({
      pos: 1,
      flags: null,
      mntId: null,
      ino: null,
      scmFds: null,
      detail: [
        ['pos', '2'],
        ['flags', 'x'],
        ['ino', '-1'],
        ['inotify wd', '1 ino:5'],
      ],
    });
  });
});

describe('files that are one value', () => {
  it('loses one newline or the NULs at the end, and nothing else', () => {
    const value = (text: string) => read(parseWhole, text).records.map((r) => r.value.toString('latin1'));
    expect(value('a\nb\n')).toEqual(['a\nb']);
    expect(value('unconfined\0')).toEqual(['unconfined']);
    expect(value('')).toEqual([]);
    expect(value('\n')).toEqual(['']);
  });

  it('4294967295 is unset', () => {
    const number = (text: string) => read(parseWholeNumber, text).records.map((r) => r.value);
    expect(number('1000')).toEqual([1000]);
    expect(number('4294967295')).toEqual([null]);
    expect(codes(parseWholeNumber, '-1')).toEqual(['line-form']);
    expect(codes(parseWholeNumber, '4294967296')).toEqual(['line-form']);
    expect(codes(parseWholeNumber, '1\n2\n')).toEqual(['line-form']);
  });
});

describe('arguments and environment', () => {
  const pieces = (text: string) => read(parseNulPieces, text).records.flatMap((r) => r.pieces.map((p) => p.toString('latin1')));

  it.each([
    ['a\0b c\0', ['a', 'b c']],
    ['a\0\0b\0', ['a', '', 'b']],
    ['\0', ['']],
    ['nginx: master process', ['nginx: master process']],
    ['a\0b', ['a', 'b']],
    ['a\nb\xff\0', ['a\nb\xff']],
    ['', []],
  ])('%j', (text, expected) => expect(pieces(text)).toEqual(expected));

  it('does not make a row of each of two million empty arguments', () => {
    const { records, problems } = collect(parseNulPieces, Buffer.alloc(2 << 20));
    expect(records.map((r) => [r.pieces.length, r.more])).toEqual([[10_000, (2 << 20) - 10_000]]);
    expect(problems.map((p) => p.code)).toEqual(['line-value']);
  });
});
