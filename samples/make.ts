// node --conditions=source samples/make.ts: makes samples/busy-host again, on a private host with made-up names, and refuses to keep anything of this machine.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { bareFurniture, captureModules } from '../test/support/scenario/furniture.ts';
import type { Made } from '../test/support/scenario/made.ts';
import { CLOSE_OTHERS, type PrivateHost, startPrivateHost } from '../test/support/scenario/private-host.ts';

const ROOT = join(import.meta.dirname, '..');
const OUT = join(import.meta.dirname, 'busy-host');

/** Which program makes which objects, in this order: what the kernel keeps for a minute only comes last. */
const PROGRAMS = [
  ['msgbusd', 'unix'],
  ['metricsd', 'inet'],
  ['filed', 'files'],
  ['ledgerd', 'owners'],
  ['oddnames', 'names'],
  ['tenantd', 'netns'],
  ['shopd', 'tcp'],
  ['goodbyed', 'linger'],
] as const;

/** What the live tools are asked, in the moment before the capture. */
const QUESTIONS = [
  'netstat -antup',
  'netstat -antupeo',
  'netstat -tulp',
  'netstat -xanp',
  'netstat -i',
  'netstat -rn',
  'netstat -s',
  'lsof -nP -i',
  'lsof -nP',
  'lsof -nP -U',
  'lsof -nP +L1',
  'ss -tunap',
  'ss -xanp',
  'ss -wnap',
  'ps -ef',
  'ip address',
] as const;

function buildCapture(directory: string): string {
  const dist = join(directory, 'dist');
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  const emitOnly = ['--noCheck', '--composite', 'false', '--declaration', 'false', '--isolatedDeclarations', 'false', '--tsBuildInfoFile', 'null'];
  execFileSync(tsc, ['-p', join(ROOT, 'packages/capture'), '--outDir', dist, ...emitOnly], { stdio: 'inherit' });
  return dist;
}

function startHost(directory: string): Promise<PrivateHost> {
  const scenario = join(directory, 'load');
  execFileSync('gcc', ['-O2', '-o', scenario, join(ROOT, 'bench/programs/load.c')]);
  const { texts, copies } = bareFurniture();
  const program = {
    bin: join(ROOT, 'packages/capture/bin'),
    'package.json': join(ROOT, 'packages/capture/package.json'),
    dist: buildCapture(directory),
    ...captureModules(),
  };
  const placed = Object.fromEntries(Object.entries(program).map(([path, from]) => [`opt/coldstat/${path}`, from]));
  return startPrivateHost({ texts, copies: { ...copies, ...placed, 'srv/bin/workerd': scenario } });
}

/** Words that would give this machine away. */
function giveaways(): string[] {
  const words = [ROOT, tmpdir() + '/coldstat', '/root/.', hostname(), 'GITHUB_', 'builder@'];
  for (const file of ['/etc/machine-id', '/proc/sys/kernel/random/boot_id', '/proc/cmdline']) words.push(...read(file).split(/\s+/));
  for (const line of read('/proc/self/cgroup').split('\n')) words.push(...(line.split(':')[2] ?? '').split('/'));
  for (const line of read('/etc/passwd').split('\n')) if (Number(line.split(':')[2]) >= 1000) words.push(line.split(':')[0] ?? '');
  // A word shorter than this says nothing; these few are in every kernel and in the made-up files.
  return [...new Set(words)].filter((word) => word.length >= 6 && !['nobody', 'builder@'].includes(word));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function refuseGiveaways(): void {
  for (const name of readdirSync(OUT)) {
    const bytes = readFileSync(join(OUT, name));
    const text = (name.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes).toString('latin1');
    const found = giveaways().filter((word) => text.includes(word));
    if (found.length > 0) throw new Error(`${name} holds something of this machine: ${found.join(', ')}`);
  }
}

async function make(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'coldstat-sample-'));
  const host = await startHost(directory);
  const made: Made[] = [];
  host.start('workerd', ['30', '3', '12', '8', '2', '2'], '/srv/work');
  for (const [program, theme] of PROGRAMS) {
    copyFileSync(join(host.files, 'srv/bin/scenario'), join(host.files, 'srv/bin', program));
    made.push(...(await host.make(theme, program)));
  }
  mkdirSync(OUT, { recursive: true });
  for (const name of readdirSync(OUT)) if (name !== 'README.md') rmSync(join(OUT, name));
  for (const question of QUESTIONS) {
    const [command = '', ...args] = question.split(' ');
    writeFileSync(join(OUT, `${question.replaceAll(' ', '_')}.txt`), host.run(command, args).stdout);
  }
  const capture = '/opt/node/bin/node /opt/coldstat/bin/coldstat-capture.js --case SAMPLE-1 --operator sample --reason demonstration -o /tmp/web1.tar.zst';
  const { code } = host.run('bash', ['-c', `${CLOSE_OTHERS} exec ${capture} </dev/null >/var/log/capture.log 2>&1`]);
  const said = readFileSync(join(host.files, 'var/log/capture.log'), 'utf8');
  if (code === null || code > 1) throw new Error(`the capture failed: ${said}`);
  copyFileSync(join(host.files, 'tmp/web1.tar.zst'), join(OUT, 'web1.tar.zst'));
  writeFileSync(join(OUT, 'capture.txt'), said);
  writeFileSync(join(OUT, 'made.jsonl'), made.map((m) => `${JSON.stringify(m)}\n`).join(''));
  await host.stop();
  rmSync(directory, { recursive: true, force: true });
  refuseGiveaways();
}

await make();
