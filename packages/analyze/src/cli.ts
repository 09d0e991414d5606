import { randomBytes } from 'node:crypto';
import type { Command, Globals } from './commands/command.ts';
import { COMMANDS } from './commands/index.ts';
import { Closed, type Io, UserError } from './commands/io.ts';
import { nearest } from './commands/nearest.ts';
import { isOfTheSystem, sentence, told } from './errno.ts';
import { leaving, terminal } from './render/cell.ts';
import { ToolMistake } from './tools/mistake.ts';
import { version } from './version.ts';

/** What a shell reports for a program that SIGPIPE ended, as lsof and netstat are when their reader goes away. */
const EXIT_CLOSED = 141;
const EXIT_USER = 2;
/** EX_SOFTWARE of sysexits(3): a bug of ours. */
const EXIT_BUG = 70;

/** The program: called by bin/coldstat.js alone, nothing happens on import. */
export async function main(): Promise<void> {
  process.exitCode = await run(process.argv.slice(2), processIo());
}

/** Runs one command line (without the program's name) and gives the exit code. Never throws. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(argv, guarded(io));
  } catch (e) {
    return explain(e, io);
  }
}

/** Nothing leaves the program as text that could move a cursor, whatever a command overlooked. Bytes that were asked for as bytes stay. */
function guarded(io: Io): Io {
  const out: Io['out'] = (chunk) => io.out(typeof chunk === 'string' ? leaving(chunk) : chunk);
  const err: Io['err'] = (text) => io.err(leaving(text));
  // Not a copy: standard input is opened when it is first looked at.
  return Object.create(io, { out: { value: out }, err: { value: err } }) as Io;
}

function explain(e: unknown, io: Io): number {
  if (e instanceof Closed) return EXIT_CLOSED;
  if (e instanceof UserError) {
    io.err(`coldstat: ${printable(e.message)}\n`);
    if (e.hint !== undefined) io.err(`  ${printable(e.hint)}\n`);
    return EXIT_USER;
  }
  if (e instanceof ToolMistake) {
    io.err(`${lines(e.message.replace(/\n$/, ''))}\n`);
    return e.exit;
  }
  if (isFull(e)) {
    io.err('coldstat: cannot write to the case file: the disk is full\n  what was in the case before is in it still\n');
    return EXIT_USER;
  }
  if (isOfTheCase(e)) {
    io.err(
      `coldstat: the case file is damaged, or holds a value beyond all measure: ${printable(e.message)}\n  load the archives into a new one\n`,
    );
    return EXIT_USER;
  }
  if (isOfTheSystem(e)) {
    io.err(`coldstat: ${printable(told(e))}\n`);
    return EXIT_USER;
  }
  const text = e instanceof Error ? (e.stack ?? e.message) : String(e);
  io.err(`coldstat: this is a bug in coldstat ${version()}, please report it:\n${lines(text)}\n`);
  return EXIT_BUG;
}

/** Messages quote what the operator or the evidence wrote: no control byte of theirs reaches the terminal. */
function printable(text: string): string {
  return terminal(text, 'utf8');
}

/** The real outside of the program. */
function processIo(): Io {
  const { stdout, stderr } = process;
  // Without a listener the stream would throw what write() also tells its callback.
  stdout.on('error', () => {});
  // Nobody reads standard error any more: there is nobody left to tell.
  stderr.on('error', () => {});
  return {
    out: (chunk) =>
      new Promise((resolve, reject) => {
        stdout.write(chunk, (e) => (e ? reject(notWritten(e)) : resolve()));
      }),
    err: (text) => void stderr.write(text),
    get stdin() {
      return process.stdin;
    },
    outIsTerminal: stdout.isTTY === true,
    errIsTerminal: stderr.isTTY === true,
    columns: stdout.isTTY ? stdout.columns : undefined,
    env: process.env,
    cwd: process.cwd(),
    now: () => Date.now(),
    untilInterrupted: () =>
      new Promise((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
      }),
    random: randomBytes,
  };
}

