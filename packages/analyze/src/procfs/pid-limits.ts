import type { Parser, Placed } from './lines.ts';
import { exactOf } from './number.ts';
import { byLine } from './rows.ts';

/** One line of /proc/PID/limits (proc_pid_limits in fs/proc/base.c: `%-25s %-20s %-20s %-10s`). */
export interface LimitLine extends Placed {
  readonly name: string;
  /** null for unlimited. */
  readonly soft: number | bigint | null;
  readonly hard: number | bigint | null;
  /** As printed; null where the limit has none. */
  readonly unit: string | null;
}

const NAME_WIDTH = 25;
const MAX_LINE = 256;

/** Names hold blanks and are cut off by their width; the 2.6 kernels print the same columns. */
export const parsePidLimits: Parser<LimitLine> = byLine((sink) => ({ body, start, end, number }) => {
  const text = body.toString('latin1', start, end);
  if (number === 1 && text.startsWith('Limit ')) return 'header';
  const name = text.slice(0, NAME_WIDTH).trimEnd();
  // The columns are 21, 21 and 10 wide; from each blank of a longer line the end would be looked for.
  const rest = text.length > MAX_LINE ? null : /^ (unlimited|\d{1,20}) +(unlimited|\d{1,20}) +([a-z]*) *$/.exec(text.slice(NAME_WIDTH));
  if (rest === null || !/^Max [a-z -]+$/.test(name)) return { code: 'line-form', message: 'not in the form NAME SOFT HARD UNIT' };
  sink.record({ line: number, name, soft: limit(rest[1]), hard: limit(rest[2]), unit: rest[3] || null });
  return 'row';
});

function limit(text: string | undefined): number | bigint | null {
  return text === undefined || text === 'unlimited' ? null : exactOf(text);
}
