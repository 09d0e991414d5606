import { getopt, type OptionSpec } from '../getopt.ts';
import { ToolMistake } from '../mistake.ts';

export type Profile = 'solaris' | 'illumos' | 'stap';

export interface PfilesRequest {
  /** Only the first line of each descriptor: `-n`. */
  readonly brief: boolean;
  readonly profile: Profile;
  readonly pids: readonly number[];
  /** `/proc/*` among the operands: every process of the capture. */
  readonly all: boolean;
  readonly help: boolean;
}

interface PfilesOption extends OptionSpec {
  readonly doc: string;
}

const OPTIONS: readonly PfilesOption[] = [
  { key: 'force', short: 'F', argument: 'none', doc: 'accepted: cold evidence never needs force' },
  { key: 'brief', short: 'n', argument: 'none', doc: 'leave out flags, names and options' },
  { key: 'compat', long: 'compat', argument: 'required', doc: 'pfiles=solaris (default), illumos or stap' },
  { key: 'help', long: 'help', argument: 'none', doc: 'this text' },
];

export function usage(): string {
  const lines = OPTIONS.map((o) => `  ${(o.short === undefined ? `--${o.long}` : `-${o.short}`).padEnd(12)} ${o.doc}`);
  return `usage: coldstat pfiles [-F] [-n] pid ... | '/proc/*'\n${lines.join('\n')}\n`;
}

const PROFILES: ReadonlyMap<string, Profile> = new Map([
  ['pfiles=solaris', 'solaris'],
  ['pfiles=illumos', 'illumos'],
  ['pfiles=stap', 'stap'],
]);

/** Throws ToolMistake. */
export function parsePfiles(args: readonly string[]): PfilesRequest {
  const { options, operands } = getopt(args, OPTIONS, (problem) => new ToolMistake(`pfiles: ${problem}\n${usage()}`, 2));
  const given = new Map(options.map((o) => [o.key, o.value]));
  const profile = given.has('compat') ? PROFILES.get(given.get('compat') ?? '') : 'solaris';
  if (profile === undefined) throw new ToolMistake('pfiles: --compat takes pfiles=solaris, pfiles=illumos or pfiles=stap', 2);
  if (operands.length === 0 && !given.has('help')) throw new ToolMistake(usage(), 2);
  const all = operands.includes('/proc/*');
  const pids = operands
    .filter((word) => word !== '/proc/*')
    .map((word) => {
      const digits = /^(?:\/proc\/)?(\d{1,10})\/?$/.exec(word)?.[1];
      if (digits === undefined) throw new ToolMistake(`pfiles: cannot examine ${word}: no such process`, 1);
      return Number(digits);
    });
  return { brief: given.has('brief'), profile, pids, all, help: given.has('help') };
}
