import { matching } from '../diff/ignore.ts';
import { agreeing, isWritten } from './agree.ts';
import type { Line } from './file.ts';
import { GROUPS, type Group, type Keys } from './keys.ts';
import type { Sight } from './sight.ts';

interface Deviation {
  readonly result: 'new' | 'missing';
  readonly key: string;
  /** How many captures of the baseline held it; null for what is new, and for lines written by hand. */
  readonly held: string | null;
  readonly handle: string | null;
}

export interface Checked {
  readonly deviations: readonly Deviation[];
  /** Lines that may be missing or not, by the reason why the capture does not tell. */
  readonly unseen: readonly { readonly group: Group; readonly lines: number; readonly why: string }[];
}

/** A key whose unknown part is `*` agrees with whatever stands there on the other side: unknown is neither new nor missing. */
export function check(lines: readonly Line[], keys: Keys, sight: Sight): Checked {
  const inBaseline = agreeing(lines.map(({ key }) => key));
  const inCapture = agreeing([...keys.keys()]);
  const covered = matched(lines, keys);
  const fresh = [...keys].filter(([key]) => !inBaseline(key));
  const lacking = lines.filter(({ key }) => !inCapture(key) && !covered.has(key)).map((line) => ({ ...line, why: sight(line.key) }));
  const gone = lacking.filter(({ why }) => why === null);
  return {
    deviations: [
      ...fresh.map(([key, handle]): Deviation => ({ result: 'new', key, held: null, handle })),
      ...gone.map(({ key, held }): Deviation => ({ result: 'missing', key, held, handle: null })),
    ].sort((a, b) => rank(a) - rank(b) || (a.key < b.key ? -1 : Number(a.key > b.key))),
    unseen: GROUPS.flatMap((group) => {
      const whys = lacking.flatMap(({ key, why }) => (why !== null && groupOf(key) === group ? [why] : []));
      return [...new Set(whys)].map((why) => ({ group, lines: whys.filter((other) => other === why).length, why }));
    }),
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
