import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** A host on which nothing is wrong: ordinary daemons, a browser, a container. Triage finds nothing there that it calls high or critical. */

/** A server under the name and path of a daemon: Python's own executable, copied where the system keeps such programs. */
const DAEMON = `import ctypes, socket, sys, time
ctypes.CDLL(None).prctl(15, sys.argv[1].encode(), 0, 0, 0)
servers = []
for port in sys.argv[2:]:
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("0.0.0.0", int(port)))
    s.listen()
    servers.append(s)
time.sleep(600)
`;

const SCENE = `
set -e
mount -t tmpfs tmpfs /usr/local/sbin
python=$(readlink -f /usr/bin/python3)
mkdir -p /srv/www /var/www /run/dbus /var/log
cat > /usr/local/sbin/daemon.py <<'PY'
${DAEMON}PY
start() { name=$1; shift; cp "$python" /usr/local/sbin/$name; setsid /usr/local/sbin/$name /usr/local/sbin/daemon.py $name "$@" < /dev/null > /dev/null 2>&1 & }
start sshd 22
start cron
start systemd-journald
start rpcbind 111
start nginx 80 443
start postgres 5432
start redis-server 6379
setsid /usr/bin/python3 -m http.server --directory /srv/www 8000 < /dev/null > /var/log/http.log 2>&1 &
setsid /usr/bin/dbus-daemon --session --nofork --address=unix:path=/run/dbus/bus < /dev/null > /dev/null 2>&1 &
`;

const DESKTOP = `
mkdir -p /dev/shm /tmp /root
mountpoint -q /dev/shm || mount -t tmpfs tmpfs /dev/shm || true
HOME=/root setsid /usr/bin/chromium --headless --no-sandbox --disable-gpu --user-data-dir=/root/profile --remote-debugging-port=9222 about:blank < /dev/null > /var/log/chromium.log 2>&1 &
`;

/** A shim that stays outside, and a root of its own in namespaces of its own, as runc leaves them. */
const CONTAINER = `
cp "$(readlink -f /usr/bin/python3)" /usr/local/sbin/containerd-shim-runc-v2
cat > /usr/local/sbin/shim.py <<'PY'
import subprocess
script = '''
mount -t tmpfs tmpfs /mnt && mkdir -p /mnt/usr /mnt/proc /mnt/tmp /mnt/app && mount --bind /usr /mnt/usr
ln -s usr/bin /mnt/bin; ln -s usr/lib /mnt/lib; ln -s usr/lib64 /mnt/lib64
cp /usr/bin/sleep /mnt/app/server
mount -t proc proc /mnt/proc
exec chroot /mnt /app/server 600
'''
subprocess.run(["unshare", "--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup", "--fork", "bash", "-c", script])
PY
setsid /usr/local/sbin/containerd-shim-runc-v2 /usr/local/sbin/shim.py < /dev/null > /var/log/shim.log 2>&1 &
`;

interface Row {
  readonly result: string;
  readonly severity: string;
  readonly rule: string;
  readonly finding: string | null;
}

let scene: Scene;
let rows: Row[];
let programs: string;

beforeAll(async () => {
  scene = await startScene([]);
  for (const script of [SCENE, DESKTOP, CONTAINER]) {
    const ran = scene.host.run('bash', ['-c', `${script}\nsleep 3`]);
    expect(ran.code, ran.stderr).toBe(0);
  }
  scene.host.run('sleep', ['4']);
  const { archive } = scene.capture('benign', ['--with', 'environ']);
  const told = coldstat(['triage', '--archive', archive, '--format', 'jsonl']);
  expect(told.code, told.err).toBeLessThan(2);
  rows = told.out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
  programs = coldstat(['query', '--archive', archive, '--format', 'tsv', 'SELECT name, path, cmdline FROM processes']).out;
}, 180_000);
afterAll(async () => {
  await scene?.stop();
});

describe('a host where nothing is wrong', () => {
  test.each(['sshd', 'cron', 'nginx', 'postgres', 'chromium', 'containerd-shim', 'http.server', '/app/server'])('has %s', (name) => {
    expect(programs).toContain(name);
  });

  test('is called nothing high or critical', () => {
    const found = rows.filter((row) => row.result === 'found');
    // What is medium is for the reader of the test's output, not for the test.
    process.stderr.write(found.map((row) => `${row.severity} ${row.rule}: ${row.finding}\n`).join(''));
    expect(found.filter((row) => ['high', 'critical'].includes(row.severity)).map((row) => `${row.rule}: ${row.finding}`)).toEqual([]);
  });

  test('is not judged blindly', () => {
    const blind = rows.filter((row) => row.result === 'blind' && ['high', 'critical'].includes(row.severity)).map((row) => row.rule);
    expect(blind).toEqual(['listener-other-program']);
  });
});
