import { describe, expect, test } from 'vitest';
import type { ArchiveParts } from '../../../../test/support/archive.ts';
import { loaded } from '../../../../test/support/loaded.ts';
import { type Change, KINDS, type Kind } from './change.ts';
import { incomparable, weaknesses } from './comparable.ts';
import { differences } from './diff.ts';
import { sideOf } from './side.ts';

/** What one capture could not read, or not to the end, neither came nor went: made archives, through the whole pipe. */

type Parts = ArchiveParts;

/** The second of two archives, with an id of its own. */
function later(parts: Parts): Parts {
  return { ...parts, header: { ...parts.header, capture_id: '6f9fd5a4-0000-4000-8000-000000000002' } };
}

const ROUTES = `Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n`;
const route = (destination: string): string => `eth0\t${destination}\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n`;
const DEV =
  'Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n';
const device = (name: string): string => `${name}: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n`;
const TCP = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const listener = (port: number): string =>
  `   0: 0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 ${port} 1 0000000000000000 100 0 0 10 0\n`;
const stat = (pid: number, name: string): string =>
  `${pid} (${name}) S 1 ${pid} ${pid} 0 -1 4194560 ${'0 '.repeat(8)}20 0 1 0 ${pid * 10} 0 0 18446744073709551615 ${'0 '.repeat(26)}0\n`;
const mount = (id: number, place: string): string => `${id} 1 8:1 / ${place} rw - ext4 /dev/sda1 rw\n`;
const links = (pid: number, net: number): string =>
  ['net', 'pid', 'mnt'].map((kind) => `ns/${kind}\t-\t-\t>${kind}:[${kind === 'net' ? net : 4026531800 + pid}]\n`).join('');

const FEW: Parts['files'] = {
  'proc/net/tcp': TCP + listener(80),
  'proc/net/dev': DEV + device('eth0'),
  'proc/net/route': ROUTES + route('0000000A'),
  'proc/net/ipv6_route': '',
  'proc/7/stat': stat(7, 'old'),
  'proc/7/cmdline': 'old\0',
  'proc/7/mountinfo': mount(20, '/'),
  'proc/modules': 'ext4 1000 1 - Live 0x0000000000000000\n',
  'etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
  'etc/services': 'ssh 22/tcp\n',
};
const MORE: Parts['files'] = {
  ...FEW,
  'proc/net/tcp': TCP + listener(80) + listener(81),
  'proc/net/dev': DEV + device('eth0') + device('tun0'),
  'proc/net/route': ROUTES + route('0000000A') + route('0000010A'),
  'proc/8/stat': stat(8, 'new'),
  'proc/8/cmdline': 'new\0',
  'proc/7/mountinfo': mount(20, '/') + mount(21, '/srv'),
  'proc/modules': 'ext4 1000 1 - Live 0x0000000000000000\nrootkit 1000 0 - Live 0x0000000000000000\n',
  'etc/passwd': 'root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\n',
  'etc/services': 'ssh 22/tcp\nback 31337/tcp\n',
};

async function compared(before: Parts, after: Parts, only: readonly Kind[] = KINDS): Promise<{ changes: Change[]; weaker: string }> {
  const db = await loaded(before, later(after));
  const [one, two] = [sideOf(db, 1), sideOf(db, 2)];
  const found = { changes: [...differences(db, one, two, new Set(only))], weaker: weaknesses(one, two).join('\n') };
  db.close();
  return found;
}
const told = ({ changes }: { readonly changes: readonly Change[] }): string[] => changes.map((c) => `${c.change} ${c.kind} ${c.identity}`);

const ALL = [
  'listener tcp 127.0.0.1:81',
  'process 8 new',
  'user toor',
  'module rootkit',
  'interface tun0',
  'route 10.1.0.0/24 on eth0 metric 0',
  'service back 31337/tcp',
  'mount /srv',
];

test('what came is told, and what went', async () => {
  expect(told(await compared({ files: FEW }, { files: MORE }))).toEqual(ALL.map((what) => `added ${what}`));
  expect(told(await compared({ files: MORE }, { files: FEW }))).toEqual(ALL.map((what) => `removed ${what}`));
});

describe.each([
  ['proc/net/tcp', 'listener'],
  ['proc/net/dev', 'interface'],
  ['proc/net/route', 'route'],
  ['proc/7/mountinfo', 'mount'],
  ['proc/modules', 'module'],
  ['etc/passwd', 'user'],
  ['etc/services', 'service'],
] as const)('%s', (path, kind) => {
  const others = ALL.filter((what) => !what.startsWith(`${kind} `));
  const cut: Parts = { files: FEW, records: { [path]: { truncated: true as const } } };
  const { [path]: _, ...without } = FEW as Record<string, string>;
  const refused: Parts = { files: without, refused: [{ path, errno: 'EACCES' }] };

  test('cut: what it lacks has neither come nor gone, and that is said', async () => {
    const came = await compared(cut, { files: MORE });
    expect(told(came)).toEqual(others.map((what) => `added ${what}`));
    expect(came.weaker).toMatch(/capture 1 did not read .* \((bytes|cut)\) whole: what it lacks of them is no difference/);
    const went = await compared({ files: MORE }, cut);
    expect(told(went)).toEqual(others.map((what) => `removed ${what}`));
    expect(went.weaker).toContain('capture 2 did not read');
  });

  test('refused: likewise', async () => {
    expect(told(await compared(refused, { files: MORE })).filter((c) => c.includes(` ${kind} `))).toEqual([]);
    expect(told(await compared({ files: MORE }, refused)).filter((c) => c.includes(` ${kind} `))).toEqual([]);
  });

  test('cut in the capture that has more: what it has and the other lacks has come', async () => {
    expect(told(await compared({ files: FEW }, { files: MORE, records: { [path]: { truncated: true as const } } }))).toEqual(
      ALL.map((what) => `added ${what}`),
    );
  });
});

