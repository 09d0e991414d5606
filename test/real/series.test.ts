import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { coldstat, nodeArguments } from '../support/run.ts';

/** Series of this machine, from inside private namespaces where the connections are the test's own. */

const directory = mkdtempSync(join(tmpdir(), 'coldstat-real-series-'));
const PRIVATE = ['unshare', '-fpmn', '--kill-child', '--mount-proc', 'sh', '-c'];
const CAPTURE = [process.execPath, ...nodeArguments('coldstat-capture.mjs')];
const COLDSTAT = [process.execPath, ...nodeArguments('coldstat.mjs')];

afterAll(() => rmSync(directory, { recursive: true, force: true }));

const quoted = (words: readonly string[]): string => words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');

function inside(script: string, timeout = 100_000): string {
  const [program = '', ...words] = PRIVATE;
  return execFileSync(program, [...words, `ip link set lo up; cd '${directory}'; ${script}`], {
    encoding: 'utf8',
    timeout,
    maxBuffer: 1 << 26,
  });
}

interface Told {
  readonly port: number;
  readonly begin: number;
  readonly end: number;
}

function asked<T>(db: string, sql: string): T[] {
  const { out, err, code } = coldstat(['query', '-d', join(directory, db), '--format', 'json', sql]);
  expect(code, err).toBe(0);
  return JSON.parse(out) as T[];
}

test.each([['full'], ['light']])('every connection that lived across a moment is seen: %s', { timeout: 120_000 }, (kind) => {
  const light = kind === 'light' ? ' --light' : '';
  inside(
    `python3 '${import.meta.dirname}/short-lived.py' 11 > ${kind}.log & sleep 0.3; ` +
      `${quoted(CAPTURE)} --every 700ms --count 12${light} --quiet -o ${kind} || test $? = 1; wait`,
  );
  const log = readFileSync(join(directory, `${kind}.log`), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as Told);
  const loaded = coldstat(['load', kind, '-d', `${kind}.db`], { cwd: directory });
  expect(loaded.code, loaded.err).toBe(0);
  const moments = asked<{ id: number; start: number; a: number; b: number; d: number; light: number }>(
    `${kind}.db`,
    `SELECT capture_id AS id, started_mono_ns AS start, manifest ->> '$.windows.tables_a[0]' AS a, manifest ->> '$.windows.tables_a[1]' AS b,
      manifest ->> '$.windows.descriptors[1]' AS d,
      header ->> '$.options.light' AS light FROM captures`,
  );
  const seen = asked<{ id: number; port: number }>(
    `${kind}.db`,
    "SELECT capture_id AS id, local_port AS port FROM sockets_inet WHERE state = 'ESTABLISHED' AND pass = 'A'",
  );
  const shown = new Set(seen.map(({ id, port }) => `${id} ${port}`));
  const wanted = moments.flatMap(({ id, start, a, b }) =>
    log.filter((c) => c.begin < start + a * 1000 && c.end > start + b * 1000).map(({ port }) => `${id} ${port}`),
  );
  expect(wanted.filter((one) => !shown.has(one))).toEqual([]);
  // Several connections, most of which neither the first nor the last moment could see.
  const ports = new Set(wanted.map((one) => one.split(' ')[1]));
  expect(ports.size).toBeGreaterThanOrEqual(3);
  expect(moments.map((m) => m.light)).toEqual(moments.map((_, i) => (kind === 'light' && i > 0 && i < moments.length - 1 ? 1 : 0)));
  // netstat over the series shows each, with the process where it was still held when descriptors were read.
  const netstat = coldstat(['netstat', '--db', `${kind}.db`, '--capture', 'all', '-tnp'], { cwd: directory }).out;
  for (const port of ports) expect(netstat).toMatch(new RegExp(`127\\.0\\.0\\.1:${port} .*ESTABLISHED`));
  const held = moments.flatMap(({ start, a, d }) => log.filter((c) => c.begin < start + a * 1000 && c.end > start + d * 1000));
  for (const { port } of held) expect(netstat).toMatch(new RegExp(`127\\.0\\.0\\.1:${port} .*ESTABLISHED \\d+/\\S*python3`));
});

test('a light moment between full ones takes nobody away', { timeout: 120_000 }, () => {
  inside(`sleep 60 & s=$!; ${quoted(CAPTURE)} --every 6s --count 3 --light --quiet -o kept || test $? = 1; kill $s`);
  expect(coldstat(['load', 'kept', '-d', 'kept.db'], { cwd: directory }).code).toBe(0);
  const sleeper = asked<{ id: number; name: string; cmdline: string | null; path: string | null }>(
    'kept.db',
    "SELECT capture_id AS id, name, cmdline, path FROM processes WHERE name = 'sleep' ORDER BY 1",
  );
  expect(sleeper).toMatchObject([
    { id: 1, cmdline: 'sleep 60' },
    { id: 2, cmdline: null, path: null },
    { id: 3, cmdline: 'sleep 60' },
  ]);
  for (const [a, b] of [
    ['1', '2'],
    ['2', '3'],
  ] as const) {
    const { out, err } = coldstat(['diff', '--db', 'kept.db', '--format', 'json', a, b], { cwd: directory });
    expect(
      (JSON.parse(out) as { change: string }[]).filter(({ change }) => /sleep/.test(JSON.stringify(change))),
      err,
    ).toEqual([]);
    expect(out).not.toContain('sleep');
  }
  expect(coldstat(['ps', '--db', 'kept.db', '--capture', '2'], { cwd: directory }).out).toMatch(/\(sleep\)|\[sleep\]|sleep/);
  const ledger = coldstat(['ledger', '--db', 'kept.db', '--capture', '2'], { cwd: directory });
  expect(ledger.out).toContain('a light capture does not look at threads');
  expect(ledger.out).not.toMatch(/^ +broken/m);
});

