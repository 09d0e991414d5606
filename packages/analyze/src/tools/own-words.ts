import { ToolMistake } from './mistake.ts';

export interface OwnWords {
  /** What is left for the tool's own grammar. */
  readonly rest: readonly string[];
  /** `--strict`: the known bugs of the live tool too. */
  readonly strict: boolean;
  /** What `--compat TOOL=…` named; the first profile where nothing is said. */
  readonly profile: string;
}

/** For the help of tools that take it. */
export const WHY_HELP = 'a last column: held, or why nobody is shown to hold the socket (coldstat ownership --help)';

/** Takes `--why` out of a command line: the class of each socket, for tools that list sockets. */
export function takeWhy(args: readonly string[]): { readonly rest: readonly string[]; readonly why: boolean } {
  const end = args.indexOf('--');
  const rest = args.filter((word, i) => word !== '--why' || (end >= 0 && i > end));
  return { rest, why: rest.length < args.length };
}

/** Takes `--strict` and `--compat TOOL=PROFILE` out of a command line. Throws ToolMistake for a profile the tool has not. */
export function takeOwnWords(args: readonly string[], tool: string, profiles: readonly [string, ...string[]]): OwnWords {
  const rest: string[] = [];
  let strict = false;
  let profile = profiles[0];
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? '';
    if (word === '--strict') strict = true;
    else if (word === '--compat' || word.startsWith('--compat=')) {
      const wish = word === '--compat' ? args[++i] : word.slice('--compat='.length);
      const known = profiles.find((p) => `${tool}=${p}` === wish);
      if (known === undefined) {
        throw new ToolMistake(`${tool}: --compat takes ${profiles.map((p) => `${tool}=${p}`).join(' or ')}, not ${wish ?? 'nothing'}`, 2);
      }
      profile = known;
    } else rest.push(word);
  }
  return { rest, strict, profile };
}
