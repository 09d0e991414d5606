import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** A live process on a host of its own that talks to a made-up server, found by every kind of indicator and by Sigma rules. */

const IMPLANT = `import os, socket, sys
server = socket.socket()
server.bind(('198.51.100.77', 4444))
server.listen()
client = socket.socket()
client.connect(('198.51.100.77', 4444))
accepted = server.accept()
kept = open('/srv/.cache-of-implant', 'w')
gone = open('/srv/.gone', 'w')
os.unlink('/srv/.gone')
memory = os.memfd_create('stage two')
print('ready', flush=True)
sys.stdin.read()
`;

let scene: Scene;
let db: string;
let sha256: string;

beforeAll(async () => {
  scene = await startScene([]);
  const { host } = scene;
  for (const words of [
    ['link', 'set', 'lo', 'up'],
    ['address', 'add', '198.51.100.77/32', 'dev', 'lo'],
  ])
    host.run('ip', words);
  const python = realpathSync('/usr/bin/python3');
  copyFileSync(python, `${host.files}/srv/bin/kwrk-helper`);
  sha256 = createHash('sha256').update(readFileSync(python)).digest('hex');
  writeFileSync(`${host.files}/srv/implant.py`, IMPLANT);
  writeFileSync(`${host.files}/etc/hosts`, '127.0.0.1 localhost\n198.51.100.77 c2.evil.example\n');
  await host.start('kwrk-helper', ['/srv/implant.py', '--gate=http://other.evil.example:8080/gate'], '/srv');
  const { archive } = scene.capture('host', ['--with', 'exe-hash']);
  db = join(scene.directory, 'case.db');
  const loaded = coldstat(['load', '-d', db, archive]);
  expect(loaded.code, loaded.err).toBeLessThan(2);
}, 120_000);
afterAll(() => scene?.stop());

type Row = Readonly<Record<string, string | number | null>>;

function ioc(...indicators: readonly string[]): { readonly code: number | null; readonly rows: Row[]; readonly err: string } {
  const ran = coldstat(['ioc', '-d', db, '--format', 'json', ...indicators.flatMap((text) => ['-e', text])]);
  return { code: ran.code, rows: ran.code === 2 ? [] : (JSON.parse(ran.out) as Row[]), err: ran.err };
}

test.each([
  ['198.51.100.77', 'socket', 'local address'],
  ['198.51.100.64/26', 'socket', 'remote address'],
  ['198[.]51[.]100[.]77:4444', 'socket', 'connection'],
  ['port:4444', 'socket', 'remote port'],
  ['hostname:c2.evil.example', 'hosts file', 'name'],
  ['hostname:c2.evil.example', 'socket', 'remote address, named c2.evil.example by /etc/hosts'],
  ['hxxp://other.evil[.]example:8080/other', 'command line', 'argument 2'],
  ['evil.example', 'command line', 'argument 2'],
  ['process:kwrk-helper', 'process', 'executable'],
  ['/srv/bin/kwrk-h*', 'process', 'executable'],
  ['/srv/.cache-of-implant', 'descriptor', 'target'],
  ['implant.py', 'command line', 'argument 1'],
  ['198.51.100.70-198.51.100.80', 'socket', 'remote address'],
  ['198.51.100.*', 'socket', 'remote address'],
  ['"198.51.100.77|4444",', 'socket', 'connection'],
  ['/srv/.gone', 'descriptor', 'target'],
  ['path:/srv/.gone (deleted)', 'descriptor', 'target'],
  ['path:/memfd:stage two (deleted)', 'descriptor', 'target'],
])('%s is seen in a %s (%s), and the row leads to its bytes', (indicator, seen, field) => {
  const { code, rows } = ioc(indicator);
  expect(code).toBe(1);
  const hit = rows.find((row) => row['seen'] === seen && row['field'] === field);
  expect(hit, JSON.stringify(rows)).toBeDefined();
  if (seen !== 'hosts file' && field !== 'local address') expect(hit?.['process']).toBe('kwrk-helper');
  const raw = coldstat(['raw', '-d', db, String(hit?.['handle'])]);
  expect(raw.code, raw.err).toBe(0);
  expect(raw.outBytes.length).toBeGreaterThan(0);
});

