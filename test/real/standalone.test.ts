import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { followsQuietly } from '../../packages/capture/src/through.ts';
import { coldstat } from '../support/run.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STANDALONE = join(ROOT, 'packages/capture/standalone');
const NAME = 'coldstat-capture';

let work = '';
let out = '';
let kit = '';

/** Runs a program of the machine; throws when it cannot be started. */
function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = { PATH: process.env['PATH'] }) {
  const ran = spawnSync(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 240_000, maxBuffer: 256 << 20, cwd: work });
  if (ran.error !== undefined) throw ran.error;
  return { code: ran.status, out: ran.stdout, err: ran.stderr.toString() };
}

function must(program: string, args: readonly string[], env?: NodeJS.ProcessEnv): Buffer {
  const ran = run(program, args, env);
  if (ran.code !== 0) throw new Error(`${program} ${args.join(' ')}: ${ran.err}`);
  return ran.out;
}

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'coldstat-standalone-'));
  out = join(work, 'out');
  // With the whole environment: which registry Node comes from is told there, or below HOME.
  must(process.execPath, [join(STANDALONE, 'standalone.mjs'), '--out', out], process.env);
  for (const arch of ['x64', 'arm64']) {
    mkdirSync(join(work, arch));
    must('tar', ['-xzf', join(out, `${NAME}-kit-linux-${arch}.tar.gz`), '-C', join(work, arch)]);
  }
  kit = join(work, process.arch, `${NAME}-kit`);
}, 300_000);

afterAll(() => rmSync(work, { recursive: true, force: true }));

/**
 * Runs `command` in a pid and network namespace of its own with a listener on port 4444 and a process that has a connection to it; `$ROOT` is a directory
 * with nothing but what `furnish` put there and a /proc of that namespace.
 */
function privately(command: string, furnish: (root: string) => void = () => undefined): ReturnType<typeof run> {
  const root = mkdtempSync(join(work, 'root-'));
  mkdirSync(join(root, 'proc'));
  furnish(root);
  const listener = [
    'import socket, time',
    'a = socket.create_server(("127.0.0.1", 4444)); b = socket.create_connection(("127.0.0.1", 4444)); c = a.accept()',
    'print("up", flush=True); time.sleep(300)',
  ].join('\n');
  writeFileSync(join(work, 'listener.py'), listener);
  const script = `ip link set lo up; mount -t proc proc "$ROOT/proc"; exec 3< <(python3 ${work}/listener.py); read -r _ <&3; ${command}`;
  return run('unshare', ['-fpmn', '--kill-child', 'bash', '--norc', '-c', script], { PATH: process.env['PATH'] ?? '', ROOT: root });
}

function saved(name: string, bytes: Buffer): string {
  const file = join(work, name);
  writeFileSync(file, bytes);
  return file;
}

/** Local address, peer and state of the TCP sockets, and who owns them. */
function tcp(archive: string): string[] {
  const { out: text, err } = coldstat(['netstat', '--archive', archive, '--strict', '-antp']);
  expect(err).not.toMatch(/bug/);
  return text
    .split('\n')
    .filter((l) => l.startsWith('tcp'))
    .map((l) =>
      l
        .replace(/ +/g, ' ')
        .replace(/\b\d+\/python3/, 'N/python3')
        .replace(/:(?!4444)\d+/g, ':P')
        .trim(),
    )
    .sort();
}

const SOCKETS = [
  'tcp 0 0 127.0.0.1:4444 0.0.0.0:* LISTEN N/python3',
  'tcp 0 0 127.0.0.1:4444 127.0.0.1:P ESTABLISHED N/python3',
  'tcp 0 0 127.0.0.1:P 127.0.0.1:4444 ESTABLISHED N/python3',
];

