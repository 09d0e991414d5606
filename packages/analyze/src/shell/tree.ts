import type { Help, HelpEntry } from './help-entries.ts';

/** A program as its own help tells of it: what completion and the manual are made from. */
export interface ProgramTree {
  readonly name: string;
  readonly version: string;
  /** One line. */
  readonly summary: string;
  readonly help: Help;
  /** Empty for a program without commands. */
  readonly commands: readonly CommandTree[];
}

export interface CommandTree {
  readonly name: string;
  readonly summary: string;
  readonly help: Help;
  readonly offers: Offers;
}

/** Words from which the value of an option is chosen, by the option's last spelling; under FIRST_OPERAND those of the first word behind the command. */
export type Offers = Readonly<Record<string, readonly string[]>>;
export const FIRST_OPERAND = '';

/** What may follow an option, as far as it can be offered. */
export type Follows =
  | { readonly kind: 'nothing' | 'file' | 'directory' | 'anything' }
  | { readonly kind: 'words'; readonly words: readonly string[] };

const FORMATS = ['table', 'json', 'jsonl', 'csv', 'tsv', 'markdown'];

/** By what the command offers, else by the option's name and the word that its help has for what follows. */
export function follows({ spellings, argument }: HelpEntry, offers: Offers): Follows {
  const option = spellings.at(-1) ?? '';
  if (argument === null) return { kind: 'nothing' };
  const words = offers[option];
  if (words !== undefined) return { kind: 'words', words };
  if (option === '--capture') return { kind: 'words', words: ['latest', 'all'] };
  if (option === '--netns') return { kind: 'words', words: ['own', 'all'] };
  if (option === '--compress') return { kind: 'words', words: ['zstd', 'gzip', 'none'] };
  if (option === '--compat') return { kind: 'words', words: compat(argument) };
  if (option === '--format') return { kind: 'words', words: FORMATS };
  if (/file|archive|path/i.test(argument)) return { kind: 'file' };
  return { kind: /dir/i.test(argument) ? 'directory' : 'anything' };
}

/** `netstat=2.10|1.60` is two words. */
function compat(argument: string): string[] {
  const [tool = '', versions = ''] = argument.split('=');
  return versions.split('|').map((version) => `${tool}=${version}`);
}