test('the reading children stay from moment to moment, and end with a capture that is killed between two', { timeout: 120_000 }, () => {
  const out = inside(
    `${quoted(CAPTURE)} --every 1500ms --count 50 --light --quiet -o idle & c=$!; children() { echo "$1 $(cat /proc/$c/task/$c/children)"; }; ` +
      // A busy host misses moments: their number is waited for, not their names, and not for ever.
      'moments() { for i in $(seq 400); do test $(ls idle 2>&1 | grep -c tar) -ge $1 && break; sleep 0.1; done; sleep 1; }; ' +
      'moments 2; children one; moments 4; children two; ' +
      'left=$(cat /proc/$c/task/$c/children); kill -9 $c; wait $c; ' +
      'for i in $(seq 50); do sleep 0.1; some=; for p in $left; do test -d /proc/$p && some=$p; done; test -z "$some" && break; done; echo "left $some"',
  );
  const told = new Map(out.split('\n').map((line) => [line.split(' ')[0], line.split(' ').slice(1).filter(Boolean)]));
  expect(told.get('one')?.length).toBeGreaterThan(0);
  expect(told.get('two')).toEqual(told.get('one'));
  expect(told.get('left')).toEqual([]);
});

test('ssh brings an archive, and a series, into a case in one line', { timeout: 120_000 }, () => {
  const home = join(directory, 'ssh');
  mkdirSync(home, { mode: 0o700 });
  const key = (name: string): void => void execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home, name)]);
  key('host');
  key('user');
  writeFileSync(join(home, 'authorized_keys'), readFileSync(join(home, 'user.pub')), { mode: 0o600 });
  writeFileSync(join(home, 'known_hosts'), `[127.0.0.1]:2222 ${readFileSync(join(home, 'host.pub'), 'latin1')}`);
  const server = `/usr/sbin/sshd -D -e -f /dev/null -p 2222 -h ${home}/host -o ListenAddress=127.0.0.1 -o AuthorizedKeysFile=${home}/authorized_keys -o StrictModes=no -o PidFile=none -o UsePAM=no`;
  const client = `ssh -F none -p 2222 -i ${home}/user -o UserKnownHostsFile=${home}/known_hosts -o StrictHostKeyChecking=yes -o BatchMode=yes root@127.0.0.1`;
  const out = inside(
    `mkdir -p /run/sshd; ${server} 2> sshd.log & s=$!; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.2; ss -Htln | grep -q :2222 && break; done; ` +
      `${client} "${quoted(CAPTURE)} -o -" 2> one.err | ${quoted(COLDSTAT)} load -d ssh.db --keep host.tar.zst -; ` +
      `${client} "${quoted(CAPTURE)} --every 1s --count 2 -o -" 2> two.err | ${quoted(COLDSTAT)} load -d ssh.db --keep host.series -; kill $s`,
  );
  expect(out.match(/capture \d+, /g), readFileSync(join(directory, 'sshd.log'), 'utf8') + out).toEqual([
    'capture 1, ',
    'capture 2, ',
    'capture 3, ',
  ]);
  // Not a terminal: a summary, and no line that is written over.
  expect(readFileSync(join(directory, 'one.err'), 'latin1')).not.toContain('\r');
  expect(asked('ssh.db', 'SELECT count(*) AS n FROM captures WHERE complete = 1')).toEqual([{ n: 3 }]);
  // And from a row of each to the very bytes that came.
  for (const [id, file] of [
    ['1', 'host.tar.zst'],
    ['3', 'host.series'],
  ] as const) {
    const shown = coldstat(['raw', '-d', 'ssh.db', '--capture', id, 'proc/net/tcp:2'], { cwd: directory });
    expect([shown.code, shown.err]).toEqual([0, '']);
    expect(shown.out).toContain(`archive  ${join(directory, file)}\n`);
    expect(coldstat(['verify', file], { cwd: directory }).out).toMatch(/: good/);
  }
  expect(asked('ssh.db', "SELECT count(DISTINCT capture_id) AS n FROM sockets_inet WHERE local_port = 2222 AND state = 'LISTEN'")).toEqual([
    { n: 3 },
  ]);
});

