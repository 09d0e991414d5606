import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Compiles the helper program into `directory`; returns its path. Throws with the compiler's words. */
export function compileScenario(directory: string): string {
  const here = import.meta.dirname;
  const sources = readdirSync(here)
    .filter((name) => name.endsWith('.c'))
    .map((name) => join(here, name));
  const program = join(directory, 'scenario');
  execFileSync('gcc', ['-O1', '-Wall', '-Wextra', '-Werror', '-o', program, ...sources, '-lpthread', '-lutil', '-lrt'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return program;
}
