import { matching } from '../diff/ignore.ts';
import type { Group } from './keys.ts';

/** Words of a key of each group, the name of the group among them; the last one may hold blanks. */
const WORDS: Readonly<Record<Group, number>> = { listener: 7, process: 3, module: 2, user: 3, service: 4, mount: 3, interface: 2 };

interface Parted {
  readonly words: readonly string[];
  /** Bit i: word i is unknown. */
  readonly stars: number;
}

/**
 * Whether a key agrees with one of these: word for word the same, where an unknown word, `*`, is the same as anything, on either side. What somebody wrote
 * with a `*` within a word, or for several words, stands for any text there. Takes time with the number of keys and of the sets of words that are unknown
 * in them, not with their product.
 */
export function agreeing(keys: readonly string[]): (key: string) => boolean {
  const written = matching(keys.filter(isWritten));
  const byStars = new Map<number, Parted[]>();
  for (const key of keys) {
    const part = parted(key);
    if (part === null) continue;
    const list = byStars.get(part.stars);
    if (list === undefined) byStars.set(part.stars, [part]);
    else list.push(part);
  }
  const indexes = new Map<string, ReadonlySet<string>>();
  const indexOf = (stars: number, ignored: number): ReadonlySet<string> => {
    const name = `${stars} ${ignored}`;
    const known = indexes.get(name) ?? new Set((byStars.get(stars) ?? []).map((part) => masked(part, ignored)));
    indexes.set(name, known);
    return known;
  };
  return (key) => {
    if (written(key)) return true;
    const part = parted(key);
    return part !== null && [...byStars.keys()].some((stars) => indexOf(stars, stars | part.stars).has(masked(part, stars | part.stars)));
  };
}

/** Somebody wrote it: it has a `*` where keys that are made have none. */
export function isWritten(key: string): boolean {
  return key.includes('*') && parted(key) === null;
}

function masked({ words }: Parted, ignored: number): string {
  return words.map((word, i) => ((ignored & (1 << i)) === 0 ? word : '*')).join(' ');
}

/** Null for what is no key as they are made. */
function parted(key: string): Parted | null {
  const all = key.split(' ');
  const count = WORDS[all[0] as Group] ?? 0;
  if (all.length < count || count === 0) return null;
  const words = [...all.slice(0, count - 1), all.slice(count - 1).join(' ')];
  if (words.some((word) => word.includes('*') && word !== '*')) return null;
  return { words, stars: words.reduce((bits, word, i) => bits | (word === '*' ? 1 << i : 0), 0) };
}