test('a terminal that stands for a serial console carries an archive as text', { timeout: 120_000 }, () => {
  const log = join(directory, 'console.log');
  const command = `echo login: root; ${quoted(CAPTURE)} --light --base64; echo logout`;
  const { status } = spawnSync('script', ['-qec', command, log], { input: '', timeout: 60_000 });
  expect([0, null]).toContain(status);
  const text = readFileSync(log, 'latin1');
  expect(text).toContain('-----BEGIN COLDSTAT EVIDENCE-----\r\n');
  expect(
    Math.max(
      ...text
        .split('\r\n')
        .filter((line) => /^[A-Za-z0-9+/=]{60,}$/.test(line))
        .map((line) => line.length),
    ),
  ).toBe(76);
  const loaded = coldstat(['load', 'console.log', '-d', 'console.db'], { cwd: directory });
  expect(loaded.code, loaded.err).toBe(0);
  expect(asked('console.db', 'SELECT complete, kind FROM captures')).toEqual([{ complete: 1, kind: 'coldstat' }]);
  const lines = text.split('\n');
  const at = Math.floor(lines.length * 0.8);
  writeFileSync(log, lines.toSpliced(at, 0, '[  123.456] eth0: link is up\r').join('\n'));
  const noisy = coldstat(['load', 'console.log', '-d', 'noisy.db'], { cwd: directory });
  expect(noisy.code).toBe(1);
  expect(noisy.err).toContain(`line ${at + 1} of the text is not what was sent`);
});

test('Ctrl-C ends after the moment in hand; a full disk ends with a line that says so', { timeout: 120_000 }, async () => {
  const [program = '', ...words] = CAPTURE;
  const series = spawn(program, [...words, '--every', '1500ms', '-o', join(directory, 'ended')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  let asked = false;
  series.stderr.on('data', (bytes: Buffer) => {
    said += bytes.toString('utf8');
    if (!asked && said.includes('moment 2')) asked = series.kill('SIGINT');
  });
  const [code] = (await once(series, 'exit')) as [number];
  expect([0, 1]).toContain(code);
  const files = readdirSync(join(directory, 'ended'));
  expect(said).toContain(`${files.length} archives to`);
  expect(coldstat(['verify', 'ended'], { cwd: directory }).code).toBe(0);
  const small = join(directory, 'small');
  const out = inside(
    `mkdir small; mount -t tmpfs -o size=400k tmpfs small; chmod 700 small; ` +
      `${quoted(CAPTURE)} --every 300ms --compress none --quiet -o small/series 2>&1; echo code $?`,
  );
  expect(out).toMatch(/small\/series\/moment-\d{6}\.tar: no space left, the archive breaks off here\ncode 2\n$/);
  chmodSync(small, 0o700);
});

test('memory does not grow with the number of moments, and what is unchanged is not stored again', { timeout: 120_000 }, () => {
  inside(`${quoted(CAPTURE)} --every 800ms --count 20 --light --quiet -o many || test $? = 1`);
  expect(coldstat(['load', 'many', '-d', 'many.db'], { cwd: directory, timeout: 100_000 }).code).toBe(0);
  const rows = asked<{ rss: number; stored: number; held: number }>(
    'many.db',
    `SELECT manifest ->> '$.self.max_rss_kib' AS rss, archive_bytes AS stored,
      (SELECT count(*) FROM sources s WHERE s.capture_id = c.capture_id AND s.moment IS NOT NULL) AS held FROM captures c ORDER BY capture_id`,
  );
  expect(rows.length).toBeGreaterThan(5);
  const [first, third] = [rows[0], rows[2]];
  const last = rows.at(-2);
  expect((last?.rss ?? 0) / (third?.rss ?? 1)).toBeLessThan(1.3);
  expect(last?.held).toBeGreaterThan(20);
  expect((last?.stored ?? 0) / (first?.stored ?? 1)).toBeLessThan(0.5);
});

test('an encrypted series is read with the key, each archive with those before it', { timeout: 120_000 }, () => {
  execFileSync('age-keygen', ['-o', join(directory, 'key')], { stdio: 'ignore' });
  const recipient = /age1\w+/.exec(readFileSync(join(directory, 'key'), 'latin1'))?.[0] ?? '';
  inside(`${quoted(CAPTURE)} --every 2s --count 2 --quiet --encrypt-to ${recipient} -o sealed || test $? = 1`);
  expect(readdirSync(join(directory, 'sealed'))[0]).toBe('moment-000001.tar.zst.age');
  expect(coldstat(['load', 'sealed', '-d', 'sealed.db'], { cwd: directory }).err).toContain('--age-identity');
  const loaded = coldstat(['load', '--age-identity', 'key', 'sealed', '-d', 'sealed.db'], { cwd: directory });
  expect(loaded.code, loaded.err).toBe(0);
  expect(coldstat(['verify', '--age-identity', 'key', 'sealed'], { cwd: directory }).code).toBe(0);
  const held = 'SELECT count(*) > 5 AS n FROM sources WHERE capture_id = 2 AND moment = 1 AND sha256 IS NOT NULL';
  expect(asked('sealed.db', held)).toEqual([{ n: 1 }]);
});
