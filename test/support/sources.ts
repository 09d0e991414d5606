import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT: string = join(import.meta.dirname, '../..');

export interface SourceFile {
  /** From the root of the repository. */
  readonly path: string;
  /** Number of lines. */
  readonly lines: number;
  /** The text without its comments. */
  readonly code: string;
}

/** Every TypeScript file below `directory` (from the root of the repository), tests left out. */
export function sources(directory: string): SourceFile[] {
  return readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .sort()
    .map((name) => {
      const text = readFileSync(join(ROOT, directory, name), 'utf8');
      // A comment begins a line or stands behind a blank or a bracket: `/*` within quotes, as in a GLOB pattern, is none.
      const code = text.replace(/(^|[\s({[,;])\/\*[\s\S]*?\*\//g, '$1').replace(/(^|\s)\/\/.*$/gm, '$1');
      return { path: join(directory, name), lines: text.split('\n').length - 1, code };
    });
}

/** What the module exports, by name. */
export async function exportsOf(path: string): Promise<Readonly<Record<string, unknown>>> {
  return (await import(join(ROOT, path))) as Readonly<Record<string, unknown>>;
}
