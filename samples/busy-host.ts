import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Made } from '../test/support/scenario/made.ts';
import { CLOSE_OTHERS, type PrivateHost, startPrivateHost } from '../test/support/scenario/private-host.ts';
import { CAPTURE, furnitureWithCapture, refuseGiveaways } from './machine.ts';

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

function startHost(directory: string): Promise<PrivateHost> {
  const scenario = join(directory, 'load');
  execFileSync('gcc', ['-O2', '-o', scenario, join(ROOT, 'bench/programs/load.c')]);
  const { texts, copies } = furnitureWithCapture(directory);
  return startPrivateHost({ texts, copies: { ...copies, 'srv/bin/workerd': scenario } });
}

/** A busy host that never was, with what the live tools said of it. */
export async function makeBusyHost(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'coldstat-sample-'));
  const host = await startHost(directory);
  const made: Made[] = [];
  await host.start('workerd', ['30', '3', '12', '8', '2', '2'], '/srv/work');
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
  const { code } = host.run('bash', ['-c', `${CLOSE_OTHERS} exec ${CAPTURE} -o /tmp/web1.tar.zst </dev/null >/var/log/capture.log 2>&1`]);
  const said = readFileSync(join(host.files, 'var/log/capture.log'), 'utf8');
  if (code === null || code > 1) throw new Error(`the capture failed: ${said}`);
  copyFileSync(join(host.files, 'tmp/web1.tar.zst'), join(OUT, 'web1.tar.zst'));
  writeFileSync(join(OUT, 'capture.txt'), said);
  writeFileSync(join(OUT, 'made.jsonl'), made.map((m) => `${JSON.stringify(m)}\n`).join(''));
  await host.stop();
  rmSync(directory, { recursive: true, force: true });
  refuseGiveaways(OUT);
}