test('a feed and a pattern of STIX as its specification has them name the connection', () => {
  const feed = join(scene.directory, 'feed.csv');
  writeFileSync(feed, '# a feed\n"first_seen_utc","dst_ip","dst_port","malware"\n"2021-01-17 07:44:46","198.51.100.77","4444","x"\n');
  const stix = join(scene.directory, 'stix.json');
  const pattern = "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '198.51.100.77/32']";
  writeFileSync(stix, JSON.stringify({ type: 'indicator', id: 'indicator--1', pattern_type: 'stix', pattern }));
  for (const file of [feed, stix]) {
    const ran = coldstat(['ioc', '-d', db, '--strict', '--format', 'json', file]);
    expect(ran.code, ran.err).toBe(1);
    const rows = JSON.parse(ran.out) as Row[];
    expect(rows.filter((row) => row['seen'] === 'socket').map((row) => row['process'])).toContain('kwrk-helper');
  }
});

test('the executable is known by its hash', () => {
  const { rows } = ioc(sha256);
  expect(rows.map((row) => [row['seen'], row['process'], row['detail']])).toContainEqual([
    'executable',
    'kwrk-helper',
    '/srv/bin/kwrk-helper',
  ]);
});

test('what is not there is not found, and what was not captured is said', () => {
  const { code, rows, err } = ioc('198.51.100.78', 'process:no-such-name', 'elsewhere.example', '/srv/none');
  expect([code, rows]).toEqual([0, []]);
  expect(err).toContain('the environments were not captured');
  expect(err).toContain('4 indicators, 1 captures: 0 hits of 0 indicators');
});

test('Sigma rules find the same process and its connection, and leave others alone', () => {
  const rule = (title: string, category: string, detection: string): string =>
    `title: ${title}\nlogsource: {product: linux, category: ${category}}\nlevel: high\ndetection:\n${detection.replace(/^/gm, '  ')}\n`;
  const file = join(scene.directory, 'rules.yml');
  writeFileSync(
    file,
    [
      rule(
        'Helper with a gate',
        'process_creation',
        "a:\n  Image|startswith: /srv/\n  CommandLine|re: '--gate=https?://[a-z.]+:\\d+/'\n  User: root\nfilter:\n  Image|endswith: /sshd\ncondition: a and not 1 of filter*",
      ),
      rule(
        'Talks to the gate',
        'network_connection',
        'a:\n  DestinationHostname|endswith: .evil.example\n  DestinationPort: 4444\n  Image|endswith: /kwrk-helper\ncondition: all of them',
      ),
      rule('Another', 'process_creation', 'a:\n  Image|endswith: /no-such-program\ncondition: a'),
      rule('Not captured', 'process_creation', 'a:\n  IntegrityLevel: High\ncondition: a'),
    ].join('---\n'),
  );
  const words = ['sigma-helper-with-a-gate', 'sigma-talks-to-the-gate', 'sigma-another'].flatMap((id) => ['--rule', id]);
  const ran = coldstat(['triage', '-d', db, '--sigma', file, '--format', 'json', ...words]);
  expect(ran.code, ran.err).toBe(1);
  expect(ran.err).toContain('the field IntegrityLevel is not captured');
  const rows = JSON.parse(ran.out) as Row[];
  const of = (id: string): Row[] => rows.filter((row) => row['rule'] === id);
  expect(of('sigma-helper-with-a-gate').map((row) => row['result'])).toEqual(['found']);
  expect(of('sigma-helper-with-a-gate')[0]?.['finding']).toContain('/srv/implant.py');
  expect(of('sigma-talks-to-the-gate').map((row) => row['result'])).toEqual(['found']);
  expect(of('sigma-another').map((row) => row['result'])).toEqual(['clear']);
  for (const handle of JSON.parse(String(of('sigma-talks-to-the-gate')[0]?.['evidence'])) as string[])
    expect(coldstat(['raw', '-d', db, handle]).code).toBe(0);
  const suppressed = join(scene.directory, 'known');
  writeFileSync(suppressed, `${of('sigma-helper-with-a-gate')[0]?.['key']}\n${of('sigma-talks-to-the-gate')[0]?.['key']}\n`);
  expect(coldstat(['triage', '-d', db, '--sigma', file, '--suppress', suppressed, ...words]).code).toBe(0);
});
