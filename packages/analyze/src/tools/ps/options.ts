import { getopt, type OptionSpec } from '../getopt.ts';
import { ToolMistake } from '../mistake.ts';

export interface PsOptions {
  readonly tree: boolean;
  readonly pids: readonly number[];
  /** Names or numbers. */
  readonly users: readonly string[];
  readonly names: readonly string[];
}

const SPECS: readonly OptionSpec[] = [
  { key: 'pid', short: 'p', long: 'pid', argument: 'required' },
  { key: 'user', short: 'u', long: 'user', argument: 'required' },
  { key: 'name', short: 'C', argument: 'required' },
  { key: 'tree', long: 'tree', argument: 'none' },
];

export const USAGE = `Usage: coldstat ps [--tree] [-p PID[,PID…]]… [-u USER[,USER…]]… [-C NAME[,NAME…]]…

Every process of a capture, or those that any of the selections picks.

  -p, --pid LIST   by process id
  -u, --user LIST  by effective user, name (from the captured passwd) or number
  -C LIST          by the name the process bears (comm), whole
  --tree           children below their parents

START is UTC. TTY is the controlling terminal, ? for none. NS lists the namespaces (net, pid, mnt) that are not those of the capture itself.
In COMMAND each argument stands apart, quoted as a shell would need it; [name] without quotes is a kernel thread, by the kernel's own flag;
(name) is a process without arguments: a zombie, or one that took them away; <name> one whose arguments could not be read.
What stands in brackets behind the command says that the process may not be what it says (coldstat marks).
Exit status: 0 processes were listed, 1 none, 2 a mistake on the command line.
`;

/** Throws ToolMistake. */
export function parseOptions(args: readonly string[]): PsOptions {
  const refuse = (problem: string): ToolMistake => new ToolMistake(`coldstat ps: ${problem}`, 2);
  const { options, operands } = getopt(args, SPECS, refuse);
  if (operands.length > 0) throw refuse(`no operand ${operands[0]} is understood; select with -p, -u or -C`);
  const lists = (key: string): string[] =>
    options.filter((o) => o.key === key).flatMap((o) => (o.value ?? '').split(',').filter((word) => word !== ''));
  const pids = lists('pid').map((word) => {
    if (!/^\d{1,10}$/.test(word)) throw refuse(`${word} is not a process id`);
    return Number(word);
  });
  return { tree: options.some((o) => o.key === 'tree'), pids, users: lists('user'), names: lists('name') };
}
