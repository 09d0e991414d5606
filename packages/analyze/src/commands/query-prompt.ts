import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { readNamed, replaceNamed } from '../named-file.ts';
import type { Io } from './io.ts';
import { nearest } from './nearest.ts';
import { type QuerySettings, runOne } from './query-one.ts';
import type { QueryRunner } from './query-runner.ts';
import { statements } from './sql-text.ts';

const HELP = `.tables          tables and views
.schema [TABLE]  columns
.help            this text
.quit            leave (also Ctrl-D)
Anything else is SQL and runs when a line ends it with a semicolon. coldstat schema TABLE explains every column.
`;
const HISTORY_LINES = 1000;

type Names = Awaited<ReturnType<QueryRunner['names']>>;

/** The interactive prompt: statements over several lines until `;`, dot commands, history in memory, or in a file when asked for. */
export async function prompt(runner: QueryRunner, settings: QuerySettings, io: Io, historyFile: string | undefined): Promise<number> {
  const names = await runner.names();
  const history = historyFile === undefined ? undefined : resolve(io.cwd, historyFile);
  const rl = openLine(io, names, history);
  let gathered = '';
  rl.prompt();
  for await (const line of rl) {
    if (gathered === '' && line.trim().startsWith('.')) {
      const words = line.trim().split(/ +/);
      if (words[0] === '.quit' || words[0] === '.exit') break;
      await io.out(dotCommand(words, names));
    } else gathered = await runDone(`${gathered}${line}\n`, runner, settings, io);
    rl.setPrompt(gathered.trim() === '' ? 'coldstat> ' : '     ...> ');
    rl.prompt();
  }
  rl.close();
  return 0;
}

/** Runs every statement that is complete and gives back what is not. */
async function runDone(text: string, runner: QueryRunner, settings: QuerySettings, io: Io): Promise<string> {
  const { done, rest } = statements(text);
  for (const { sql } of done) if (!(await runOne(sql, runner, settings, io))) return '';
  return rest === undefined ? '' : text.slice(rest.at);
}

function openLine(io: Io, names: Names, history: string | undefined): Interface {
  const output = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      io.out(chunk).then(() => done(), done);
    },
  });
  const words = [...new Set(names.flatMap(([table, columns]) => [table, ...columns]))].sort();
  const rl = createInterface({
    input: io.stdin as unknown as NodeJS.ReadableStream,
    output,
    terminal: true,
    prompt: 'coldstat> ',
    historySize: HISTORY_LINES,
    history:
      history !== undefined && existsSync(history)
        ? readNamed(history, history).toString('utf8').split('\n').filter(Boolean).reverse()
        : [],
    completer: (line: string): [string[], string] => {
      const word = /[A-Za-z0-9_]*$/.exec(line)?.[0] ?? '';
      return [word === '' ? [] : words.filter((w) => w.startsWith(word)), word];
    },
  });
  if (history !== undefined) {
    let lines: readonly string[] = [];
    rl.on('history', (newestFirst: readonly string[]) => {
      lines = [...newestFirst].reverse();
    });
    rl.on('close', () => {
      if (lines.length > 0) replaceNamed(history, history, [`${lines.join('\n')}\n`]);
    });
  }
  return rl;
}

function dotCommand([command, table]: readonly string[], names: Names): string {
  if (command === '.tables') return names.map(([name]) => `${name}\n`).join('');
  if (command === '.help') return HELP;
  if (command !== '.schema') return `no command ${command}; .help lists them\n`;
  const shown = table === undefined ? names : names.filter(([name]) => name === table);
  if (shown.length > 0) return shown.map(([name, columns]) => `${name} (${columns.join(', ')})\n`).join('');
  const near = nearest(
    table ?? '',
    names.map(([name]) => name),
  );
  return `no table ${table}${near.length > 0 ? `; did you mean ${near.join(' or ')}?` : ''}\n`;
}
