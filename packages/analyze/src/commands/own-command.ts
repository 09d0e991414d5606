import { Command as Program } from 'commander';
import type { Command, Globals } from './command.ts';
import { type Io, UserError } from './io.ts';

/** Options that every command of coldstat's own which answers from a case takes. */
export interface CaseOptions {
  readonly db?: string;
  readonly archive?: readonly string[];
  readonly capture?: string;
  readonly format?: string;
  readonly ageIdentity?: string;
}

/** The option that names the keys of encrypted archives. ownCommand hands it on with the globals. */
export function ageOption(program: Program): Program {
  return program.option('--age-identity <file>', 'private keys for archives that are encrypted with age, as age-keygen writes them');
}

/** Adds them to a command; `captures` says in the help what is told of when --capture is absent, null when there is no --capture. */
export function caseOptions(program: Program, captures: string | null = 'latest'): Program {
  const list = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];
  program
    .option('-d, --db <file>', 'case file (default: COLDSTAT_DB, else ./case.db)')
    .option<readonly string[] | undefined>('--archive <file>', 'answer straight from this archive; may be repeated', list);
  ageOption(program);
  if (captures !== null) program.option('--capture <which>', `latest, all, an id, a host or host@time (default: ${captures})`);
  return program.option('--format <format>', 'table, json, jsonl, csv, tsv or markdown (default: table)');
}

/** One of coldstat's own commands: `define` declares options and operands, `action` answers with the exit code. */
export function ownCommand<Options>(
  name: string,
  summary: string,
  define: (program: Program) => void,
  action: (options: Options, operands: readonly string[], io: Io, globals: Globals) => Promise<number>,
): Command {
  return {
    name,
    summary,
    async run(argv, io, globals) {
      const program = new Program(`coldstat ${name}`).description(summary).helpOption('-h, --help', 'print this text');
      define(program);
      program.configureHelp({ helpWidth: 100 });
      let help = '';
      program.configureOutput({
        writeOut: (text) => {
          help += text;
        },
        writeErr: () => {},
      });
      program.exitOverride((e) => {
        throw new UserError(e.message.replace(/^error: /, '').replaceAll('\n', ' '), `coldstat ${name} --help tells of its options`);
      });
      const end = argv.indexOf('--');
      if (argv.slice(0, end < 0 ? argv.length : end).some((word) => word === '-h' || word === '--help')) {
        // Not helpInformation(), which leaves out what addHelpText added.
        program.outputHelp();
        await io.out(help);
        return 0;
      }
      program.parse(argv, { from: 'user' });
      const { ageIdentity } = program.opts<{ ageIdentity?: string }>();
      return action(program.opts() as Options, program.args, io, { ...globals, ageIdentity });
    },
  };
}
