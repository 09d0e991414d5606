import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Ran {
  /** Exit code; null when a signal or the time limit ended it. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly outBytes: Buffer;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** Milliseconds, 60 s where not given. */
  readonly timeout?: number;
}

/** Runs `coldstat …` from source, in a process of its own. */
export function coldstat(args: readonly string[], options: RunOptions = {}): Ran {
  return run('coldstat.mjs', args, options);
}

/** Runs `coldstat-capture …` from source. */
export function capture(args: readonly string[], options: RunOptions = {}): Ran {
  return run('coldstat-capture.mjs', args, options);
}

/** The words before the arguments, for tests that spawn by themselves. */
export function nodeArguments(script: 'coldstat.mjs' | 'coldstat-capture.mjs'): string[] {
  return ['--conditions=source', '--disable-warning=ExperimentalWarning', fileURLToPath(new URL(script, import.meta.url))];
}

function run(script: 'coldstat.mjs' | 'coldstat-capture.mjs', args: readonly string[], options: RunOptions): Ran {
  const env: Record<string, string | undefined> = { ...process.env, ...options.env };
  if (options.env?.['COLDSTAT_DB'] === undefined) delete env['COLDSTAT_DB'];
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [...nodeArguments(script), ...args], {
    cwd: options.cwd,
    env,
    input: options.input ?? '',
    timeout: options.timeout ?? 60_000,
    maxBuffer: 1 << 28,
  });
  if (error !== undefined && !('code' in error && error.code === 'ETIMEDOUT')) throw error;
  return { code: status, out: stdout.toString('utf8'), err: stderr.toString('utf8'), outBytes: stdout };
}
