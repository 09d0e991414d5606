import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** Rules that compare two captures, on two real ones with a change between that each of them is about. */

const PROGRAM = `import os, socket, sys, time
role = sys.argv[1]
held = []
def listen(port):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("0.0.0.0", port))
    s.listen()
    held.append(s)
if role == "listen":
    listen(int(sys.argv[2]))
if role == "packet":
    held.append(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)))
with open("/srv/app/up-" + "-".join(sys.argv[1:]), "w") as up:
    up.write(str(os.getpid()))
while role in ("title", "exec") and not os.path.exists("/srv/app/change"):
    time.sleep(0.05)
if role == "title":
    os.execv(sys.executable, [sys.executable, "/srv/app/p.py", "changed"])
if role == "exec":
    os.execv("/usr/bin/sleep", ["sleep", "900"])
time.sleep(900)
`;

const BEFORE = `set -e
cd /
mkdir -p /srv/app
cat > /srv/app/p.py <<'PY'
${PROGRAM}PY
run() { setsid "$@" < /dev/null > /dev/null 2>&1 & }
up() { for _ in $(seq 400); do [ -e "/srv/app/up-$1" ] && return 0; sleep 0.05; done; exit 1; }
cp /usr/bin/sleep /srv/app/goes
cp /usr/bin/sleep /srv/app/tool
run /srv/app/goes 900
run /srv/app/tool 900
run python3 /srv/app/p.py title
run python3 /srv/app/p.py exec
run python3 /srv/app/p.py listen 7001
run python3 /srv/app/p.py listen 7002
for it in title exec listen-7001 listen-7002; do up $it; done
`;

const CHANGE = `set -e
cd /
run() { setsid "$@" < /dev/null > /dev/null 2>&1 & }
up() { for _ in $(seq 400); do [ -e "/srv/app/up-$1" ] && return 0; sleep 0.05; done; exit 1; }
rm /srv/app/goes
cp /usr/bin/sleep /srv/app/new
printf x >> /srv/app/new
mv /srv/app/new /srv/app/tool
run /srv/app/tool 901
kill "$(cat /srv/app/up-listen-7001)"
rm /srv/app/up-listen-7001
cp "$(readlink -f /usr/bin/python3)" /srv/app/otherd
for _ in $(seq 100); do ss -Hltn 'sport = :7001' | grep -q . || break; sleep 0.05; done
run env PYTHONHOME=/usr /srv/app/otherd /srv/app/p.py listen 7001
run python3 /srv/app/p.py listen 7003
run python3 /srv/app/p.py packet
echo 'eve:x:1001:1001::/home/eve:/bin/sh' >> /etc/passwd
touch /srv/app/change
for it in listen-7001 listen-7003 packet changed; do up $it; done
for _ in $(seq 100); do pgrep -x sleep > /dev/null && break; sleep 0.05; done
`;

interface Row {
  readonly result: string;
  readonly rule: string;
  readonly finding: string | null;
  readonly before_id: number | null;
  readonly evidence: string | null;
  readonly missing: string | null;
}

let scene: Scene;
let rows: readonly Row[];
let rebooted: readonly Row[];

const rowsOf = (archives: readonly string[]): Row[] => {
  const named = archives.flatMap((file) => ['--archive', file]);
  const { code, out, err } = coldstat(['triage', ...named, '--capture', String(archives.length), '--format', 'jsonl']);
  expect(code, err).toBeLessThan(2);
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
};

beforeAll(async () => {
  scene = await startScene([]);
  const inside = (script: string): void => {
    const ran = scene.host.run('bash', ['-c', script]);
    expect(ran.code, ran.stderr).toBe(0);
  };
  const options = ['--with', 'exe-hash'];
  inside(BEFORE);
  const first = scene.capture('first', options).archive;
  inside(CHANGE);
  const second = scene.capture('second', options).archive;
  rows = rowsOf([first, second]);
  // To the processes inside, this is the boot id of the kernel.
  inside('echo c007c007-c007-4007-8007-c007c007c007 > /proc-overlay/sys/kernel/random/boot_id');
  rebooted = rowsOf([first, scene.capture('third', options).archive]);
}, 240_000);
afterAll(async () => {
  await scene?.stop();
});

const found = (all: readonly Row[], rule: string): Row[] => all.filter((row) => row.rule === rule && row.result === 'found');

describe('between two captures of one boot', () => {
  test.each([
    [
      'command-line-changed',
      /^process \d+ \(python3\) said \S+ \/srv\/app\/p\.py title before and says \S+ \/srv\/app\/p\.py changed now$/,
    ],
    ['process-other-program', /^process \d+ \(sleep\) .*\/python3\.\d+.*\/usr\/bin\/sleep/],
    ['exe-became-deleted', /\/srv\/app\/goes/],
    ['exe-replaced', /\/srv\/app\/tool/],
    ['exe-hash-changed', /\/srv\/app\/tool/],
    ['new-listener', /7003/],
    [
      'listener-other-program',
      /^tcp 0\.0\.0\.0:7001 belongs to \/srv\/app\/otherd \(process \d+\) now, before to \/usr\/bin\/python3[.0-9]*$/,
    ],
    ['new-packet-socket', /python3/],
    ['new-account', /eve/],
  ])('%s finds the change', (rule, sentence) => {
    const those = found(rows, rule);
    expect(those.map((row) => row.finding)).toContainEqual(expect.stringMatching(sentence));
    for (const row of those) {
      expect(row.before_id).toBe(1);
      expect(JSON.parse(row.evidence ?? '[]')).not.toEqual([]);
    }
  });

  test('what did not change is not told of', () => {
    expect(
      found(rows, 'new-listener')
        .map((row) => row.finding)
        .filter((text) => /:(7001|7002)\b/.test(text ?? '')),
    ).toEqual([]);
    expect(found(rows, 'listener-other-program')).toHaveLength(1);
    expect(found(rows, 'exe-became-deleted').filter((row) => !/\/srv\/app\//.test(row.finding ?? ''))).toEqual([]);
    expect(rows.filter((row) => ['rebooted', 'became-hidden'].includes(row.rule)).map((row) => row.result)).toEqual(['clear', 'clear']);
  });
});

test('after a new boot that is said, and rules within one boot are blind', () => {
  expect(found(rebooted, 'rebooted')).toHaveLength(1);
  expect(found(rebooted, 'new-account')).toHaveLength(1);
  const one = rebooted.find((row) => row.rule === 'process-other-program');
  expect(one).toMatchObject({ result: 'blind', missing: 'the case holds no earlier capture of this boot of the host' });
});
