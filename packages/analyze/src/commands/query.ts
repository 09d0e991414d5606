import { resolve } from 'node:path';
import { readNamed } from '../named-file.ts';
import type { Value } from '../render/value.ts';
import { parseFormat } from './choices.ts';
import type { Command } from './command.ts';
import { count } from './count.ts';
import { type Io, UserError } from './io.ts';
import { caseFile } from './open-case.ts';
import { type CaseOptions, caseOptions, ownCommand } from './own-command.ts';
import { type QuerySettings, runOne } from './query-one.ts';
import { QueryRunner } from './query-runner.ts';
import { statements } from './sql-text.ts';

interface QueryOptions extends CaseOptions {
  readonly file?: string;
  readonly param?: readonly string[];
  readonly timeout: string;
  readonly limit: string;
  readonly history?: string;
}

export const query: Command = ownCommand<QueryOptions>(
  'query',
  'Answer SQL over every table of the case; it can only read',
  (program) =>
    caseOptions(program, 'all')
      .argument('[sql]', 'statements, separated by semicolons; without it and without -f: a prompt on a terminal, else standard input')
      .option('-f, --file <file>', 'read the statements from a file, - for standard input')
      .option<readonly string[]>(
        '--param <name=value>',
        'bind :name; a number as a number, anything else, or in single quotes, as text',
        collect,
      )
      .option('--timeout <seconds>', 'stop a statement that takes longer, 0 for no limit', '30')
      .option('--limit <rows>', 'stop after so many rows and say so, 0 for no limit', '100000')
      .option('--history <file>', 'keep the lines of the prompt in this file; without it they are forgotten')
      .addHelpText(
        'after',
        `
--capture narrows every table and view to that capture; main.TABLE still names them all. Tables: coldstat schema.
Exit status: 0 answered, 2 the statement cannot be answered.`,
      ),
  async (options, [sql], io, globals) => {
    const archives = options.archive ?? [];
    const settings = {
      params: parseParams(options.param ?? []),
      limit: count('--limit', options.limit),
      timeout: count('--timeout', options.timeout) * 1000,
      format: parseFormat(options.format),
    };
    if (sql !== undefined && options.file !== undefined) throw new UserError('give the statements either as an argument or with -f');
    if (archives.length > 0 && options.db !== undefined) throw new UserError('--db and --archive exclude each other');
    const file = archives.length > 0 ? undefined : resolve(io.cwd, caseFile(options, io, globals));
    const where = { file, archives, ageIdentity: globals.ageIdentity, cwd: io.cwd };
    const runner = new QueryRunner({ type: 'open', ...where, capture: options.capture }, (text) => io.err(text));
    try {
      if (sql === undefined && options.file === undefined && io.stdin.isTTY === true) {
        const { prompt } = await import('./query-prompt.ts');
        return await prompt(runner, settings, io, options.history);
      }
      return await runAll(sql ?? (await readStatements(options.file, io)), runner, settings, io);
    } finally {
      runner.close();
    }
  },
);

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** `name=value` to what is bound: a number as a number, `'text'` without its quotes, anything else as it is. */
export function parseParams(words: readonly string[]): Record<string, Value> {
  const params: Record<string, Value> = Object.create(null) as Record<string, Value>;
  for (const word of words) {
    const parts = /^[:@$]?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(word);
    if (parts === null) throw new UserError(`--param ${word} is not of the form name=value`);
    const [, name = '', text = ''] = parts;
    const quoted = /^'(.*)'$/s.exec(text);
    if (quoted !== null) params[name] = quoted[1] ?? '';
    else if (/^-?\d{1,18}$/.test(text)) params[name] = BigInt(text);
    else params[name] = /^-?\d+\.\d+$/.test(text) ? Number(text) : text;
  }
  return params;
}

async function readStatements(file: string | undefined, io: Io): Promise<string> {
  if (file !== undefined && file !== '-') return readNamed(resolve(io.cwd, file), file).toString('utf8');
  const chunks: Uint8Array[] = [];
  for await (const chunk of io.stdin) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function runAll(text: string, runner: QueryRunner, settings: QuerySettings, io: Io): Promise<number> {
  const { done, rest } = statements(text);
  const all = rest === undefined ? done : [...done, rest];
  if (all.length === 0) throw new UserError('there is no statement', 'coldstat query "SELECT …"');
  for (const [i, { sql }] of all.entries()) {
    if (i > 0 && settings.format === 'table') await io.out('\n');
    if (!(await runOne(sql, runner, settings, io))) return 2;
  }
  return 0;
}
