import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLOSE_OTHERS, type Furniture, type PrivateHost, type Ran, startPrivateHost } from '../private-host.ts';

/** Made-up files of the shop's host, over the furniture that every private host has. */
const ETC: Readonly<Record<string, string>> = {
  'etc/hostname': 'shop1\n',
  'etc/machine-id': '5a0b5a0b5a0b5a0b5a0b5a0b5a0b5a0b\n',
  'etc/passwd': `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
postgres:x:105:112:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`,
  'etc/group': 'root:x:0:\ndaemon:x:1:\nwww-data:x:33:\npostgres:x:112:\nnogroup:x:65534:\n',
  'etc/hosts': '127.0.0.1       localhost\n::1             localhost ip6-localhost\n192.0.2.10      shop1.example shop1\n',
  'etc/services':
    'ssh             22/tcp\ndomain          53/tcp\ndomain          53/udp\nhttp            80/tcp\nhttps           443/tcp\npostgresql      5432/tcp\n',
  'etc/os-release': 'NAME="Test host"\nID=test\nVERSION_ID="1"\nPRETTY_NAME="Test host 1"\n',
  'proc-overlay/sys/kernel/random/boot_id': '5a0b5a0b-5a0b-405a-805a-5a0b5a0b5a0b\n',
};

/** Where the programs of the shop lie: `/usr` is the machine's own and cannot be written. */
const SBIN = '/usr/local/sbin';

/** A program that is the stand-in under another name: where it lies, its command line, and what it shall hold. */
interface StandIn {
  readonly path: string;
  readonly argv: readonly string[];
  readonly holds: readonly string[];
  readonly preload?: string;
}

const CRON: StandIn = { path: `${SBIN}/cron`, argv: [`${SBIN}/cron`, '-f'], holds: ['log /var/log/cron.log'] };

/** In the order of their start: a later one connects to an earlier one. */
const DAEMONS: readonly StandIn[] = [
  { path: `${SBIN}/rsyslogd`, argv: [`${SBIN}/rsyslogd`, '-n'], holds: ['unix /run/log.sock', 'log /var/log/messages'] },
  { path: `${SBIN}/sshd`, argv: [`${SBIN}/sshd`, '-D'], holds: ['listen 0.0.0.0 22'] },
  {
    path: `${SBIN}/postgres`,
    argv: [`${SBIN}/postgres`, '-D', '/var/lib/postgresql'],
    holds: ['user 105 112', 'listen 127.0.0.1 5432', 'accept'],
  },
  {
    path: `${SBIN}/nginx`,
    argv: [`${SBIN}/nginx`, '-g', 'daemon off;'],
    holds: ['log /var/log/access.log', 'listen 0.0.0.0 80', 'listen 0.0.0.0 443', 'worker 33 33', 'worker 33 33'],
  },
  {
    path: '/opt/shop/shopd',
    argv: ['/opt/shop/shopd', '--port', '8080'],
    holds: ['user 33 33', 'listen 127.0.0.1 8080', 'connect 127.0.0.1 5432'],
  },
];

/** What an intruder leaves, each thing harmless: nobody can reach the host, and the shell waits on loopback for words that never come. */
const PLANTED = {
  /** Deleted when it runs. */
  relay: { path: '/var/tmp/.font-unix/fontd', argv: ['fontd'], holds: ['listen 0.0.0.0 4433', 'accept'] },
  shell: { path: '/opt/shop/shopd', argv: ['sh'], holds: ['user 33 33', 'shell 4433'] },
  memory: { path: `${SBIN}/logrotate`, argv: ['logrotate'], holds: ['memory state', 'name state'] },
  kernel: { path: '/usr/local/lib/kw', argv: ['[kworker/1:2-events]'], holds: ['name kworker/1:2'] },
  packets: { path: '/usr/local/bin/netprobe', argv: ['/usr/local/bin/netprobe'], holds: ['packet'] },
  thread: { path: `${SBIN}/healthd`, argv: [`${SBIN}/healthd`], holds: ['thread 0.0.0.0 9180'] },
  /** The cron of the host, started again. */
  preload: { ...CRON, preload: '/dev/shm/.cache/libkeyutils.so.1' },
} as const satisfies Record<string, StandIn>;

