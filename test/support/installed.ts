import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ran, RunOptions } from './run.ts';

const ROOT: string = join(import.meta.dirname, '../..');

/** The two programs as somebody gets them who installs the packages: built, and with no more than what `files` in package.json names. */
export interface Installed {
  /** Where the packages stand: `node_modules` with `.bin` and `@coldstat`. */
  readonly modules: string;
  /** Runs `coldstat` or `coldstat-capture` through the link that npm makes. */
  run(bin: 'coldstat' | 'coldstat-capture', args: readonly string[], options?: RunOptions): Ran;
  remove(): void;
}

interface Manifest {
  readonly files: readonly string[];
  readonly bin: Readonly<Record<string, string>>;
}

/** Compiles a package into `dist` below `to`, without touching the build of the repository. */
function build(name: string, to: string): void {
  const flags = [
    '--noCheck',
    '--composite',
    'false',
    '--declaration',
    'false',
    '--isolatedDeclarations',
    'false',
    '--tsBuildInfoFile',
    'null',
  ];
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', join(ROOT, 'packages', name), '--outDir', join(to, 'dist'), ...flags], {
    stdio: 'pipe',
  });
}

export function install(): Installed {
  const place = mkdtempSync(join(tmpdir(), 'coldstat-installed-'));
  const modules = join(place, 'node_modules');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  mkdirSync(join(modules, '@coldstat'));
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name !== '@coldstat' && !name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  for (const name of ['capture', 'analyze']) {
    const to = join(modules, '@coldstat', name);
    const manifest = JSON.parse(readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8')) as Manifest;
    mkdirSync(to);
    for (const file of ['package.json', ...manifest.files.filter((f) => f !== 'dist')]) {
      cpSync(join(ROOT, 'packages', name, file), join(to, file), { recursive: true });
    }
    build(name, to);
    for (const [bin, path] of Object.entries(manifest.bin)) symlinkSync(join(to, path), join(modules, '.bin', bin));
  }
  return {
    modules,
    run: (bin, args, options = {}) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(modules, '.bin', bin), ...args], {
        cwd: options.cwd ?? place,
        env: { ...process.env, ...options.env },
        input: options.input ?? '',
        timeout: options.timeout ?? 60_000,
        maxBuffer: 1 << 28,
      });
      return { code: status, out: stdout.toString('utf8'), err: stderr.toString('utf8'), outBytes: stdout };
    },
    remove: () => rmSync(place, { recursive: true, force: true }),
  };
}
