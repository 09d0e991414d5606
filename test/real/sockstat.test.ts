import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** The Linux port of sockstat is on Debian: its look is compared with it, live. The FreeBSD look is held to its manual's fixed stops. */

let scene: Scene;
let archive: string;
/** The same host, with what the kernel tells of its sockets: by its dump, and by the sockets themselves. */
let dumped: string;
let asked: string;
const live = new Map<string, string>();
const INVOCATIONS = [
  '',
  '-4',
  '-6',
  '-l',
  '-c',
  '-c -l',
  '-R tcp',
  '-R udp',
  '-R raw',
  '-U root',
  '-p 1-65535',
  '-4 -l',
  '-6 -c',
  '-4 -6 -c',
] as const;

beforeAll(async () => {
  scene = await startScene(['tcp', 'inet', 'unix']);
  for (const words of INVOCATIONS) live.set(words, scene.live('sockstat', words === '' ? [] : words.split(' ')));
  live.set('-u', scene.live('sockstat', ['-u']));
  archive = scene.capture('sockstat').archive;
  dumped = scene.capture('dumped', ['--netlink']).archive;
  asked = scene.capture('asked', ['--sockopt']).archive;
}, 240_000);
afterAll(async () => {
  await scene?.stop();
});

const sockstat = (...args: readonly string[]): string => from(archive, ...args);

function from(evidence: string, ...args: readonly string[]): string {
  const ran = coldstat(['sockstat', '--archive', evidence, '--quiet-ledger', ...args]);
  expect(ran.code, ran.err).toBe(0);
  return ran.out;
}

/** Rows without the programs that did the looking, and without connections that were still moving. */
function steady(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => !/ (init|node|sockstat|sh|nsenter) /.test(line) && !/SYN_RECV|SYN_SENT|FWAIT1|LAST_ACK|CLOSING/.test(line))
    .sort();
}

describe('the look of the Linux port', () => {
  test.each(INVOCATIONS)('sockstat %s', (words) => {
    const ours = sockstat('--compat', 'sockstat=linux', '--strict', ...(words === '' ? [] : words.split(' ')));
    const real = steady(live.get(words) ?? '');
    expect(real.length).toBeGreaterThan(2);
    // The port does not read the icmp and udplite tables; a holder of such a socket is not hidden here.
    expect(steady(ours).filter((line) => !/ (icmp|udplite)[46] /.test(line))).toEqual(real);
  });
});

test('the port adds up what -4 and -l choose; only with --strict is that done here', () => {
  const rows = sockstat('--compat', 'sockstat=linux', '-4', '-l').trimEnd().split('\n').slice(1);
  expect(rows.length).toBeGreaterThan(2);
  expect(rows.filter((row) => !/ tcp4 .* LISTEN$/.test(row))).toEqual([]);
});

describe('unix sockets in the look of the Linux port', () => {
  /** USER PROCESS PID of each, with the name where it has one. The port writes the name before again for a socket that has none. */
  const holders = (text: string): string[] =>
    steady(text)
      .filter((line) => / unix /.test(line))
      .map((line) => line.replace(/ unix .*/, ''));

  test('sockstat -u', () => {
    const real = live.get('-u') ?? '';
    const ours = sockstat('--compat', 'sockstat=linux', '-u');
    expect(holders(real).length).toBeGreaterThan(5);
    expect(holders(ours)).toEqual(holders(real));
    const named = steady(ours).filter((line) => / unix +[/@\w][!-[\]-~]+ /.test(line));
    expect(named.length).toBeGreaterThan(3);
    for (const line of named) expect(real).toContain(line);
  });
});

