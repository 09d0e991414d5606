import type { ToolMistake } from './mistake.ts';

/** getopt_long(3) as glibc does it: bundled letters, values glued or apart, unambiguous abbreviations, options after operands, `--`. */

export interface OptionSpec {
  /** What the option means to the tool; several spellings may share it. */
  readonly key: string;
  readonly short?: string;
  readonly long?: string;
  readonly argument: 'none' | 'required' | 'optional';
}

interface GivenOption {
  readonly key: string;
  readonly value: string | undefined;
}

/** Makes the tool's own refusal of what getopt found wrong, for example `invalid option -- 'Q'`. */
export type Refuse = (problem: string) => ToolMistake;

export interface Getopt {
  readonly options: readonly GivenOption[];
  readonly operands: readonly string[];
}

/** Throws ToolMistake with what getopt prints, `TOOL: invalid option -- 'Q'` and `usage` below it. */
export function getopt(args: readonly string[], specs: readonly OptionSpec[], refuse: Refuse): Getopt {
  const options: GivenOption[] = [];
  const operands: string[] = [];
  const queue = [...args];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === '--') {
      operands.push(...queue);
      break;
    }
    if (word.startsWith('--')) options.push(longOption(word.slice(2), specs, queue, refuse));
    else if (word.startsWith('-') && word.length > 1) options.push(...shortOptions(word.slice(1), specs, queue, refuse));
    else operands.push(word);
  }
  return { options, operands };
}

function longOption(word: string, specs: readonly OptionSpec[], queue: string[], refuse: Refuse): GivenOption {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word : word.slice(0, equals);
  const spec = findLong(name, specs, refuse);
  if (equals >= 0) {
    if (spec.argument === 'none') throw refuse(`option '--${spec.long}' doesn't allow an argument`);
    return { key: spec.key, value: word.slice(equals + 1) };
  }
  if (spec.argument !== 'required') return { key: spec.key, value: undefined };
  const value = queue.shift();
  if (value === undefined) throw refuse(`option '--${spec.long}' requires an argument`);
  return { key: spec.key, value };
}

function findLong(name: string, specs: readonly OptionSpec[], refuse: Refuse): OptionSpec {
  const exact = specs.find((s) => s.long === name);
  if (exact !== undefined) return exact;
  const candidates = specs.filter((s) => s.long?.startsWith(name));
  const first = candidates[0];
  if (first === undefined) throw refuse(`unrecognized option '--${name}'`);
  // Abbreviations of several spellings of one thing are not ambiguous.
  if (candidates.every((c) => c.key === first.key && c.argument === first.argument)) return first;
  throw refuse(`option '--${name}' is ambiguous; possibilities: ${candidates.map((c) => `'--${c.long}'`).join(' ')}`);
}

function shortOptions(letters: string, specs: readonly OptionSpec[], queue: string[], refuse: Refuse): GivenOption[] {
  const given: GivenOption[] = [];
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i] ?? '';
    const spec = specs.find((s) => s.short === letter);
    if (spec === undefined) throw refuse(`invalid option -- '${letter}'`);
    if (spec.argument === 'none') {
      given.push({ key: spec.key, value: undefined });
      continue;
    }
    const glued = letters.slice(i + 1);
    const value = glued !== '' ? glued : spec.argument === 'required' ? queue.shift() : undefined;
    if (value === undefined && spec.argument === 'required') throw refuse(`option requires an argument -- '${letter}'`);
    given.push({ key: spec.key, value });
    break;
  }
  return given;
}
