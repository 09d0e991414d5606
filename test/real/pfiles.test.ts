import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** pfiles of the processes that the scenario made: every field against what the scenario itself reported. */

let scene: Scene;
let archive: string;
let own: Own;

/** What own-sockets.py said of one of its sockets. */
interface Told {
  readonly fd: number;
  readonly inode: number;
  /** `LEVEL/NAME` to bytes in hex. */
  readonly values: Readonly<Record<string, string>>;
  /** As Python writes them. */
  readonly local: string | null;
  readonly peer: string | null;
}

/** Sockets with unusual options, and the archives that know them: by system calls, by the dump alone, by /proc alone. */
interface Own {
  readonly pid: number;
  /** Process that connected to one of them. */
  readonly stranger: number;
  readonly sockets: ReadonlyMap<string, Told>;
  readonly asked: string;
  readonly dumped: string;
}

async function makeOwn(): Promise<Own> {
  const { host } = scene;
  writeFileSync(`${host.files}/srv/bin/own-sockets`, '#!/bin/sh\nexec /usr/bin/python3 /srv/bin/own-sockets.py\n', { mode: 0o755 });
  copyFileSync(join(import.meta.dirname, 'own-sockets.py'), `${host.files}/srv/bin/own-sockets.py`);
  await host.start('own-sockets', [], '/srv');
  const log = readFileSync(`${host.files}/var/log/own-sockets.log`, 'utf8');
  const lines = log.split('\n').filter((line) => line.startsWith('{'));
  const said = lines.map((line) => JSON.parse(line) as Told & { what: string; pid: number; stranger: number });
  const self = said.find(({ what }) => what === 'self');
  return {
    pid: self?.pid ?? 0,
    stranger: self?.stranger ?? 0,
    sockets: new Map(said.map((s) => [s.what, s])),
    asked: scene.capture('asked', ['--sockopt', '--netlink']).archive,
    dumped: scene.capture('dumped', ['--netlink']).archive,
  };
}

beforeAll(async () => {
  scene = await startScene(['tcp', 'files', 'unix']);
  own = await makeOwn();
  archive = scene.capture('pfiles').archive;
}, 240_000);
afterAll(async () => {
  await scene?.stop();
});

const pfiles = (...args: readonly string[]): string => from(archive, ...args);

const answers = new Map<string, string>();

function from(evidence: string, ...args: readonly string[]): string {
  const before = answers.get([evidence, ...args].join(' '));
  if (before !== undefined) return before;
  const ran = coldstat(['pfiles', '--archive', evidence, '--quiet-ledger', ...args]);
  expect(ran.code, ran.err).toBe(0);
  answers.set([evidence, ...args].join(' '), ran.out);
  return ran.out;
}

/** The lines of one descriptor. */
function descriptor(text: string, fd: number | undefined): string {
  const blocks = text.split(/\n(?= *\d+: )/);
  return blocks.find((b) => b.trimStart().startsWith(`${fd}: `)) ?? '';
}

test('a listening socket: type, names, the option its table proves, and that others are unknown', () => {
  const made = scene.one('tcp-listen');
  const block = descriptor(pfiles(String(made.pid)), made.fd);
  expect(block).toMatch(new RegExp(`S_IFSOCK mode:0777 dev:0,\\d+ ino:${made.inode} uid:0 gid:0 size:0\n {6}O_RDWR`));
  expect(block).toContain('\tSOCK_STREAM\n\tSO_ACCEPTCONN\n\t(other socket options not captured)\n');
  expect(block).toContain(`\tsockname: AF_INET ${made.local?.[0]}  port: ${made.local?.[1]}`);
  expect(block).not.toContain('peername');
});

test('profiles differ where their systems do', () => {
  const { pid, fd } = scene.one('tcp-listen');
  expect(pfiles(String(pid))).toMatch(new RegExp(`^${pid}:\t.*\n  Current rlimit: \\d+ file descriptors\n`));
  expect(descriptor(pfiles('--compat', 'pfiles=stap', String(pid)), fd)).toMatch(/rdev:0,0\n {6}O_RDWR.*\n {6}socket:\[\d+\]\n/);
  expect(pfiles('-n', String(pid))).not.toContain('O_RDWR');
});