describe('the look of FreeBSD', () => {
  test('every column begins at its stop', () => {
    const lines = sockstat('-4', '-l').split('\n');
    expect(lines[0]).toBe('USER     COMMAND    PID   FD  PROTO  LOCAL ADDRESS         FOREIGN ADDRESS      ');
    const row = lines.find((l) => / tcp4 /.test(l)) ?? '';
    expect(row.slice(30, 35)).toBe('tcp4 ');
    expect(row.slice(37)).toMatch(/^\d+\.\d+\.\d+\.\d+:\d+ +\*:\*$/);
  });

  test('-L leaves out loopback, -p keeps a port, -q drops the header', () => {
    expect(sockstat('-4', '-L')).not.toContain('127.0.0.');
    const port = scene.one('tcp-listen').local?.[1];
    const rows = sockstat('-4', '-q', '-p', String(port)).trimEnd().split('\n');
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row).toContain(`:${port}`);
  });

  /** What follows PROTO of the descriptor that the scenario made. */
  const row = (text: string, what: string): string => {
    const { pid, fd } = scene.one(what);
    const line = text.split('\n').find((l) => new RegExp(`^\\S+ +\\S+ +${pid} +${fd} `).test(l)) ?? '';
    return line.slice(30).trim();
  };
  const at = (what: string): string => `[${scene.one(what).pid} ${scene.one(what).fd}]`;

  test("with the kernel's dump: who is at the other end of a unix socket", () => {
    const text = from(dumped, '-u');
    expect(row(text, 'unix-pair-0')).toBe(`stream -> ${at('unix-pair-1')}`);
    expect(row(text, 'unix-pair-1')).toBe(`stream -> ${at('unix-pair-0')}`);
    expect(row(text, 'unix-stream-client')).toBe('stream -> stream.sock');
    expect(row(text, 'unix-stream-server')).toBe(`stream stream.sock -> ${at('unix-stream-client')}`);
    // Never accepted: the listener answers for the end that is not there yet.
    expect(row(text, 'unix-embryo-client')).toBe('seqpac -> seq.sock');
    expect(row(text, 'unix-dgram-client')).toBe('dgram  -> dgram2.sock');
    expect(text).toContain(`dgram  dgram2.sock <- ${at('unix-dgram-client')}\n`);
    expect(row(text, 'unix-unbound')).toBe('dgram  (not connected)');
    expect(text).not.toMatch(/ \[\d+ \d+\].*\?\?/);
  });

  test('-l and -c go by the peer: a socket that others are connected to listens', () => {
    const [listening, connected] = [from(dumped, '-u', '-l'), from(dumped, '-u', '-c')];
    for (const what of ['unix-stream-listen', 'unix-dgram', 'unix-unbound']) {
      expect([what, row(listening, what) !== '', row(connected, what)]).toEqual([what, true, '']);
    }
    for (const what of ['unix-pair-0', 'unix-stream-client', 'unix-dgram-client', 'unix-embryo-client']) {
      expect([what, row(listening, what), row(connected, what) !== '']).toEqual([what, '', true]);
    }
  });

  test('one socket for both families is tcp46 or udp46, told by the dump or by the socket', () => {
    for (const evidence of [dumped, asked]) {
      const text = from(evidence, '-6');
      expect(row(text, 'tcp6-listen-any')).toMatch(/^tcp46 {2}\*:\d+ +\*:\*$/);
      expect(row(text, 'udp6-any')).toMatch(/^udp46 {2}\*:\d+ +\*:\*$/);
      expect(row(text, 'tcp6-listen')).toMatch(/^tcp6 {3}::1:\d+/);
      expect(from(evidence, '-6', '-P', 'tcp')).toContain('tcp46');
    }
  });

  test('without either, both are said to be unknown', () => {
    expect(row(sockstat('-6'), 'tcp6-listen-any')).toMatch(/^tcp6 /);
    const { err } = coldstat(['sockstat', '--archive', archive, '--quiet-ledger']);
    expect(err).toContain("'??' is a peer that /proc does not tell (coldstat-capture --netlink)");
    expect(err).toContain('shown as tcp6, udp6');
    expect(coldstat(['sockstat', '--archive', dumped, '--quiet-ledger']).err).toBe('');
  });

  test('other formats: inodes of the peers', () => {
    const rows = JSON.parse(from(dumped, '--format', 'json', '-u')) as { inode: number; peer_inodes: string | null }[];
    expect(rows.find((r) => r.inode === scene.one('unix-pair-0').inode)?.peer_inodes).toBe(String(scene.one('unix-pair-1').inode));
    const unknown = JSON.parse(sockstat('--format', 'json', '-u')) as { peer_inodes: string | null }[];
    expect(unknown.every((r) => r.peer_inodes === null)).toBe(true);
  });

  test('sockets without a holder come last, with question marks', () => {
    const rows = sockstat('-4', '-q').trimEnd().split('\n');
    const first = rows.findIndex((r) => r.startsWith('?        ?          ?     ?'));
    expect(first).toBeGreaterThan(0);
    expect(rows.slice(first).every((r) => r.startsWith('?'))).toBe(true);
  });

  test('the look of the Linux port says how many sockets it leaves out', () => {
    const ran = coldstat(['sockstat', '--archive', archive, '--quiet-ledger', '--compat', 'sockstat=linux', '-4']);
    expect(ran.err).toMatch(/^sockstat: \d+ sockets without a process are not listed in this look/);
  });

  test('-j is refused with the reason', () => {
    const ran = coldstat(['sockstat', '--archive', archive, '-j', '1']);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('--netns');
  });

  test.each(['sockstat', 'netstat -tan', 'ss -tan', 'lsof -i', 'ps', 'ownership'])('%s of a namespace that is in no capture', (words) => {
    const ran = coldstat([...words.split(' '), '--archive', archive, '--netns', '4711']);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toMatch(/^coldstat: no network namespace 4711 in the capture\n {2}there are \d{10}\b/);
  });
});
