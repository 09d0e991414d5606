import { describe, expect, test } from 'vitest';
import { type TestRows, testCase } from '../../../../../test/support/case.ts';
import { inet } from '../../../../../test/support/lsof-case.ts';
import { runTool } from '../../../../../test/support/tool.ts';
import { ss } from './index.ts';
import { OPTIONS, parseSs } from './options.ts';
import { ALL, DEFAULT, LISTENING } from './states.ts';

const parse = (line: string): ReturnType<typeof parseSs> => parseSs(line.split(' '));
const run = (line: string): ReturnType<typeof ss> => ss(line.split(' '), { db: testCase({}), captureId: 1, netns: 'own', format: 'table' });

describe('tables, families and states', () => {
  test.each([
    ['-t', ['tcp'], true, true],
    ['-tu4', ['tcp', 'udp'], true, false],
    ['-f inet6', ['tcp', 'udp', 'raw'], false, true],
    ['-x', ['unix_stream', 'unix_dgram', 'unix_seqpacket'], false, false],
    ['-46t', ['tcp'], false, true],
    ['-t -6 -4', ['tcp'], true, false],
    ['-t -4 -6 -0', ['tcp', 'packet_raw', 'packet_dgram'], true, true],
    ['-x -t', ['tcp', 'unix_stream', 'unix_dgram', 'unix_seqpacket'], true, true],
    ['-t -A udp', ['udp'], true, true],
    ['-A !udp,raw -t', ['raw', 'tcp'], true, true],
    ['-t -f inet -f inet6', ['tcp'], false, true],
    ['-A inet,!tcp', ['udp', 'raw'], true, true],
    ['--socket=packet', ['packet_raw', 'packet_dgram'], false, false],
  ])('ss %s', (line, tables, ipv4, ipv6) => {
    const request = parse(line);
    expect([...request.tables]).toEqual(expect.arrayContaining(tables));
    if (!line.includes('inet')) expect(request.tables.size).toBe(tables.length);
    expect(request.tables.has('tcp')).toBe(tables.includes('tcp'));
    expect([request.ipv4, request.ipv6]).toEqual([ipv4, ipv6]);
  });

  test('-a and -l say which states, state and exclude after them', () => {
    expect(parse('-ta').states).toBe(ALL);
    expect(parse('-tl').states).toBe(LISTENING);
    expect(parse('-tunal').states).toBe(LISTENING);
    expect(parse('-tunla').states).toBe(ALL);
    expect(parse('-A tcp -l').states).toBe(LISTENING);
    expect(parse('-l -A tcp').states).toBe(LISTENING);
    expect(parse('-A packet').states).toBe(DEFAULT);
    expect(parse('-0').states).toBe(1 << 7);
    expect(parse('-t state close state syn-rcv').states).toBe((1 << 7) | (1 << 3));
    expect(parse('-t state closed exclude all').states).toBe(DEFAULT);
    expect(parse('-t state established state syn-sent').states).toBe((1 << 1) | (1 << 2));
    expect(parse('-ta exclude listening').states).toBe(ALL & ~(1 << 10));
  });

  test('what stands behind the states is the expression', () => {
    expect(parse('-t state all dport = :22').filter).toEqual(['dport', '=', ':22']);
  });
});

describe('refused', () => {
  test.each([
    ['-y', /^ss: invalid option -- 'y'\nUsage/],
    ['-f appletalk', /"appletalk" is invalid family/],
    ['-A nosuch', /"nosuch" is illegal socket table id/],
    ['state', /^Command line is not complete\. Try option "help"$/],
    ['state bound-inactive', /^ss: wrong state name: bound-inactive$/],
    ['state listen', /^ss: wrong state name: listen$/],
    ['state sleeping', /wrong state name: sleeping/],
    ['-tl --nosuch', /unrecognized option '--nosuch'/],
  ])('ss %s', (line, message) => {
    expect(() => parse(line)).toThrow(expect.objectContaining({ exit: 255, message: expect.stringMatching(message) }));
  });

  test.each(OPTIONS.filter((o) => o.taken === 'no').map((o) => [o.long]))('ss --%s has nothing to act upon', (long) => {
    const line = OPTIONS.find((o) => o.long === long)?.argument === 'required' ? `--${long}=x` : `--${long}`;
    expect(() => run(line)).toThrow(expect.objectContaining({ exit: 255, message: expect.stringContaining(`--${long}`) }));
  });
});

test.each(['-A !tcp', '-t -A !tcp', '-A tcp,!tcp'])('ss %s leaves no table, which is said and no failure', (line) => {
  const message = 'ss: no socket tables to show with such filter.';
  expect(() => parse(line)).toThrow(expect.objectContaining({ exit: 0, message }));
});

test.each(['-Z', '-tz', '--context', '-Zh'])('ss %s without SELinux is refused as the live tool refuses it', (line) => {
  expect(() => run(line)).toThrow(expect.objectContaining({ exit: 1, message: 'ss: SELinux is not enabled.' }));
  expect(parseSs(line.split(' '), { selinux: true, version: 6 }).flags.size).toBeGreaterThan(0);
});

test('bound-inactive is a state of iproute2 7', () => {
  expect(parseSs(['-t', 'state', 'bound-inactive'], { selinux: false, version: 7 }).states).toBe(1 << 13);
});

test('-s with what chooses no socket is the totals alone', () => {
  expect(['-sa', '-sp', '-sH', '-st', '-s state all'].map((line) => parse(line).bare)).toEqual([true, true, true, false, false]);
  expect([...run('-saH').out].join('')).not.toContain('Netid');
});

test('a thread with a table of its own goes by its own name', () => {
  const rows: TestRows = {
    captures: [{ own_net_ns: 1 }],
    processes: [{ pid: 51, name: 'python3' }],
    threads: [
      { pid: 51, tid: 51, name: 'python3', own_files: 0 },
      { pid: 51, tid: 52, name: 'wrk thr', own_files: 1 },
    ],
    fds: [{ pid: 51, tid: 52, fd: 3, kind: 'socket', target: 'socket:[500]', socket_inode: 500 }],
    sockets_inet: [inet(500)],
  };
  for (const line of ['-tlpHn', '-tlTHn']) expect(runTool(ss, line, rows).out).toContain('users:(("wrk thr",pid=51,tid=52,fd=3))');
});

test.each(OPTIONS.filter((o) => o.taken === 'noted').map((o) => [o.long, o.doc]))(
  'ss --%s is taken, and one line says what is missing',
  (long, doc) => {
    expect(run(`--${long}`).err).toContain(`ss: --${long}: ${doc}\n`);
  },
);

test('profiles are named as ss=6.1 and ss=7', () => {
  expect(() => run('--compat ss=5')).toThrow(expect.objectContaining({ exit: 2 }));
  expect([...run('-t --compat ss=7').out].join('')).toMatch(/^State .*Process\n$/);
});
