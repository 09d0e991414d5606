import { matching } from '../diff/ignore.ts';
import { agreeing, isWritten } from './agree.ts';
import type { Line } from './file.ts';
import { GROUPS, type Group, type Keys } from './keys.ts';

interface Deviation {
  readonly result: 'new' | 'missing';
  readonly key: string;
  /** How many captures of the baseline held it; null for what is new, and for lines written by hand. */
  readonly held: string | null;
  readonly handle: string | null;
}

export interface Checked {
  readonly deviations: readonly Deviation[];
  /** Groups of which the capture holds nothing at all, so that nothing of them can be said to be missing. */
  readonly unseen: readonly Group[];
}

/** A key whose unknown part is `*` agrees with whatever stands there on the other side: unknown is neither new nor missing. */
export function check(lines: readonly Line[], keys: Keys): Checked {
  const inBaseline = agreeing(lines.map(({ key }) => key));
  const inCapture = agreeing([...keys.keys()]);
  const shown = new Set([...keys.keys()].map(groupOf));
  const unseen = GROUPS.filter((group) => !shown.has(group) && lines.some(({ key }) => groupOf(key) === group));
  const covered = matched(lines, keys);
  const fresh = [...keys].filter(([key]) => !inBaseline(key));
  const gone = lines.filter(({ key }) => shown.has(groupOf(key)) && !inCapture(key) && !covered.has(key));
  return {
    deviations: [
      ...fresh.map(([key, handle]): Deviation => ({ result: 'new', key, held: null, handle })),
      ...gone.map(({ key, held }): Deviation => ({ result: 'missing', key, held, handle: null })),
    ].sort((a, b) => rank(a) - rank(b) || (a.key < b.key ? -1 : Number(a.key > b.key))),
    unseen,
  };
}

function groupOf(key: string): string {
  return key.split(' ', 1)[0] ?? '';
}

/** Lines with a pattern that somebody wrote, and that some key of the capture fits. */
function matched(lines: readonly Line[], keys: Keys): ReadonlySet<string> {
  const written = lines.map(({ key }) => key).filter(isWritten);
  return new Set(written.filter((key) => [...keys.keys()].some(matching([key]))));
}

/** New before missing, then in the order of the groups. */
function rank({ result, key }: Deviation): number {
  return (result === 'new' ? 0 : GROUPS.length) + GROUPS.findIndex((group) => key.startsWith(`${group} `));
}
