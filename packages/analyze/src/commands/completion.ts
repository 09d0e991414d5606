import { bash } from '../shell/bash.ts';
import { fish } from '../shell/fish.ts';
import { readHelp } from '../shell/help-entries.ts';
import type { CommandTree, ProgramTree } from '../shell/tree.ts';
import { zsh } from '../shell/zsh.ts';
import { version } from '../version.ts';
import type { Command } from './command.ts';
import { type Io, UserError } from './io.ts';
import { OFFERS } from './offers.ts';
import { ownCommand } from './own-command.ts';

const SHELLS: ReadonlyMap<string, (tree: ProgramTree) => string> = new Map([
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
]);

const HELP = `
  bash   eval "$(coldstat completion bash)" in ~/.bashrc
  zsh    coldstat completion zsh > DIR/_coldstat, where DIR is in $fpath
  fish   coldstat completion fish > ~/.config/fish/completions/coldstat.fish
That of coldstat-capture lies beside its manual page, in completions/ of its package.`;

export const completion: Command = ownCommand(
  'completion',
  'Print what makes a shell complete commands and options',
  (program) => program.argument('<shell>', 'bash, zsh or fish').addHelpText('after', HELP),
  async (_options, [shell = ''], io) => {
    const write = SHELLS.get(shell);
    if (write === undefined) throw new UserError(`no completion for ${shell || 'no shell'}: bash, zsh or fish`);
    await io.out(write(await tree(io)));
    return 0;
  },
);

/** This program by its own help texts. */
async function tree(io: Io): Promise<ProgramTree> {
  const { COMMANDS } = await import('./index.ts');
  const commands: CommandTree[] = [];
  for (const load of COMMANDS.values()) {
    const command = await load();
    const { name, summary } = command;
    commands.push({ name, summary, help: readHelp(await helpOf(command, io)), offers: OFFERS[name] ?? {} });
  }
  const help = readHelp(
    'Options before the command:\n  -d, --db FILE  case file\n  -V, --version  print the version\n  -h, --help     print this text\n',
  );
  return {
    name: 'coldstat',
    version: version(),
    summary: 'Answers from captures of Linux hosts what the live tools would have said then',
    help,
    commands,
  };
}

async function helpOf(command: Command, io: Io): Promise<string> {
  let text = '';
  const out: Io['out'] = async (chunk) => {
    text += chunk;
  };
  await command.run(['--help'], Object.create(io, { out: { value: out } }) as Io, { db: undefined });
  return text;
}
