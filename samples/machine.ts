import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { bareFurniture, captureModules, koffiModules } from '../test/support/scenario/furniture.ts';
import type { Furniture } from '../test/support/scenario/private-host.ts';

const ROOT = join(import.meta.dirname, '..');

/** How the capture program is started in there. */
export const CAPTURE = '/opt/node/bin/node /opt/coldstat/bin/coldstat-capture.js --case SAMPLE-1 --operator sample --reason demonstration';

function buildCapture(directory: string): string {
  const dist = join(directory, 'dist');
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  const emitOnly = ['--noCheck', '--composite', 'false', '--declaration', 'false', '--isolatedDeclarations', 'false', '--tsBuildInfoFile', 'null'];
  execFileSync(tsc, ['-p', join(ROOT, 'packages/capture'), '--outDir', dist, ...emitOnly], { stdio: 'inherit' });
  return dist;
}

/** A made-up `/etc`, Node, and the capture program as users have it, built into `directory`. */
export function furnitureWithCapture(directory: string): Required<Furniture> {
  const { texts, copies } = bareFurniture();
  const program = {
    bin: join(ROOT, 'packages/capture/bin'),
    'package.json': join(ROOT, 'packages/capture/package.json'),
    dist: buildCapture(directory),
    ...captureModules(),
    ...koffiModules(),
  };
  const placed = Object.fromEntries(Object.entries(program).map(([path, from]) => [`opt/coldstat/${path}`, from]));
  return { texts, copies: { ...copies, ...placed } };
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

/** Throws when a file of the folder, or what an archive in it holds, names this machine. */
export function refuseGiveaways(folder: string): void {
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name));
    const text = (name.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes).toString('latin1');
    const found = giveaways().filter((word) => text.includes(word));
    if (found.length > 0) throw new Error(`${name} holds something of this machine: ${found.join(', ')}`);
  }
}
