import { UserError } from './io.ts';

export interface OwnOptions {
  readonly db: string | undefined;
  readonly archives: readonly string[];
  readonly ageIdentity: string | undefined;
  readonly capture: string | undefined;
  readonly netns: string | undefined;
  readonly format: string | undefined;
  readonly quietLedger: boolean;
  /** Rows as a plain table with their handles, in place of the tool's layout. */
  readonly handles: boolean;
  readonly help: boolean;
}

const TAKES_VALUE = new Set(['--db', '--archive', '--age-identity', '--capture', '--netns', '--format']);

/**
 * Takes coldstat's own long options out of a live tool's command line: `--db FILE` or `--db=FILE` wherever it stands before `--`; the
 * rest is the tool's, untouched and in order. Only whole names count, so a tool's own options keep their meaning. Throws UserError.
 */
export function stripOptions(argv: readonly string[]): { readonly own: OwnOptions; readonly rest: readonly string[] } {
  const given = new Map<string, string[]>();
  const flags = new Set<string>();
  const rest: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '--') {
      rest.push(...argv.slice(i));
      break;
    }
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    if (TAKES_VALUE.has(name)) {
      const value = equals < 0 ? argv[++i] : word.slice(equals + 1);
      if (value === undefined || value === '') throw new UserError(`${name} needs a value`);
      given.set(name, [...(given.get(name) ?? []), value]);
    } else if (word === '--quiet-ledger' || word === '--handles' || word === '--help') flags.add(word);
    else rest.push(word);
  }
  return {
    own: {
      db: given.get('--db')?.at(-1),
      archives: given.get('--archive') ?? [],
      ageIdentity: given.get('--age-identity')?.at(-1),
      capture: given.get('--capture')?.at(-1),
      netns: given.get('--netns')?.at(-1),
      format: given.get('--format')?.at(-1),
      quietLedger: flags.has('--quiet-ledger'),
      handles: flags.has('--handles'),
      help: flags.has('--help'),
    },
    rest,
  };
}
