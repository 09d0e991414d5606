import { appendFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** Two captures of one host, between which one thing of each group changed: accounts, services, interfaces, routes, mounts, namespaces, a process in place. */

let scene: Scene;
const archives: string[] = [];

/** Runs as a shell of the host; what it starts in the background stays. */
function inside(script: string): void {
  const ran = scene.host.run('bash', ['-c', script]);
  expect(ran.code, `${script}: ${ran.stderr}`).toBe(0);
}

const STAYS =
  'setsid bash -c "cd /srv; echo ready > /run/stays; while read -t 600 line < /run/stays.ctl; do eval \\"\\$line\\"; done" stays < /dev/null > /dev/null 2>&1 &';

beforeAll(async () => {
  scene = await startScene(['tcp']);
  inside('mkdir -p /srv/bound /srv/other /srv/gone && mount --bind /srv/gone /srv/gone && mkfifo /run/stays.ctl && exec 5<>/run/stays.ctl');
  inside('ip route add 203.0.113.0/25 dev eth0 && ip route add 203.0.113.128/25 via 192.0.2.1 dev eth0');
  inside(`${STAYS} for i in 1 2 3 4 5 6 7 8 9 10; do [ -e /run/stays ] && exit 0; sleep 0.2; done; exit 1`);
  appendFileSync(`${scene.host.files}/etc/passwd`, 'leaver:x:1001:1001::/home/leaver:/bin/sh\nmover:x:1002:1002::/home/mover:/bin/sh\n');
  archives.push(scene.capture('before').archive);

  const passwd = scene.host.run('cat', ['/etc/passwd']).stdout.toString('latin1');
  writeFileSync(
    `${scene.host.files}/etc/passwd`,
    `${passwd.replace(/^leaver:.*\n/m, '').replace('/home/mover:/bin/sh', '/home/mover:/bin/bash')}toor:x:0:0::/root:/bin/sh\n`,
    'latin1',
  );
  appendFileSync(`${scene.host.files}/etc/services`, 'backdoor\t31337/tcp\n');
  inside('ip link add dummy7 type dummy 2>/dev/null || ip link add dummy7 type veth peer name dummy8');
  inside('ip link set eth1 mtu 1400 && ip address add 198.51.100.77/24 dev eth1 && ip -6 address add 2001:db8::99/64 dev eth0 nodad');
  inside('ip route del 203.0.113.0/25 dev eth0 && ip route add 203.0.113.64/26 dev eth0');
  inside('ip route change 203.0.113.128/25 via 192.0.2.2 dev eth0');
  inside('umount /srv/gone && mount --bind /srv/other /srv/bound');
  inside('setsid unshare --net --ipc sleep 600 < /dev/null > /dev/null 2>&1 & sleep 0.5');
  inside('echo "cd /tmp; exec -a renamed sleep 600" > /run/stays.ctl; sleep 1');
  archives.push(scene.capture('after').archive);
}, 180_000);
afterAll(() => scene?.stop());

type Row = Readonly<Record<string, string | number | null>>;

function diff(kind: string, order: readonly [number, number] = [0, 1]): string[] {
  const ran = coldstat([
    'diff',
    '--archive',
    archives[order[0]] ?? '',
    '--archive',
    archives[order[1]] ?? '',
    '--format',
    'json',
    '--only',
    kind,
  ]);
  expect(ran.code, ran.err).toBe(1);
  expect(ran.err.includes('weaker:')).toBe(order[0] === 1); // the first is the later one
  return (JSON.parse(ran.out) as Row[])
    .map((r) => `${r['change']} ${r['identity']}${r['field'] === null ? '' : ` ${r['field']}: ${r['before']} -> ${r['after']}`}`)
    .sort();
}

test('users', () => {
  expect(diff('user')).toEqual(['added toor', 'changed mover shell: /bin/sh -> /bin/bash', 'removed leaver']);
  expect(diff('user', [1, 0])).toEqual(['added leaver', 'changed mover shell: /bin/bash -> /bin/sh', 'removed toor']);
});

test('services', () => {
  expect(diff('service')).toEqual(['added backdoor 31337/tcp']);
});

test('interfaces, their size and addresses', () => {
  const lines = diff('interface').filter((line) => !/ in net:| dummy8/.test(line));
  expect(lines).toEqual([
    'added address 198.51.100.77',
    'added dummy7',
    'changed eth0 addresses: 2001:db8::10/64 -> 2001:db8::10/64 2001:db8::99/64',
    'changed eth1 mtu: 1500 -> 1400',
  ]);
});

test('routes', () => {
  const lines = diff('route').filter((line) => line.includes('203.0.113.'));
  expect(lines).toEqual([
    'added 203.0.113.64/26 on eth0 metric 0',
    'changed 203.0.113.128/25 on eth0 metric 0 gateway: 192.0.2.1 -> 192.0.2.2',
    'removed 203.0.113.0/25 on eth0 metric 0',
  ]);
});

test('mounts', () => {
  expect(diff('mount')).toEqual(['added /srv/bound', 'removed /srv/gone']);
});

test('namespaces that came, with who lives in them', () => {
  const ran = coldstat(['diff', '--archive', archives[0] ?? '', '--archive', archives[1] ?? '', '--format', 'json', '--only', 'namespace']);
  const rows = JSON.parse(ran.out) as Row[];
  expect(rows.map((r) => [r['change'], String(r['identity']).split(':')[0]])).toEqual([
    ['added', 'ipc'],
    ['added', 'net'],
  ]);
  for (const row of rows) expect(String(row['after'])).toMatch(/^\d+ sleep$/);
});

test('a process in place: another program, other arguments, another directory', () => {
  const about = (kind: string): string[] => diff(kind).filter((line) => /^changed \d+ (sleep|renamed) /.test(line));
  expect(about('exe')).toContainEqual(expect.stringMatching(/ path: \S*\/bash -> \S*\/sleep$/));
  expect(about('process')).toContainEqual(expect.stringMatching(/ cmdline: .*stays.* -> renamed 600$/));
  expect(about('cwd')).toEqual([expect.stringMatching(/ cwd: \/srv -> \/tmp$/)]);
});
