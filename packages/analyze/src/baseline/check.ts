import { matching } from '../diff/ignore.ts';
import type { Line } from './file.ts';
import { GROUPS, type Group, type Keys } from './keys.ts';

export interface Deviation {
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
  const inBaseline = matching(lines.map(({ key }) => key));
  const inCapture = matching([...keys.keys()]);
  const groupOf = (key: string): string => key.split(' ', 1)[0] ?? '';
  const unseen = GROUPS.filter(
    (group) => lines.some(({ key }) => groupOf(key) === group) && ![...keys.keys()].some((key) => groupOf(key) === group),
  );
  const fresh = [...keys].filter(
    ([key]) =>
      !inBaseline(key) &&
      !agrees(
        key,
        lines.map((line) => line.key),
      ),
  );
  const gone = lines.filter(
    ({ key }) => !unseen.some((group) => group === groupOf(key)) && !inCapture(key) && !agrees(key, [...keys.keys()]),
  );
  return {
    deviations: [
      ...fresh.map(([key, handle]): Deviation => ({ result: 'new', key, held: null, handle })),
      ...gone.map(({ key, held }): Deviation => ({ result: 'missing', key, held, handle: null })),
    ].sort((a, b) => rank(a) - rank(b) || (a.key < b.key ? -1 : Number(a.key > b.key))),
    unseen,
  };
}

function agrees(key: string, others: readonly string[]): boolean {
  return key.includes('*') && others.some(matching([key]));
}

/** New before missing, then in the order of the groups. */
function rank({ result, key }: Deviation): number {
  return (result === 'new' ? 0 : GROUPS.length) + GROUPS.findIndex((group) => key.startsWith(`${group} `));
}