test('a process that is not there: one line, exit 1', () => {
  const ran = coldstat(['pfiles', '--archive', archive, '--quiet-ledger', '4194304']);
  expect(ran.code).toBe(1);
  expect(ran.err).toBe('pfiles: cannot examine 4194304: no such process\n');
  expect(ran.out).toBe('');
});

test('one JSON object a descriptor, unknown is null', () => {
  const { pid, inode } = scene.one('tcp-listen');
  const rows = JSON.parse(pfiles('--format', 'json', String(pid))) as { ino: string; socket_type: string; peername: string | null }[];
  expect(rows.find((r) => r.ino === String(inode))).toMatchObject({ socket_type: 'SOCK_STREAM', type: 'S_IFSOCK', peername: null });
});

/** The line of options of a socket of own-sockets.py. */
function optionsOf(block: string): readonly string[] {
  return /\n\tSOCK_\w+\n\t([^:\n]*)\n/.exec(`${block}\n`)?.[1]?.split(',') ?? [];
}

const number = (hex: string | undefined): number => Buffer.from(hex ?? '', 'hex').readInt32LE(0);

describe('what the sockets say of themselves', () => {
  const SWITCHES =
    'SO_DEBUG SO_REUSEADDR SO_KEEPALIVE SO_DONTROUTE SO_BROADCAST SO_OOBINLINE SO_REUSEPORT SO_PASSCRED SO_ACCEPTCONN TCP_NODELAY TCP_CORK IPV6_V6ONLY'.split(
      ' ',
    );

  test.each(['listener', 'client', 'server', 'udp6', 'pair', 'raw', 'sniffer', 'refused', 'bound', 'waiting', 'accepted'])('%s', (what) => {
    const told = own.sockets.get(what);
    const block = descriptor(from(own.asked, String(own.pid)), told?.fd);
    const words = optionsOf(block);
    const value = (name: string): string | undefined => Object.entries(told?.values ?? {}).find(([key]) => key.endsWith(`/${name}`))?.[1];
    for (const name of SWITCHES) {
      const said = value(name);
      // Python asks some levels of sockets of every kind; what the kind does not have is not asked by a capture.
      if (said !== undefined) expect([name, words.includes(name)]).toEqual([name, number(said) !== 0]);
    }
    for (const name of ['SO_SNDBUF', 'SO_RCVBUF']) expect(words).toContain(`${name}(${number(value(name))})`);
    const linger = value('SO_LINGER') ?? '';
    expect(words.find((word) => word.startsWith('SO_LINGER'))).toBe(
      number(linger) === 0 ? undefined : `SO_LINGER(${number(linger.slice(8))})`,
    );
    expect(block).not.toContain('not captured');
    const type = ['', 'STREAM', 'DGRAM', 'RAW'][number(value('SO_TYPE'))];
    expect(block).toContain(`\tSOCK_${type}\n`);
  });

  test('both names of each Internet socket, also of one in no table', () => {
    for (const what of ['listener', 'client', 'server', 'udp6', 'refused', 'bound']) {
      const told = own.sockets.get(what);
      const block = descriptor(from(own.asked, String(own.pid)), told?.fd);
      for (const [side, said] of [
        ['sockname', told?.local],
        ['peername', told?.peer],
      ] as const) {
        const [, address, port] = /^\('([^']*)', (\d+)/.exec(said ?? '') ?? [];
        const shown = new RegExp(`\\t${side}: AF_INET6? (\\S+)  port: (\\d+)`).exec(block);
        expect([what, side, shown?.[1], shown?.[2]]).toEqual([what, side, address, port]);
      }
    }
    expect(optionsOf(descriptor(from(own.asked, String(own.pid)), own.sockets.get('bound')?.fd))).toContain('SO_OOBINLINE');
  });

  test('options with a value, in the order of Solaris, what Linux has besides behind them', () => {
    const words = optionsOf(descriptor(from(own.asked, String(own.pid)), own.sockets.get('client')?.fd));
    expect(words.slice(0, 2)).toEqual(['SO_KEEPALIVE', 'SO_LINGER(7)']);
    expect(words[2]).toMatch(/^SO_SNDBUF\(\d+\)$/);
    expect(words).toEqual(expect.arrayContaining(['TCP_NODELAY', 'TCP_KEEPIDLE(77)', 'TCP_CONGESTION(reno)', 'IP_TOS(16)']));
    const pair = optionsOf(descriptor(from(own.asked, String(own.pid)), own.sockets.get('pair')?.fd));
    expect(pair).toContain('SO_RCVTIMEO(5.0s)');
  });

  test.each(['asked', 'dumped'] as const)('unix sockets and the process at the other end: %s', (how) => {
    const text = from(own[how], String(own.pid));
    const accepted = descriptor(text, own.sockets.get('accepted')?.fd);
    expect(accepted).toContain('\tsockname: AF_UNIX @own sockets\n');
    expect(accepted).toMatch(new RegExp(`\\n\\tpeername: AF_UNIX\\n\\tpeer: python3\\S*\\[${own.stranger}\\]`));
    expect(descriptor(text, own.sockets.get('waiting')?.fd)).toContain('\tsockname: AF_UNIX @own sockets');
    expect(descriptor(text, own.sockets.get('pair')?.fd)).toMatch(new RegExp(`\\tpeer: python3\\S*\\[${own.pid}\\]`));
    const other = from(own[how], String(own.stranger));
    expect(other).toMatch(new RegExp(`\\n\\tpeername: AF_UNIX @own sockets\\n\\tpeer: \\S+\\[${own.pid}\\]`));
  });

  test('illumos has a zone behind the peer: the network namespace; SystemTap the process that SO_PEERCRED named', () => {
    const { fd } = own.sockets.get('accepted') ?? {};
    const [illumos, stap] = ['illumos', 'stap'].map((look) =>
      descriptor(from(own.asked, '--compat', `pfiles=${look}`, String(own.pid)), fd),
    );
    expect(illumos).toMatch(new RegExp(`\\tpeer: python3\\S*\\[${own.stranger}\\] zone: net:\\[\\d+\\]`));
    expect(stap).toContain(`        peercred pid: ${own.stranger}`);
    expect(stap).toMatch(/\n {6}\S*SO_TYPE\(1\),SO_SNDBUF\(\d+\),SO_RCVBUF\(\d+\)\n/);
  });

  test('a dump alone tells buffers and congestion control, and of one in no table its name; the rest is said to be unknown', () => {
    const text = from(own.dumped, String(own.pid));
    const client = descriptor(text, own.sockets.get('client')?.fd);
    const value = own.sockets.get('client')?.values ?? {};
    expect(optionsOf(client)).toEqual([
      'SO_KEEPALIVE',
      `SO_SNDBUF(${number(value['SOL_SOCKET/SO_SNDBUF'])})`,
      `SO_RCVBUF(${number(value['SOL_SOCKET/SO_RCVBUF'])})`,
      'IP_TOS(16)',
      'TCP_CONGESTION(reno)',
    ]);
    expect(client).toContain('\t(other socket options not captured)\n');
    expect(descriptor(text, own.sockets.get('bound')?.fd)).toMatch(/\tsockname: AF_INET 127\.0\.0\.1 {2}port: \d+/);
  });

  test('/proc alone tells neither, and that is said', () => {
    const text = pfiles(String(own.pid));
    expect(descriptor(text, own.sockets.get('bound')?.fd)).toContain('\t(in no table)\n\t(socket options not captured)');
    const pair = descriptor(text, own.sockets.get('pair')?.fd);
    expect(pair).toContain('\tSOCK_STREAM\n\t(socket options not captured)\n\t(peer not captured)');
    expect(pair).not.toContain('peer:');
  });

  test('other formats: options as one text, numbers of peers', () => {
    const rows = JSON.parse(from(own.asked, '--format', 'json', String(own.pid))) as Record<string, unknown>[];
    const accepted = rows.find((r) => r['ino'] === String(own.sockets.get('accepted')?.inode));
    expect(accepted).toMatchObject({ peers: String(own.stranger), peercred_pid: own.stranger, unknown: null });
    expect(accepted?.['socket_options']).toMatch(/^SO_SNDBUF\(\d+\),SO_RCVBUF\(\d+\)$/);
  });
});
