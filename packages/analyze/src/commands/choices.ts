import type { Format, NetnsChoice } from '../tools/tool.ts';
import { UserError } from './io.ts';

const FORMATS: readonly Format[] = ['table', 'json', 'jsonl', 'csv', 'tsv', 'markdown'];

/** The argument of --format. Throws UserError. */
export function parseFormat(text: string | undefined): Format {
  const format = FORMATS.find((f) => f === (text ?? 'table'));
  if (format === undefined) throw new UserError(`no output format ${text}`, `formats: ${FORMATS.join(' ')}`);
  return format;
}

/** The argument of --netns: `own`, `all`, a number, or `net:[number]` as links print it. Throws UserError. */
export function parseNetns(text: string | undefined): NetnsChoice {
  if (text === undefined || text === 'own') return 'own';
  if (text === 'all') return 'all';
  const digits = /^(?:net:\[(\d{1,15})\]|(\d{1,15}))$/.exec(text);
  if (digits === null) throw new UserError(`no network namespace ${text}`, 'say own, all, or a number such as 4026531840');
  return Number(digits[1] ?? digits[2]);
}
