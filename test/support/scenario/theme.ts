import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Made, readMade } from './made.ts';

export interface Theme {
  readonly made: readonly Made[];
  /** The one object of this kind; throws when there is none or the kernel lacks it. */
  one(what: string): Made;
  /** Ends the program and its helpers. */
  stop(): Promise<void>;
}

/** Makes the objects of a theme on this machine, below `directory`, until stopped. */
export async function startTheme(program: string, theme: string, directory: string): Promise<Theme> {
  const child = spawn(program, [theme, directory], { stdio: ['pipe', 'pipe', 'inherit'] });
  const made = await readMade(child.stdout, `scenario ${theme}`);
  return {
    made,
    one: (what) => {
      const found = made.find((m) => m.what === what && m.missing === undefined);
      if (found === undefined) throw new Error(`${theme}: no ${what}`);
      return found;
    },
    stop: async () => {
      const ended = child.exitCode === null ? once(child, 'exit') : Promise.resolve();
      child.stdin.end();
      await ended;
    },
  };
}
