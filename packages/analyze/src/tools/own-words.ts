import { ToolMistake } from './mistake.ts';

export interface OwnWords {
  /** What is left for the tool's own grammar. */
  readonly rest: readonly string[];
  /** `--strict`: the known bugs of the live tool too. */
  readonly strict: boolean;
  /** What `--compat TOOL=…` named; the first profile where nothing is said. */
  readonly profile: string;
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
