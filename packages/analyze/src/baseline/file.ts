import { UserError } from '../user-error.ts';
import { GROUPS } from './keys.ts';

/** A baseline as a file: `KEY` or `HELD/CAPTURES KEY` a line, in order of the keys; docs in `coldstat baseline --help`. */
export interface Line {
  readonly key: string;
  /** How many of the captures held it, `3/3`; null for a line that somebody wrote. */
  readonly held: string | null;
}

const FIRST = '# coldstat baseline 1';

/** The same captures give the same bytes. Keys hold no control character: they are escaped. */
export function baselineText(captures: readonly Iterable<string>[]): string {
  const held = new Map<string, number>();
  for (const keys of captures) for (const key of keys) held.set(key, (held.get(key) ?? 0) + 1);
  const keys = [...held.keys()].sort((a, b) => (a < b ? -1 : Number(a > b)));
  const lines = keys.map((key) => `${held.get(key)}/${captures.length} ${key}\n`);
  return `${FIRST}\n${lines.join('')}`;
}

/** Throws UserError where a line is not one. */
export function parseBaseline(text: string): Line[] {
  const lines = text.split(/\r?\n/);
  if (lines[0] !== FIRST) throw new UserError('this is no baseline', `its first line is: ${FIRST}`);
  return lines.flatMap((line, i) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const parts = /^(?:(\d+\/\d+) )?((\S+) .*)$/.exec(line);
    if (parts?.[2] === undefined || !GROUPS.some((group) => group === parts[3])) {
      throw new UserError(`line ${i + 1} of the baseline is no key`, `a key begins with one of: ${GROUPS.join(' ')}`);
    }
    return [{ key: parts[2], held: parts[1] ?? null }];
  });
}
