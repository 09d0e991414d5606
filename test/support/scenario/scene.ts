import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { furniture } from './furniture.ts';
import type { Made } from './made.ts';
import { type PrivateHost, type Ran, startPrivateHost } from './private-host.ts';

/** In the order they are made: what the kernel keeps for a minute only comes last. */
export const THEMES = ['tcp', 'inet', 'unix', 'owners', 'files', 'names', 'netns', 'linger'] as const;

export interface Scene {
  readonly host: PrivateHost;
  readonly made: readonly Made[];
  /** The one object of this name that was made. Throws when there is none; a missing one has `missing`. */
  one(what: string): Made;
  /** A directory outside for archives and cases; gone at the end. */
  readonly directory: string;
  /** Captures the host from inside; gives the path of the archive outside. */
  capture(label: string, options?: readonly string[]): { readonly archive: string; readonly ran: Ran };
  /** What a live tool prints inside. Throws when it cannot be started. */
  live(command: string, args: readonly string[]): string;
  stop(): Promise<void>;
}

/** A private host with every object of these themes on it. */
export async function startScene(themes: readonly string[] = THEMES): Promise<Scene> {
  const host = await startPrivateHost(furniture());
  const made: Made[] = [];
  for (const theme of themes) made.push(...(await host.make(theme)));
  const directory = mkdtempSync(join(tmpdir(), 'coldstat-scene-'));
  return {
    host,
    made,
    directory,
    one: (what) => {
      const found = made.find((m) => m.what === what);
      if (found === undefined) throw new Error(`nothing called ${what} was made`);
      return found;
    },
    capture: (label, options = []) => {
      const inside = `/tmp/${label}.tar.zst`;
      const ran = host.run('/opt/node/bin/node', ['--conditions=source', '/opt/coldstat/capture.mjs', '-o', inside, ...options]);
      if (ran.code === null || ran.code > 1) throw new Error(`the capture failed: ${ran.stderr}`);
      const archive = join(directory, `${label}.tar.zst`);
      copyFileSync(host.files + inside, archive);
      return { archive, ran };
    },
    live: (command, args) => host.run(command, args).stdout.toString('latin1'),
    stop: async () => {
      await host.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