export type Planted = keyof typeof PLANTED;

export interface Shop {
  readonly host: PrivateHost;
  /** The intruder comes: every planted thing is there when it returns; with the process id of each, as the host counts. */
  intrude(): Readonly<Record<Planted, number>>;
  /** Captures the host from inside, to a file outside. Gives what the capture said. */
  capture(program: string, archive: string, options?: readonly string[]): string;
  stop(): Promise<void>;
}

function compile(directory: string): { readonly standin: string; readonly library: string } {
  const [standin, library] = [join(directory, 'standin'), join(directory, 'library.so')];
  const gcc = (...args: string[]): Buffer =>
    execFileSync('gcc', ['-O1', '-Wall', '-Wextra', '-Werror', ...args], { cwd: import.meta.dirname });
  gcc('-o', standin, 'standin.c', '-lpthread');
  gcc('-shared', '-fPIC', '-nostdlib', '-o', library, 'library.c');
  return { standin, library };
}

/** Its arguments: path, preloaded library or nothing, what it holds, words of the command line. */
const START = `path=$1 preload=$2 holds=$3 first=$4; shift 4
mkdir -p "$(dirname "$path")"; [ -e "$path" ] || cp /srv/kit/standin "$path"
if [ -n "$preload" ]; then export LD_PRELOAD=$preload; fi
printf %s "$holds" | (exec -a "$first" "$path" "$@")`;

/** A small server of a shop, with ordinary daemons. Needs root; `furniture` brings the capture program. */
export async function startShop(furniture: Furniture): Promise<Shop> {
  const directory = mkdtempSync(join(tmpdir(), 'coldstat-shop-'));
  const { standin, library } = compile(directory);
  const copies = { ...furniture.copies, 'srv/kit/standin': standin, 'srv/kit/library.so': library };
  const host = await startPrivateHost({ texts: { ...furniture.texts, ...ETC }, copies });
  const bash = (script: string, ...args: string[]): Ran =>
    host.run('env', ['-C', '/', 'bash', '-c', `${CLOSE_OTHERS} set -e\n${script}`, 'bash', ...args]);
  const must = (script: string, ...args: string[]): string => {
    const { code, stdout, stderr } = bash(script, ...args);
    if (code !== 0 || stderr !== '') throw new Error(`it went wrong inside, ${code}: ${stderr}`);
    return stdout.toString();
  };
  const start = ({ path, argv, holds, preload = '' }: StandIn): number =>
    Number(must(START, path, preload, holds.map((line) => `${line}\n`).join(''), ...argv));
  const stop = async (): Promise<void> => {
    await host.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  let cron: number;
  try {
    must('mount -t tmpfs -o mode=755 tmpfs /usr/local; cd /usr/local; mkdir -p bin lib sbin /var/log /var/www /var/lib/postgresql');
    cron = start(CRON);
    for (const daemon of DAEMONS) start(daemon);
  } catch (error) {
    await stop(); // a host that is left over would live on
    throw error;
  }
  return {
    host,
    intrude: () => {
      const relay = start(PLANTED.relay);
      must('rm -r /var/tmp/.font-unix');
      const [shell, memory, kernel, packets, thread] = [
        start(PLANTED.shell),
        start(PLANTED.memory),
        start(PLANTED.kernel),
        start(PLANTED.packets),
        start(PLANTED.thread),
      ];
      must(`mkdir /dev/shm/.cache; cp /srv/kit/library.so ${PLANTED.preload.preload}; kill ${cron}`);
      return { relay, shell, memory, kernel, packets, thread, preload: start(PLANTED.preload) };
    },
    capture: (program, archive, options = []) => {
      const words = ['-o', '/tmp/host.tar.zst', '--with', 'environ', ...options].join(' ');
      // Pipes of this machine would be sockets of another network namespace in there.
      const { code } = bash(`exec ${program} ${words} < /dev/null > /var/log/capture.log 2>&1`);
      const said = readFileSync(`${host.files}/var/log/capture.log`, 'utf8');
      if (code === null || code > 1) throw new Error(`the capture failed: ${said}`);
      copyFileSync(`${host.files}/tmp/host.tar.zst`, archive);
      rmSync(`${host.files}/tmp/host.tar.zst`);
      return said;
    },
    stop,
  };
}
