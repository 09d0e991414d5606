import type { Handler, Parsing } from './handlers.ts';
import type { Message } from './value-grammar.ts';
import type { Prefix } from './words.ts';

/** Options about the mechanics of a live host: accepted with a line that says why they change nothing, or refused as there. */

/** For what only a live host can do: nothing but a remark. */
export const live =
  (what: string): Handler =>
  ({ remark }) => {
    remark(what);
    return null;
  };

export function exempt({ words, remark }: Parsing): Message {
  const value = words.optional();
  if (value === null || value[0] !== '/') return `-e not followed by a file system path: "${value ?? '(null)'}"`;
  remark(`-e ${value}: nothing is asked of file systems here, so none needs to be exempt`);
  return null;
}

/** `[T][cN][mFMT]`, all in one word. */
export function repeat({ words, remark, options }: Parsing, prefix: Prefix): Message {
  const value = words.optional();
  const [used, count, marker] = /^\d*(c\d+)?(m.*)?/s.exec(value ?? '') ?? [''];
  if (value !== null) words.giveBack(used.length);
  if (marker === 'm') return 'illegal <fmt>: ""';
  const times = count === undefined ? null : Number(count.slice(1));
  options.repeat = { times, untilEmpty: prefix === '+', marker: marker?.slice(1) ?? null };
  remark('-r: one listing for each capture of the host, in order of time');
  return null;
}

export function seconds(p: Parsing): Message {
  p.words.number();
  p.remark('-S: nothing is asked of file systems here, so there is no time to limit');
  return null;
}

export function mountSupplement(p: Parsing, prefix: Prefix): Message {
  if (prefix === '-') return '-m not supported';
  const value = p.words.optional();
  if (value === null) p.options.mountTable = true;
  else p.remark(`+m ${value}: mounts come from the captured mountinfo, a supplement is not read`);
  return null;
}
