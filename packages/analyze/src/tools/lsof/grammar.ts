import type { Parsing } from './handlers.ts';
import { LETTERS, type LetterSpec } from './letters.ts';
import { type Compat, defaultOptions, type Options } from './options.ts';
import { Words } from './words.ts';

/** Options of coldstat on this tool, beside the letters. */
export interface OwnWords {
  readonly compat: Compat;
  readonly strict: boolean;
  readonly withDeleted: boolean;
  readonly cwd: string | null;
  /** Sockets that nobody holds are listed too. */
  readonly why: boolean;
  readonly rest: readonly string[];
  readonly errors: readonly string[];
}

const COMPAT: ReadonlyMap<string, Compat> = new Map([
  ['lsof=4.93', '4.93'],
  ['lsof=4.95', '4.95'],
  ['lsof=4.99', '4.99'],
]);

/** Takes `--compat`, `--strict`, `--with-deleted`, `--why` and `--cwd` out of the words before `--`. */
export function ownWords(args: readonly string[]): OwnWords {
  const end = args.indexOf('--');
  const words = end < 0 ? [...args] : args.slice(0, end);
  const rest: string[] = [];
  const errors: string[] = [];
  const values = new Map<string, string>();
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const [name = '', value] = word.split(/=(.*)/s);
    if (name === '--strict' || name === '--with-deleted' || name === '--why') values.set(name, '');
    else if (name === '--compat' || name === '--cwd') values.set(name, value ?? words.shift() ?? '');
    else rest.push(word);
  }
  const wish = values.get('--compat');
  const compat = wish === undefined ? '4.95' : COMPAT.get(wish);
  if (compat === undefined) errors.push(`--compat takes ${[...COMPAT.keys()].join(', ')}, not "${wish}"`);
  const cwd = values.get('--cwd') ?? null;
  if (cwd !== null && cwd[0] !== '/') errors.push('--cwd takes an absolute path');
  return {
    compat: compat ?? '4.95',
    strict: values.has('--strict'),
    withDeleted: values.has('--with-deleted'),
    cwd,
    why: values.has('--why'),
    rest: [...rest, ...(end < 0 ? [] : args.slice(end))],
    errors,
  };
}

export interface Parsed {
  readonly options: Options;
  /** In the tool's words, without `lsof: `; each of them fails the command line. */
  readonly errors: readonly string[];
  readonly remarks: readonly string[];
}

/** Parses the words as lsof does. `Options.tasks` and the rest are as asked; nothing is looked up but names. */
export function parseArguments(own: OwnWords, names: Parsing['names']): Parsed {
  const options = defaultOptions();
  options.compat = own.compat;
  options.strict = own.strict;
  const errors: string[] = [...own.errors];
  const remarks: string[] = [];
  const words = new Words(own.rest);
  const parsing: Parsing = { options, words, names, remark: (text) => void remarks.push(text), crossOver: false };
  const known = lettersOf(own.compat);
  for (let letter = words.next(); letter !== null; letter = words.next()) {
    const spec = known.get(letter.letter);
    const message = spec === undefined ? `illegal option character: ${letter.letter}` : spec.handle(parsing, letter.prefix);
    if (message !== null) errors.push(message);
  }
  options.names.push(...words.rest());
  errors.push(...contradictions(options, parsing.crossOver));
  return { options, errors, remarks };
}

function lettersOf(compat: Compat): ReadonlyMap<string, LetterSpec> {
  return new Map(LETTERS.filter((l) => l.since === null || l.since === compat).map((l) => [l.letter, l]));
}

function contradictions(o: Options, crossOver: boolean): string[] {
  const errors: string[] = [];
  if (o.offsets && o.sizes) errors.push('-o and -s are mutually exclusive');
  if (o.fields !== null && o.terse) errors.push('-F and -t are mutually exclusive');
  if (o.json !== 'none' && o.terse) errors.push('-J/-j and -t are mutually exclusive');
  if (o.json !== 'none' && o.fields !== null) errors.push('-J/-j and -F are mutually exclusive');
  if (crossOver && o.directories.length === 0) errors.push('-x must accompany +d or +D');
  if (o.noTables && (o.inet.all !== null || o.inet.addresses.length > 0)) errors.push('-i is useless when -X is specified.');
  if (errors.length === 0 && o.and && !hasCriteria(o)) errors.push('no select options to AND via -a');
  return errors;
}

/** Something was asked for; exclusions of processes do not count. */
function hasCriteria(o: Options): boolean {
  return criteria(o).length > 0;
}

/** Criteria by the name of their bit in lsof. */
export type Criterion = 'CMD' | 'PID' | 'PGID' | 'UID' | 'CNTX' | 'TASK' | 'FD' | 'NET' | 'NA' | 'NFS' | 'UNX' | 'NM' | 'NLINK';

export function criteria(o: Options): Criterion[] {
  const asked: [Criterion, boolean][] = [
    ['CMD', o.commands.include.length + o.commands.patterns.length > 0],
    ['PID', o.pids.include.size > 0],
    ['PGID', o.pgids.include.size > 0],
    ['UID', o.uids.include.size > 0],
    ['CNTX', o.contexts.length > 0],
    ['TASK', o.tasks === 'select'],
    ['FD', o.fds !== null],
    ['NET', o.inet.all !== null],
    ['NA', o.inet.addresses.length > 0],
    ['NFS', o.nfs !== null],
    ['UNX', o.unix],
    ['NM', o.names.length + o.directories.length > 0],
    ['NLINK', o.linksBelow !== null],
  ];
  return asked.filter(([, yes]) => yes).map(([name]) => name);
}
