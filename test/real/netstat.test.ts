import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadEvidence } from '../../packages/analyze/src/db/load.ts';
import { memoryCase } from '../../packages/analyze/src/db/open.ts';
import { type CaseDb, caseDb } from '../../packages/analyze/src/db/query.ts';
import { openEvidence } from '../../packages/analyze/src/open/evidence.ts';
import { netstat } from '../../packages/analyze/src/tools/netstat/index.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** Files of /proc/net that netstat reads. */
const TABLES = [
  ...['tcp', 'tcp6', 'udp', 'udp6', 'udplite', 'udplite6', 'raw', 'raw6', 'unix', 'dev', 'route', 'ipv6_route', 'igmp', 'igmp6'],
  ...['snmp', 'snmp6', 'netstat'],
];
const NAMES = ['passwd', 'services', 'hosts', 'protocols', 'networks'];

/** Runs the real netstat with the mirror's /proc and /etc in place of the machine's, so that both answer from the very same bytes. */
const OVER = `set -e; tree=$1; shift; mount --make-rprivate /; mount --bind "$tree/proc" /proc
for name in ${NAMES.join(' ')}; do [ ! -e "/etc/$name" ] || mount --bind "$tree/etc/$name" "/etc/$name"; done; exec netstat "$@"`;

/** Another version prints otherwise: then these tests say so and fail, they do not stand aside. */
test('root and net-tools 2.10 are there to compare with', () => {
  expect(process.getuid?.()).toBe(0);
  expect(spawnSync('netstat', ['--version']).stdout?.toString()).toContain('net-tools 2.10');
});

describe('netstat over the files of a host, against net-tools 2.10 over the same files', () => {
  let scene: Scene;
  let tree: string;
  let db: CaseDb;

  beforeAll(async () => {
    scene = await startScene(['tcp', 'inet', 'unix', 'owners', 'linger']);
    tree = mkdtempSync(join(tmpdir(), 'coldstat-netstat-'));
    mirror(scene, tree);
    const memory = memoryCase();
    await loadEvidence(memory, await openEvidence(tree), { path: tree, loadedBy: 'test' });
    memory.exec('UPDATE captures SET ticks_per_second = 100');
    db = caseDb(memory);
  });

  afterAll(async () => {
    await scene?.stop();
    rmSync(tree, { recursive: true, force: true });
  });

  const real = (args: readonly string[]) => {
    const ran = spawnSync('unshare', ['-m', 'bash', '-c', OVER, 'over', tree, ...args], {
      timeout: 20_000,
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    });
    return { out: ran.stdout.toString('latin1'), code: ran.status };
  };
  const ours = (args: readonly string[]) => {
    const answer = netstat(args, { db, captureId: 1, netns: 'own', format: 'table' });
    return { out: [...answer.out].join(''), code: answer.exit() };
  };

  const sockets = [
    '-antup',
    '-tulpn',
    '-t',
    '-tl',
    '-ta',
    '-anWtu',
    '-antupeo',
    '-autwpeo',
    '-ln --inet',
    '--inet6 -an',
    '-w -a',
    '-u',
    '-ul',
  ];
  const names = [
    '-at --numeric-hosts',
    '-at --numeric-ports',
    '-ate --numeric-users',
    '-A inet6 -ao',
    '-4 -6 -atn',
    '-tuaW --prog',
    '-tn foo',
  ];
  const others = ['-s', '-s -6', '-st', '-su', '-sw', '-s6t', '-rn', '-re', '-reen', '-r6n', '-g', '-gn'];
  test.each([...sockets, ...names, ...others])('netstat %s', (line) => {
    const args = line.split(' ');
    expect(ours(args)).toEqual(real(args));
  });

  test('the host has sockets of every kind that is compared', () => {
    const { out } = real(['-antuwp']);
    for (const word of ['LISTEN', 'ESTABLISHED', 'TIME_WAIT', 'SYN_RECV', 'tcp6', 'udp6', 'raw', '/scenario']) expect(out).toContain(word);
  });

  test.each(['-xa', '-x', '-xl', '-xap'])('netstat %s, but for names with a blank, which net-tools cuts', (line) => {
    const cut = (lines: string): string[] =>
      lines
        .split('\n')
        .map((l) => (l.startsWith('unix') ? l.slice(0, nameColumn(line)) + (l.slice(nameColumn(line)).split(' ')[0] ?? '') : l));
    const plain = (lines: string[]): string[] => lines.filter((l) => !l.includes('\\'));
    const seen = new Set(cut(real([line]).out));
    const mine = plain(cut(ours([line]).out));
    expect(mine.length).toBeGreaterThan(5);
    expect(mine.filter((l) => !seen.has(l))).toEqual([]);
  });

  const nameColumn = (line: string): number => (line.includes('p') ? 80 : 59);
});

/** A tree of the host's files as a responder might have copied it. */
function mirror(scene: Scene, tree: string): void {
  const { init, files } = scene.host;
  mkdirSync(join(tree, 'proc/net'), { recursive: true });
  mkdirSync(join(tree, 'etc'));
  for (const name of TABLES) {
    if (existsSync(`/proc/${init}/net/${name}`)) writeFileSync(join(tree, 'proc/net', name), readFileSync(`/proc/${init}/net/${name}`));
  }
  for (const name of NAMES) {
    if (existsSync(`${files}/etc/${name}`)) cpSync(`${files}/etc/${name}`, join(tree, 'etc', name));
    else writeFileSync(join(tree, 'etc', name), '');
  }
  const pids = readdirSync(`${files}/proc`).filter((name) => /^\d+$/.test(name));
  const held = new Set<string>();
  for (const pid of pids.sort((a, b) => Number(a) - Number(b))) mirrorProcess(`${files}/proc/${pid}`, join(tree, 'proc', pid), held);
}

/** A socket is left to the lowest process that holds it: netstat takes the first it meets, and a copied directory has no order. */
function mirrorProcess(from: string, to: string, held: Set<string>): void {
  mkdirSync(join(to, 'fd'), { recursive: true });
  for (const name of ['cmdline', 'stat']) writeFileSync(join(to, name), readFileSync(`${from}/${name}`));
  for (const fd of readdirSync(`${from}/fd`)) {
    const target = readlinkSync(`${from}/fd/${fd}`);
    if (target.startsWith('socket:') && held.has(target)) continue;
    held.add(target);
    symlinkSync(target, join(to, 'fd', fd));
  }
}