/** What SQLite says when a case cannot grow: the load under way is undone. */
function isFull(e: unknown): boolean {
  return e instanceof Error && 'code' in e && e.code === 'SQLITE_FULL';
}

/** What SQLite says of pages that no SQLite wrote, and V8 of a text longer than it can hold (512 MiB). */
function isOfTheCase(e: unknown): e is Error {
  if (!(e instanceof Error)) return false;
  const code = 'code' in e && typeof e.code === 'string' ? e.code : '';
  return (
    /^SQLITE_(CORRUPT|NOTADB|IOERR|TOOBIG|NOMEM)|^ERR_STRING_TOO_LONG$/.test(code) ||
    (e instanceof RangeError && e.message === 'Invalid string length')
  );
}

function notWritten(e: Error): Error {
  if ('code' in e && (e.code === 'EPIPE' || e.code === 'ERR_STREAM_DESTROYED' || e.code === 'ECONNRESET')) return new Closed();
  return isOfTheSystem(e) ? new UserError(`cannot write to standard output: ${sentence(e.code, 'write')}`) : e;
}

function lines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

interface Line {
  readonly globals: Globals;
  readonly flag: 'help' | 'version' | undefined;
  readonly rest: readonly string[];
}

/** Options before the subcommand: `-d FILE`, `-dFILE`, `--db FILE`, `--db=FILE`, `--help`, `--version`. */
function parseLine(argv: readonly string[]): Line {
  let db: string | undefined;
  let i = 0;
  for (; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (!word.startsWith('-')) break;
    if (word === '-h' || word === '--help') return { globals: { db }, flag: 'help', rest: argv.slice(i + 1) };
    if (word === '-V' || word === '--version') return { globals: { db }, flag: 'version', rest: [] };
    const attached = /^(?:--db=|-d)(.+)$/s.exec(word);
    if (attached !== null) db = attached[1];
    else if (word === '-d' || word === '--db') {
      db = argv[++i];
      if (db === undefined) throw new UserError(`${word} needs a file`);
    } else throw new UserError(`unknown option ${word} before the command`, 'coldstat --help lists options and commands');
  }
  return { globals: { db }, flag: undefined, rest: argv.slice(i) };
}

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const { globals, flag, rest } = parseLine(argv);
  if (flag === 'version') {
    await io.out(`coldstat ${version()}\n`);
    return 0;
  }
  const [name, ...args] = rest;
  if (name === undefined) {
    const text = await overview();
    if (flag === 'help') await io.out(text);
    else io.err(text);
    return flag === 'help' ? 0 : EXIT_USER;
  }
  if (flag === 'help' || name === 'help') {
    const topic = name === 'help' ? args[0] : name;
    if (topic !== undefined) return (await find(topic)).run(['--help'], io, globals);
    await io.out(await overview());
    return 0;
  }
  return (await find(name)).run(args, io, globals);
}

async function find(name: string): Promise<Command> {
  const load = COMMANDS.get(name);
  if (load !== undefined) return load();
  const near = nearest(name, [...COMMANDS.keys()]);
  throw new UserError(
    near.length > 0 ? `no command ${name}; did you mean ${near.join(' or ')}?` : `no command ${name}`,
    'coldstat --help lists the commands',
  );
}

async function overview(): Promise<string> {
  const commands = await Promise.all([...COMMANDS.values()].map((load) => load()));
  const width = Math.max(...commands.map((c) => c.name.length));
  const list = commands.map((c) => `  ${c.name.padEnd(width)}  ${c.summary}\n`).join('');
  return `Usage: coldstat [-d FILE] COMMAND [ARGUMENT]…

Answers from captures of Linux hosts what the live tools would have said then.

Options before the command:
  -d, --db FILE  case file (default: COLDSTAT_DB, else ./case.db)
  -V, --version  print the version
  -h, --help     print this text; coldstat COMMAND --help tells of one command

Commands:
${list}
Exit status: 0 answered; 1 nothing found, or a difference, as the command defines it; 2 a mistake on the command line;
70 a bug in coldstat; 141 the reader of the output went away.
`;
}
