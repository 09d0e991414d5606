import type { CaseDb } from '../db/query.ts';
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

const NETNS = `SELECT n FROM (
    SELECT capture_id, own_net_ns AS n FROM captures UNION SELECT capture_id, inode FROM namespaces WHERE kind = 'net'
    UNION SELECT capture_id, net_ns FROM sources)
  WHERE n IS NOT NULL AND capture_id IN (SELECT value FROM json_each(?)) GROUP BY n ORDER BY n`;
const NAMED = 12;

/** Refuses a number that none of the captures has a network namespace of, and names those there are. Throws UserError. */
export function requireNetns(db: CaseDb, captures: readonly number[], netns: NetnsChoice): void {
  if (typeof netns !== 'number') return;
  const known = db.all<{ n: number }>(NETNS, JSON.stringify(captures)).map(({ n }) => n);
  if (known.includes(netns)) return;
  const more = known.length > NAMED ? ` and ${known.length - NAMED} more (table namespaces)` : '';
  const named = known.length === 0 ? 'the capture knows none by number' : `there are ${known.slice(0, NAMED).join(', ')}${more}`;
  throw new UserError(`no network namespace ${netns} in the capture`, named);
}