describe('the bundle', () => {
  test('two builds are the same bytes, and name no place of the machine', () => {
    const again = join(work, 'again');
    must(process.execPath, [join(STANDALONE, 'bundle.mjs'), '--out', again]);
    const [a, b] = [out, again].map((d) => readFileSync(join(d, `${NAME}.cjs`)));
    expect(a?.equals(b ?? Buffer.alloc(0))).toBe(true);
    expect(a?.includes(ROOT)).toBe(false);
  });

  test('captures with nothing beside it', () => {
    const alone = join(work, 'alone');
    mkdirSync(alone);
    cpSync(join(out, `${NAME}.cjs`), join(alone, 'c.cjs'));
    const ran = privately(`"${process.execPath}" ${alone}/c.cjs --proc "$ROOT/proc" --quiet -o -`);
    expect(ran.err).toBe('');
    expect(tcp(saved('bundle.tar.zst', ran.out))).toEqual(SOCKETS);
  });

  test('SHA256SUMS holds for every file', () => {
    const lines = readFileSync(join(out, 'SHA256SUMS'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(readdirSync(out).length - 1);
    for (const line of lines) {
      const [sum = '', name = ''] = line.split('  ');
      expect(
        createHash('sha256')
          .update(readFileSync(join(out, name)))
          .digest('hex'),
        name,
      ).toBe(sum);
    }
  });
});

describe('the single executable', () => {
  const executable = (): string => join(out, `${NAME}-linux-${process.arch}`);

  test('captures from a read-only mount, into a pipe', () => {
    const ran = privately(
      `mkdir "$ROOT/ro"; mount --bind -o ro ${out} "$ROOT/ro"; "$ROOT/ro/${NAME}-linux-${process.arch}" --proc "$ROOT/proc" --quiet -o -`,
    );
    expect(ran.err).toBe('');
    expect(tcp(saved('readonly.tar.zst', ran.out))).toEqual(SOCKETS);
  });

  test('takes no order from the environment and writes nothing it is told to there', () => {
    const evil = join(work, 'evil');
    mkdirSync(evil);
    const mark = (name: string): string => join(evil, name);
    writeFileSync(mark('evil.cjs'), `require('node:fs').writeFileSync(${JSON.stringify(mark('required'))}, '')`);
    writeFileSync(
      mark('evil.c'),
      `#include <fcntl.h>\n__attribute__((constructor)) static void f(void) { open("${mark('provided')}", O_CREAT | O_WRONLY, 0600); }\n`,
    );
    must('gcc', ['-shared', '-fPIC', '-o', mark('evil.so'), mark('evil.c')]);
    const module = `[default]\nx = y\n[openssl_init]\nproviders = p\n[p]\nevil = e\n[e]\nmodule = ${mark('evil.so')}\nactivate = 1\n`;
    writeFileSync(mark('evil.cnf'), `openssl_conf = openssl_init\nnodejs_conf = openssl_init\n${module}`);
    const environment = {
      PATH: process.env['PATH'] ?? '',
      NODE_OPTIONS: `--require ${mark('evil.cjs')}`,
      OPENSSL_CONF: mark('evil.cnf'),
      NODE_V8_COVERAGE: mark('coverage'),
      NODE_COMPILE_CACHE: mark('cache'),
      NODE_REDIRECT_WARNINGS: mark('warnings'),
      NODE_PENDING_DEPRECATION: '1',
    };
    const before = readdirSync(evil).sort();
    const ran = run(executable(), ['--quiet', '-o', '-'], environment);
    expect(ran.code).toBeLessThan(2);
    expect(readdirSync(evil).sort()).toEqual(before);
    // The trap is a real one: the plain Node walks into it.
    run(process.execPath, ['-e', '0'], { NODE_OPTIONS: environment.NODE_OPTIONS });
    expect(existsSync(mark('required'))).toBe(true);
  });
});

/** What Node, its loader and the plan of the capture open: kernel files, and names relative to a directory of /proc. */
const OWN =
  /^(\/proc(\/|$)|\/sys\/(class\/net|fs\/cgroup)(\/|$)|\/sys\/devices\/system\/cpu\/online$|\/dev\/null$|[a-z]|\.\.\/fdinfo\/\d+$)/;

describe('the kit', () => {
  test('captures in a root directory with nothing else in it, and answers as the capture from source does', () => {
    const ran = privately('chroot "$ROOT" /kit/coldstat-capture --quiet -o -', (root) =>
      cpSync(kit, join(root, 'kit'), { recursive: true }),
    );
    expect(ran.err).toBe('');
    const archive = saved('chroot.tar.zst', ran.out);
    expect(tcp(archive)).toEqual(SOCKETS);
    const source = fileURLToPath(new URL('../support/coldstat-capture.mjs', import.meta.url));
    const from = privately(`"${process.execPath}" --conditions=source ${source} --proc "$ROOT/proc" --quiet -o -`);
    expect(tcp(saved('source.tar.zst', from.out))).toEqual(SOCKETS);
    expect(coldstat(['verify', archive]).code).toBe(0);
  });

  test('opens no library and no file of the host beyond the plan, and runs nothing', () => {
    const trace = join(work, 'trace');
    const gone = mkdtempSync(join(work, 'gone-'));
    const sleeper = spawn('sleep', ['60'], { cwd: gone, stdio: 'ignore' });
    rmdirSync(gone);
    const ran = run('strace', [
      '-f',
      '-qq',
      '-s',
      '4096',
      '-e',
      'trace=open,openat,openat2,creat,execve,execveat,connect',
      '-o',
      trace,
      join(kit, NAME),
      '--quiet',
      '-o',
      '-',
    ]);
    sleeper.kill();
    expect(ran.code).toBeLessThan(2);
    const calls = readFileSync(trace, 'utf8').split('\n');
    const opened = calls.flatMap((l) => /(?:open|creat|openat2?)\((?:AT_FDCWD, )?"([^"]*)".* = \d/.exec(l)?.[1] ?? []);
    const beyond = opened.filter((path) => !path.startsWith(`${kit}/`) && !OWN.test(path));
    const planned = [
      'passwd',
      'group',
      'services',
      'protocols',
      'rpc',
      'hosts',
      'hostname',
      'os-release',
      'machine-id',
      'resolv.conf',
      'nsswitch.conf',
    ];
    expect([...new Set(beyond)].filter((path) => !planned.includes(path.replace('/etc/', '')))).toEqual([]);
    expect(calls.filter((l) => /connect\(/.test(l))).toEqual([]);
    // Directories of processes are named and not opened, and no program is at all.
    const places = calls.filter((l) => /open\w*\((?:AT_FDCWD, )?"(?:task\/\d+\/)?(?:cwd|root|exe)"/.test(l));
    expect(places.filter((l) => !/(?:cwd|root)", [A-Z_|]*O_PATH/.test(l))).toEqual([]);
    if (followsQuietly(readFileSync('/proc/filesystems', 'latin1'))) expect(places.length).toBeGreaterThan(0);
    const executed = calls.flatMap((l) => /execve\("([^"]*)".* = 0$/.exec(l)?.[1] ?? []);
    expect([...new Set(executed)].sort()).toEqual([join(kit, NAME), join(kit, 'lib/ld.so')]);
    expect(opened.some((path) => /^(\/proc\/(self\/|\d+\/)?)?net\/tcp$/.test(path))).toBe(true);
  });

  test('loads nothing that LD_PRELOAD or the environment names', () => {
    const mark = join(work, 'preloaded');
    writeFileSync(
      join(work, 'pre.c'),
      `#include <fcntl.h>\n__attribute__((constructor)) static void f(void) { open("${mark}", O_CREAT | O_WRONLY, 0600); }\n`,
    );
    must('gcc', ['-shared', '-fPIC', '-o', join(work, 'pre.so'), join(work, 'pre.c')]);
    const environment = { LD_PRELOAD: join(work, 'pre.so'), LD_LIBRARY_PATH: work, NODE_OPTIONS: '--no-such-option' };
    expect(run(join(kit, NAME), ['--version'], environment).code).toBe(0);
    expect(existsSync(mark)).toBe(false);
    run('/bin/true', [], environment);
    expect(existsSync(mark)).toBe(true);
  });

  test('for arm64 starts under its own loader and reads the socket tables', () => {
    const arm = join(work, 'arm64', `${NAME}-kit`);
    const words = [join(arm, 'lib/ld.so'), '--inhibit-cache', '--library-path', join(arm, 'lib'), join(arm, 'lib', NAME)];
    expect(must('qemu-aarch64-static', [...words, '--version']).toString()).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(must('qemu-aarch64-static', [join(arm, 'lib/ld.so'), '--version']).toString()).toContain('2.36');
    const ran = privately(`qemu-aarch64-static ${words.join(' ')} --proc "$ROOT/proc" --quiet -o -`);
    const rows = tcp(saved('arm64.tar.zst', ran.out));
    expect(rows.map((l) => l.split(' ').slice(0, 6).join(' '))).toEqual(SOCKETS.map((l) => l.split(' ').slice(0, 6).join(' ')));
  });
});