test('a file that the host does not have is as good as empty', async () => {
  const { 'proc/modules': _, ...without } = FEW as Record<string, string>;
  const none: Parts = { files: without, refused: [{ path: 'proc/modules', errno: 'ENOENT' }] };
  expect(told(await compared(none, { files: MORE }, ['module']))).toEqual(['added module ext4', 'added module rootkit']);
});

test('an archive that is cut off, or was stopped, has lost no process', async () => {
  const files = { ...FEW, 'proc/9/stat': stat(9, 'late') };
  for (const manifest of [null, { exit: 'timeout' }] as const) {
    const { changes, weaker } = await compared({ files }, { files: FEW, manifest }, ['process']);
    expect(changes).toEqual([]);
    expect(weaker).toMatch(/capture 2 (is cut off|was stopped early \(timeout\)): processes/);
  }
});

test('namespaces that a capture without rights did not see have not come', async () => {
  const weak = { header: { self: { euid: 1000, cap_eff: '0000000000000000' } } };
  const one = { ...FEW, 'proc/7/links.list': links(7, 4026531833) };
  const two = { ...one, 'proc/8/stat': stat(8, 'new'), 'proc/8/links.list': links(8, 4026539999) };
  expect(told(await compared({ files: one }, { files: two }, ['namespace']))).toContain('added namespace net:[4026539999]');
  const unseen = { ...one, 'proc/8/stat': stat(8, 'new') };
  const { changes, weaker } = await compared({ files: unseen, ...weak }, { files: two }, ['namespace', 'process']);
  expect(changes).toEqual([]);
  expect(weaker).toContain('capture 1 could not ask every process for its namespaces');
  expect(weaker).toContain('the users that captured differ (1000 and 0): programs, descriptors and owners of sockets');
});

test('a light capture knows no arguments: the process is the same one, restarted or not', async () => {
  const exe = 'exe\t-\t-\t>/bin/old\n';
  const whole = { ...FEW, 'proc/7/cmdline': 'old\0-x\0', 'proc/7/links.list': exe };
  const light = { header: { options: { light: true } } };
  const { 'proc/7/stat': _, 'proc/7/cmdline': __, 'proc/7/mountinfo': ___, ...host } = FEW as Record<string, string>;
  const same = { ...host, 'proc/7/stat': stat(7, 'old') };
  expect((await compared({ files: whole }, { files: same, ...light }, ['process', 'exe'])).changes).toEqual([]);
  const restarted = { ...host, 'proc/9/stat': stat(9, 'old') };
  const { changes, weaker } = await compared({ files: whole }, { files: restarted, ...light }, ['process']);
  expect(changes).toMatchObject([{ change: 'replaced', field: 'pid', before: 7, after: 9 }]);
  expect(weaker).toContain('capture 2 is light: command lines');
});

test('captures of different pid namespaces are not compared', async () => {
  const inside = { header: { self: { namespaces: { net: '1', pid: '4026532000', mnt: '2', user: '3' } } } };
  const elsewhere = { header: { kernel: { boot_id: '22222222-2222-3333-4444-555555555555' } } };
  const why = async (before: Parts, after: Parts): Promise<string | null> => {
    const db = await loaded(before, later(after));
    const found = incomparable(sideOf(db, 1), sideOf(db, 2));
    db.close();
    return found;
  };
  const host: Parts = { files: FEW };
  expect(await why(host, host)).toBeNull();
  expect(await why(host, { files: FEW, ...inside })).toContain('different pid namespaces (4026531836 and 4026532000)');
  expect(await why({ files: FEW, ...elsewhere }, { files: FEW, ...inside })).toContain('different pid namespaces');
  expect((await compared(host, { files: FEW, ...inside })).weaker).toContain('processes, their programs and descriptors say little');
});

test('of a process that ended while it was read it is said that too little is known', async () => {
  const ended = { ...FEW, 'proc/9/stat': stat(9, 'MainThread') };
  const { changes, weaker } = await compared(
    { files: ended },
    { files: { ...FEW, 'proc/10/stat': stat(10, 'MainThread'), 'proc/10/cmdline': 'node\0' } },
    ['process'],
  );
  expect(told({ changes })).toEqual(['removed process 9 MainThread', 'added process 10 MainThread']);
  expect(weaker).toBe(
    'capture 1 knows neither program nor arguments of a process: it is told as removed or added, and not as another one started again',
  );
});

test('two machines of one name', async () => {
  const machine = (id: string): Parts => ({ files: { ...FEW, 'etc/machine-id': `${id}\n` } });
  expect((await compared(machine('a'.repeat(32)), machine('b'.repeat(32)))).weaker).toContain('one name and different machine ids');
  expect((await compared(machine('a'.repeat(32)), machine('a'.repeat(32)))).weaker).toBe('');
});
